import type { AcceptedAlert } from '../alert/alert.ts'
import type { Configuration } from '../configuration/configuration.ts'
import { formatDuration } from '../values/duration.ts'
import { advance, clearState, type AlertPolicy, type SeriesState, type Transition } from './alert-state.ts'
import {
  type CheckRun,
  keep,
  keyOf,
  type MeasuredCheck,
  type MutableConclusion,
  type SourceSighting,
} from './conclusion.ts'
import {
  firstDataSeries,
  type FirstDataSubject,
  firstDataWithin,
  type MissingReason,
  missingWords,
  tablesOf,
} from './first-data.ts'
import {
  checkFailingAlert,
  checkSeries,
  noDataAlert,
  sourceSeries,
  sourceSilentAlert,
} from './self-alerts.ts'
import type { Series, VerdictState } from './verdict.ts'

/** What a check says about itself begins and ends at once, and is never muted. */
const atOnce: AlertPolicy = { forMs: 0, clearAfter: 1, cooldownMs: 0 }

/**
 * Alerts about the checks and sources themselves. Their standings are kept even when clear: no verdicts tell how far they were judged. What
 * never had any data neither fails nor is silent: it is waited for.
 * @param known standings from before; those that are looked at are taken out
 */
export function concludeSelf(
  run: CheckRun,
  known: Map<string, SeriesState>,
  configuration: Configuration,
  conclusion: MutableConclusion,
): void {
  const self = { at: run.at, known, conclusion }
  for (const measured of run.measured) concludeMeasured(self, measured, configuration)
  for (const sighting of run.sources) concludeSighting(self, sighting, configuration)
}

interface Self {
  readonly at: string
  readonly known: Map<string, SeriesState>
  readonly conclusion: MutableConclusion
}

function concludeMeasured(
  self: Self,
  { check, error, missing }: MeasuredCheck,
  configuration: Configuration,
): void {
  const subject = { kind: 'check', name: check.name } as const
  const tables = tablesOf(check, configuration)
  const about = { service: check.service, graceMs: firstDataWithin(check), tables }
  const waits = awaitFirstData(self, subject, about, error === null ? undefined : (missing ?? 'unclear'))
  step(self, checkSeries(check.name), error === null || waits ? 'ok' : 'firing', (transition) =>
    checkFailingAlert(check.name, check.service, error, transition),
  )
}

function concludeSighting(
  self: Self,
  { source, service, silentAfterMs, firstDataWithinMs, state }: SourceSighting,
  configuration: Configuration,
): void {
  const table = configuration.sources[source]?.table ?? source
  const about = { service, graceMs: Math.max(firstDataWithinMs, silentAfterMs), tables: [table] }
  const missing = { alive: undefined, silent: undefined, unknown: 'unclear', empty: 'empty-table' } as const
  const waits = awaitFirstData(self, { kind: 'source', name: source }, about, missing[state])
  const verdict = { alive: 'ok', silent: 'firing', unknown: 'unknown', empty: 'firing' } as const
  step(self, sourceSeries(source), waits ? 'ok' : verdict[state], (transition) =>
    sourceSilentAlert(source, service, formatDuration(silentAfterMs), transition),
  )
}

interface Awaited {
  readonly service: string
  readonly graceMs: number
  readonly tables: readonly string[]
}

/**
 * Moves the wait for the first data on, which is over for good once there was any.
 * @param missing what is not there; `undefined`: there is data; `unclear`: it could not be seen
 * @returns whether it is waited for
 */
function awaitFirstData(
  self: Self,
  subject: FirstDataSubject,
  { service, graceMs, tables }: Awaited,
  missing: MissingReason | 'unclear' | undefined,
): boolean {
  const series = firstDataSeries(subject)
  const key = keyOf(series)
  const stored = self.known.get(key)
  self.known.delete(key)
  if (stored?.phase === 'clear' || missing === 'unclear') return false
  const policy = { ...atOnce, forMs: graceMs }
  const bucket = { at: self.at, state: missing === undefined ? 'ok' : 'firing' } as const
  const { state, transition } = advance(stored ?? clearState, bucket, policy)
  if (transition !== undefined) {
    const what = missing === undefined ? '' : missingWords(missing, tables)
    self.conclusion.alerts.push(noDataAlert(subject, { service, graceMs, what }, transition))
  }
  const { reason: _, ...rest } = state
  // How far it was looked for changes with each run, and nothing goes by it.
  const waiting = missing === undefined ? rest : { ...rest, judgedAt: null, reason: missing }
  keep(self.conclusion, { ...series, state: waiting }, stored, false)
  return missing !== undefined
}

function step(
  { at, known, conclusion }: Self,
  series: Series,
  state: VerdictState,
  alert: (transition: Transition) => AcceptedAlert,
): void {
  const key = keyOf(series)
  const stored = known.get(key)
  known.delete(key)
  const next = advance(stored ?? clearState, { at, state }, atOnce)
  if (next.transition !== undefined) conclusion.alerts.push(alert(next.transition))
  const unremarkable = next.state.phase === 'clear' && (stored === undefined || stored.phase === 'clear')
  if (!unremarkable) keep(conclusion, { ...series, state: next.state }, stored, false)
}
