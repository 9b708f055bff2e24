import { randomBytes } from 'node:crypto'
import { createInvestigateActivities } from '../../activities/investigate.ts'
import { createPostMortemActivities } from '../../activities/post-mortem.ts'
import { renderPng } from '../chart/render.ts'
import type { ClickHouse } from '../clickhouse/client.ts'
import { readSeriesChart } from '../clickhouse/series-chart.ts'
import type { Alert } from '../domain/alert/alert.ts'
import type { Configuration } from '../domain/configuration/configuration.ts'
import type { StoredAlert } from '../domain/alert/stored-alert.ts'
import type { ReplayRequest } from '../domain/facts/fact.ts'
import type { Incident } from '../domain/incident/incident.ts'
import type { Stage } from '../domain/investigate/evidence.ts'
import { runbookOf } from '../domain/incident/plan.ts'
import type { ReplayedIncident } from '../domain/replay/incident.ts'
import type { Database } from '../postgres/database.ts'
import { loadReviewTemplate } from '../templates/review.ts'
import { createRecords } from './records.ts'
import type { RecordedIncident } from './replay.ts'
import { reviewFolder } from './review-folder.ts'
import type { VerdictLog } from './verdict-log.ts'

export interface RecorderOptions {
  readonly db: Database
  readonly clickhouse: ClickHouse
  readonly configuration: Configuration
  /** Where reviews go. */
  readonly dataDir: string
  readonly request: ReplayRequest
  readonly now: () => Date
}

/**
 * Keeps incidents of a replay as they would have been: resolved, with evidence and review, at the times of the recording. The same
 * activities collect and draft as live; their clock shows the incident's own instants, so that nothing is asked that lay ahead of it then.
 */
export async function createReplayRecorder(options: RecorderOptions) {
  const { db, configuration, now, request } = options
  const renderReview = await loadReviewTemplate()

  return async (replayed: ReplayedIncident, verdicts: VerdictLog): Promise<RecordedIncident> => {
    const clock = recordedClock()
    const records = createRecords(db, clock.now)
    const stored = await records.replayedIncidents.add({
      incident: replayed,
      configRevision: configuration.revision,
      chartToken: randomBytes(16).toString('hex'),
      runbook: runbookOf(replayed.labels, configuration.runbooks)?.name ?? null,
      replayedAt: now().toISOString(),
      request,
    })
    // What was opened live has evidence and a review of its own.
    if (stored.outcome === 'live') return stored
    // A replay that was cut off goes on here: what was collected and drafted stays.
    await collect(options, { replayed, number: stored.number, verdicts, clock })
    clock.set(replayed.resolvedAt)
    const postMortem = createPostMortemActivities({
      ...records,
      now: clock.now,
      renderReview,
      renderChart: renderPng,
      folder: reviewFolder(options.dataDir),
    })
    await postMortem.draftReview({ incident: stored.number })
    return stored
  }
}

interface Scene {
  readonly replayed: ReplayedIncident
  readonly number: number
  readonly verdicts: VerdictLog
  readonly clock: ReturnType<typeof recordedClock>
}

/** Evidence of both stages, each as if it were asked at its own time. */
async function collect(
  { db, clickhouse }: RecorderOptions,
  { replayed, number, verdicts, clock }: Scene,
): Promise<void> {
  const records = createRecords(db, clock.now)
  const stages: readonly (readonly [Stage, string | null])[] = [
    ['opened', replayed.detectedAt],
    ['mitigated', replayed.mitigatedAt],
  ]
  for (const [stage, at] of stages) {
    clock.set(at)
    const investigation = createInvestigateActivities({
      ...records,
      incidents: {
        get: async (incident) => asOf(await records.incidents.get(incident), clock.now()),
        alertsOf: async () => alertsAt(replayed, stage),
      },
      verdicts: { since: async (series, from) => verdicts.since(series, from) },
      metricStore: clickhouse,
      series: { read: (request) => readSeriesChart(clickhouse, request) },
      now: clock.now,
    })
    await investigation.collectEvidence({ incident: number, stage })
  }
}

/** An incident as it stood at an instant. */
function asOf(incident: Incident, at: Date): Incident {
  const later = (instant: string | null) => instant === null || Date.parse(instant) > at.getTime()
  const { mitigatedAt, resolvedAt } = incident
  return {
    ...incident,
    state: !later(resolvedAt) ? 'resolved' : later(mitigatedAt) ? 'open' : 'monitoring',
    mitigatedAt: later(mitigatedAt) ? null : mitigatedAt,
    resolvedAt: later(resolvedAt) ? null : resolvedAt,
    resolvedBy: later(resolvedAt) ? null : incident.resolvedBy,
  }
}

/** When it opened, nobody knew of the alerts that joined it later, nor that any would end. */
function alertsAt({ alerts, openedWith }: ReplayedIncident, stage: Stage): Alert[] {
  if (stage === 'mitigated') return alerts.map(({ endsAt, ...alert }) => withEnd(alert, endsAt))
  return alerts
    .filter(({ fingerprint }) => openedWith.includes(fingerprint))
    .map(({ endsAt: _later, ...alert }) => ({ ...alert, status: 'firing' }))
}

function withEnd(alert: Omit<StoredAlert, 'endsAt'>, endsAt: string | null): Alert {
  return endsAt === null ? alert : { ...alert, endsAt }
}

/** A clock that stands until it is set. */
function recordedClock() {
  let shown: Date | undefined
  return {
    set: (at: string | null): void => {
      if (at === null) throw new Error('a replayed incident is kept when it is over')
      shown = new Date(at)
    },
    now: (): Date => {
      if (shown === undefined) throw new Error('the clock of a replay was read before it was set')
      return shown
    },
  }
}
