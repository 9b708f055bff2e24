import { mutedUntil } from '../check/alerts.ts'
import { concludeRun, type SeriesStanding, type SourceSighting } from '../check/run.ts'
import { isQuiet } from '../check/buckets.ts'
import { evaluate, watchOf, type Measured, type MetricQuestion } from '../check/check.ts'
import type { Check, Configuration } from '../configuration/configuration.ts'
import type { InboxRow } from '../alert/stored-alert.ts'
import {
  applyAlerts,
  settleIncidents,
  type IncidentChange,
  type ReplayedIncident,
  type ReplayedIncidents,
} from './incident.ts'
import { lookedBack, type ReplayRun } from './runs.ts'
import type { Series, Verdict } from '../check/verdict.ts'

/** Something that happened in a replay, at an instant of the recording. */
export interface ReplayTransition {
  readonly at: string
  readonly kind: 'fires' | 'clears' | IncidentChange['kind']
  /** For people. */
  readonly text: string
  /** The check says it, but its cooldown kept it from anybody: until when, ISO 8601 in UTC. */
  readonly mutedUntil: string | null
  readonly groupingKey: string | null
}

/** All that a replay knows between two runs. */
export interface ReplayState {
  readonly standings: ReadonlyMap<string, SeriesStanding>
  readonly incidents: ReplayedIncidents
  /** Events so far; they are numbered as in an inbox. */
  readonly events: number
  /** Sources that had rows by now. */
  readonly seen: ReadonlySet<string>
}

export const replayBegins: ReplayState = {
  standings: new Map(),
  incidents: new Map(),
  events: 0,
  seen: new Set(),
}

/** What one run came to. */
export interface ReplayStep {
  readonly state: ReplayState
  readonly verdicts: readonly Verdict[]
  readonly transitions: readonly ReplayTransition[]
  /** Incidents that were over by this run. */
  readonly resolved: readonly ReplayedIncident[]
}

/**
 * Does at one run's time what the check, the dispatcher and the incident would have done, by the same rules: judge the bucket, move every
 * series on, group what fires, and let stable incidents end. It sees what is measured up to this run's bucket and nothing after it.
 * @param measured by the source's name
 */
export function replayRun(
  state: ReplayState,
  check: Check,
  run: ReplayRun,
  measured: ReadonlyMap<string, Measured>,
  configuration: Configuration,
): ReplayStep {
  const at = new Date(run.at).toISOString()
  const settled = settleIncidents(state.incidents, run.at, configuration)
  const judged = judgedBy(state, check, run, measured, configuration)
  const conclusion = concludeRun(
    { at, checks: [check], measured: [{ check, error: null }], ...judged.found },
    { known: [...state.standings.values()], judged: [] },
    configuration,
  )
  const rows = conclusion.alerts.map(
    // A check tells of its series in order, so no end of an alert was ever told before its beginning.
    (alert, index): InboxRow => ({
      ...alert,
      id: state.events + index + 1,
      acceptedAt: at,
      homes: [],
      resolvedBefore: null,
    }),
  )
  const applied = applyAlerts(settled.incidents, rows, configuration)
  return {
    state: {
      standings: movedOn(state.standings, conclusion),
      incidents: applied.incidents,
      events: state.events + rows.length,
      seen: judged.seen,
    },
    verdicts: conclusion.verdicts,
    transitions: [
      ...settled.changes.map(transitionOf),
      ...rows.map(alertTransition),
      ...applied.changes.map(transitionOf),
    ],
    resolved: settled.changes.map(({ incident }) => incident),
  }
}

/** Incidents that are not over. */
export function stillOpen({ incidents }: ReplayState): ReplayedIncident[] {
  return [...incidents.values()].filter(({ state }) => state !== 'resolved')
}

function judgedBy(
  { seen }: ReplayState,
  check: Check,
  { questions }: ReplayRun,
  measured: ReadonlyMap<string, Measured>,
  configuration: Configuration,
) {
  const asked = questions.map((question) => {
    const answer = measured.get(question.source.name)
    if (answer === undefined) throw new Error(`source "${question.source.name}" was not measured`)
    return { question, measured: answer }
  })
  const lively = asked.filter(({ question, measured: answer }) => wasAlive(question, answer, configuration))
  const known = new Set([...seen, ...lively.map(({ question }) => question.source.name)])
  return {
    seen: known.size === seen.size ? seen : known,
    found: {
      verdicts: asked.flatMap((one) => evaluate(check, one.question, one.measured, configuration)),
      sources: asked.map(({ question, measured: answer }) =>
        sighting(check, question, answer, known, configuration),
      ),
    },
  }
}

/** A recording that has not begun is not a silent source: nothing is said of one before its first rows. */
function sighting(
  check: Check,
  question: MetricQuestion,
  measured: Measured,
  seen: ReadonlySet<string>,
  configuration: Configuration,
): SourceSighting {
  const { name } = question.source
  const alive = wasAlive(question, measured, configuration)
  const unsaid = !seen.has(name) || isQuiet(check, question.bucketAt, configuration.timeZone)
  return {
    source: name,
    ...watchOf(name, configuration),
    state: alive ? 'alive' : unsaid ? 'unknown' : 'silent',
  }
}

function wasAlive(question: MetricQuestion, measured: Measured, configuration: Configuration): boolean {
  const { silentAfterMs } = watchOf(question.source.name, configuration)
  return lookedBack(question, silentAfterMs).some((bucket) => measured.rowsIn(bucket) > 0)
}

function movedOn(
  standings: ReplayState['standings'],
  { changed, forgotten }: ReturnType<typeof concludeRun>,
): ReplayState['standings'] {
  if (changed.length === 0 && forgotten.length === 0) return standings
  const next = new Map(standings)
  for (const standing of changed) next.set(keyOf(standing), standing)
  for (const series of forgotten) next.delete(keyOf(series))
  return next
}

function keyOf({ check, metric, slice, group }: Series): string {
  return [check, metric, slice, group].join('\u0000')
}

function alertTransition(row: InboxRow): ReplayTransition {
  return {
    at: row.acceptedAt,
    kind: row.status === 'firing' ? 'fires' : 'clears',
    text: row.annotations['summary'] ?? row.labels['alertname'] ?? 'alert',
    mutedUntil: mutedUntil(row),
    groupingKey: null,
  }
}

function transitionOf({ at, kind, incident }: IncidentChange): ReplayTransition {
  const { title, severity, groupingKey } = incident
  return { at, kind, text: `${title}, ${severity}`, mutedUntil: null, groupingKey }
}
