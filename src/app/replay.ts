import { watchOf, type Measured, type MetricQuestion } from '../domain/check/check.ts'
import type { Check, Configuration } from '../domain/configuration/configuration.ts'
import {
  replayBegins,
  replayRun,
  stillOpen,
  type ReplayState,
  type ReplayTransition,
} from '../domain/replay/replay.ts'
import type { ReplayedIncident } from '../domain/replay/incident.ts'
import {
  dueTimes,
  measuredTogether,
  questionsTogether,
  replayRuns,
  runsTogether,
  type ReplayRange,
  type ReplayRun,
} from '../domain/replay/runs.ts'
import type { VerdictState } from '../domain/check/verdict.ts'
import { createVerdictLog, type VerdictLog } from './verdict-log.ts'

export interface ReplayOptions {
  readonly check: Check
  readonly configuration: Configuration
  readonly range: ReplayRange
  readonly measure: (question: MetricQuestion) => Promise<Measured>
  readonly onTransition: (transition: ReplayTransition) => void
  readonly onProgress: (progress: ReplayProgress) => void
  /** Keeps an incident that is over; absent: nothing is kept. */
  readonly record?: (incident: ReplayedIncident, verdicts: VerdictLog) => Promise<RecordedIncident>
}

export interface ReplayProgress {
  readonly runs: number
  readonly ofRuns: number
  /** Due time of the last run, epoch milliseconds. */
  readonly upTo: number
}

/** Where a replayed incident is kept. */
export interface RecordedIncident {
  readonly number: number
  readonly outcome: 'stored' | 'kept' | 'live'
}

/** An incident of the report; without `number` nothing was kept of it. */
export type ReportedIncident = Pick<
  ReplayedIncident,
  'groupingKey' | 'title' | 'severity' | 'state' | 'startedAt' | 'detectedAt' | 'mitigatedAt' | 'resolvedAt'
> &
  Partial<RecordedIncident>

/** What a replay came to. */
export interface ReplayReport {
  readonly check: string
  readonly configRevision: string
  readonly from: string
  readonly to: string
  readonly runs: number
  /** Of all series together. */
  readonly verdicts: Readonly<Record<VerdictState, number>>
  readonly transitions: readonly ReplayTransition[]
  readonly incidents: readonly ReportedIncident[]
}

/** Walks a check over recorded time, run by run in order. A few thousand runs share one query per source. */
export async function replayCheck(options: ReplayOptions): Promise<ReplayReport> {
  const { check, configuration, range, onTransition, onProgress, record } = options
  const times = dueTimes(check, range)
  const together = runsTogether(check, configuration)
  const log = createVerdictLog(leadMsOf(check))
  const counts = { ok: 0, firing: 0, unknown: 0 }
  const transitions: ReplayTransition[] = []
  const incidents: ReportedIncident[] = []
  let state: ReplayState = replayBegins
  for (let first = 0; first < times.length; first += together) {
    const runs = replayRuns(check, configuration, times.slice(first, first + together))
    const measured = await measureRuns(options, runs)
    for (const run of runs) {
      const step = replayRun(state, check, run, measured, configuration)
      state = step.state
      for (const verdict of step.verdicts) counts[verdict.state]++
      if (record !== undefined) log.add(step.verdicts)
      for (const transition of step.transitions) {
        transitions.push(transition)
        onTransition(transition)
      }
      for (const incident of step.resolved) {
        incidents.push({ ...reported(incident), ...(await record?.(incident, log)) })
      }
    }
    log.forgetBefore(earliestOf(stillOpen(state)))
    onProgress({ runs: first + runs.length, ofRuns: times.length, upTo: runs.at(-1)?.at ?? range.to })
  }
  return {
    check: check.name,
    configRevision: configuration.revision,
    from: new Date(range.from).toISOString(),
    to: new Date(range.to).toISOString(),
    runs: times.length,
    verdicts: counts,
    transitions,
    incidents: [...incidents, ...stillOpen(state).map(reported)],
  }
}

/** What all these runs ask, by the source's name. */
async function measureRuns(
  { measure, configuration }: ReplayOptions,
  runs: readonly ReplayRun[],
): Promise<Map<string, Measured>> {
  const sources = new Set(runs.flatMap(({ questions }) => questions.map(({ source }) => source.name)))
  const patience = Math.max(...[...sources].map((name) => watchOf(name, configuration).silentAfterMs))
  const answers: { question: MetricQuestion; measured: Measured }[] = []
  for (const question of questionsTogether(runs, patience)) {
    answers.push({ question, measured: await measure(question) })
  }
  const bySource = Map.groupBy(answers, ({ question }) => question.source.name)
  return new Map([...bySource].map(([source, those]) => [source, measuredTogether(those)]))
}

/** Evidence shows some buckets before an incident; `for` lets one begin before it is seen. Generous, since it only bounds memory. */
function leadMsOf({ forMs, bucketMs }: Check): number {
  return forMs + 50 * bucketMs
}

function reported(incident: ReplayedIncident): ReportedIncident {
  const { groupingKey, title, severity, state, startedAt, detectedAt, mitigatedAt, resolvedAt } = incident
  return { groupingKey, title, severity, state, startedAt, detectedAt, mitigatedAt, resolvedAt }
}

function earliestOf(incidents: readonly ReplayedIncident[]): number {
  return Math.min(...incidents.map(({ startedAt }) => Date.parse(startedAt)))
}
