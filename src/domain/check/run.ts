import type { AcceptedAlert } from '../alert/alert.ts'
import {
  advance,
  clearState,
  isForgettable,
  lastJudged,
  retire,
  type AlertPolicy,
  type SeriesState,
  type Transition,
} from './alert-state.ts'
import { checkFailingAlert, checkSeries, sourceSeries, sourceSilentAlert } from './self-alerts.ts'
import { retiredAlert, seriesAlert } from './alerts.ts'
import type { Check, Configuration } from '../configuration/configuration.ts'
import { formatDuration } from '../values/duration.ts'
import { settled, type Series, type UnsettledVerdict, type Verdict, type VerdictState } from './verdict.ts'

/** What one run of a shard found out. */
export interface CheckRun {
  /** When it ran, ISO 8601 in UTC. */
  readonly at: string
  readonly checks: readonly Check[]
  readonly verdicts: readonly UnsettledVerdict[]
  /** Whether each check could measure; `error` says why not. */
  readonly measured: readonly { readonly check: Check; readonly error: string | null }[]
  readonly sources: readonly SourceSighting[]
}

/** Whether a source has had rows of late. */
export interface SourceSighting {
  readonly source: string
  readonly service: string
  readonly silentAfterMs: number
  /** `unknown` while it is not known whether rows are missing for that long. */
  readonly state: 'alive' | 'silent' | 'unknown'
}

/** A series and where its alert stands. */
export interface SeriesStanding extends Series {
  readonly state: SeriesState
}

/** What is known from before a run: of all series of its checks that are not simply clear. */
export interface Standings {
  readonly known: readonly SeriesStanding[]
  /** Series already judged `ok` or `firing` in this run's bucket or a later one, and that bucket. */
  readonly judged: readonly (Series & { readonly judgedAt: string })[]
}

/** What a run changes. */
export interface Conclusion {
  readonly changed: readonly SeriesStanding[]
  /** Clear, and without a cooldown: the absence of a state says the same. */
  readonly forgotten: readonly Series[]
  readonly alerts: readonly AcceptedAlert[]
}

/** What a run changes, and the verdicts that it comes to. */
export interface RunConclusion extends Conclusion {
  readonly verdicts: readonly Verdict[]
}

/** What a check says about itself begins and ends at once, and is never muted. */
const atOnce: AlertPolicy = { forMs: 0, clearAfter: 1, cooldownMs: 0 }

/** Moves every series of a run on by its verdict. Concluding the same run twice changes nothing the second time. */
export function concludeRun(run: CheckRun, before: Standings, configuration: Configuration): RunConclusion {
  const conclusion = {
    changed: [] as SeriesStanding[],
    forgotten: [] as Series[],
    alerts: [] as AcceptedAlert[],
    verdicts: [] as Verdict[],
  }
  const known = new Map(before.known.map((standing) => [keyOf(standing), standing.state]))
  const judged = new Map(before.judged.map((series) => [keyOf(series), series.judgedAt]))
  const checks = new Map(run.checks.map((check) => [check.name, check]))
  for (const unsettled of run.verdicts) {
    const check = checks.get(unsettled.check)
    if (check === undefined) continue
    const key = keyOf(unsettled)
    const stored = known.get(key)
    known.delete(key)
    const from = stored ?? { ...clearState, judgedAt: judged.get(key) ?? null }
    const verdict = settled(unsettled, lastJudged(from))
    conclusion.verdicts.push(verdict)
    const { state, transition } = advance(from, { at: verdict.bucketAt, state: verdict.state }, check)
    if (transition !== undefined)
      conclusion.alerts.push(seriesAlert(verdict, check, configuration, transition))
    const { check: name, metric, slice, group } = verdict
    keep(
      conclusion,
      { check: name, metric, slice, group, state },
      stored,
      isForgettable(state, verdict.bucketAt, check),
    )
  }
  concludeSelf(run, known, conclusion)
  // What is left belongs to checks of this run and was not judged by it: it is not theirs any more.
  const left = before.known.filter((standing) => known.has(keyOf(standing)) && checks.has(standing.check))
  retireInto(conclusion, left, run.at)
  return conclusion
}

/** Ends what is known of series that nothing looks at any more: they could never clear by themselves. */
export function concludeRetired(orphans: readonly SeriesStanding[], at: string): Conclusion {
  const conclusion = { changed: [], forgotten: [], alerts: [] }
  retireInto(conclusion, orphans, at)
  return conclusion
}

function retireInto(conclusion: MutableConclusion, orphans: readonly SeriesStanding[], at: string): void {
  for (const { state, ...series } of orphans) {
    const transition = retire(state, at)
    if (transition !== undefined) conclusion.alerts.push(retiredAlert(series, transition))
    conclusion.forgotten.push(series)
  }
}

/** Alerts about the checks and sources themselves. Their standings are kept even when clear: no verdicts tell how far they were judged. */
function concludeSelf(run: CheckRun, known: Map<string, SeriesState>, conclusion: MutableConclusion): void {
  const step = (series: Series, state: VerdictState, alert: (transition: Transition) => AcceptedAlert) => {
    const key = keyOf(series)
    const stored = known.get(key)
    known.delete(key)
    const next = advance(stored ?? clearState, { at: run.at, state }, atOnce)
    if (next.transition !== undefined) conclusion.alerts.push(alert(next.transition))
    const unremarkable = next.state.phase === 'clear' && (stored === undefined || stored.phase === 'clear')
    if (!unremarkable) keep(conclusion, { ...series, state: next.state }, stored, false)
  }
  for (const { check, error } of run.measured) {
    step(checkSeries(check.name), error === null ? 'ok' : 'firing', (transition) =>
      checkFailingAlert(check.name, check.service, error, transition),
    )
  }
  for (const { source, service, silentAfterMs, state } of run.sources) {
    const verdict = { alive: 'ok', silent: 'firing', unknown: 'unknown' } as const
    step(sourceSeries(source), verdict[state], (transition) =>
      sourceSilentAlert(source, service, formatDuration(silentAfterMs), transition),
    )
  }
}

interface MutableConclusion {
  readonly changed: SeriesStanding[]
  readonly forgotten: Series[]
  readonly alerts: AcceptedAlert[]
}

function keep(
  conclusion: MutableConclusion,
  standing: SeriesStanding,
  stored: SeriesState | undefined,
  forgettable: boolean,
): void {
  const { state, ...series } = standing
  if (forgettable) {
    if (stored !== undefined) conclusion.forgotten.push(series)
  } else if (stored === undefined || !same(stored, state)) {
    conclusion.changed.push(standing)
  }
}

function same(a: SeriesState, b: SeriesState): boolean {
  return (Object.keys(clearState) as (keyof SeriesState)[]).every((field) => a[field] === b[field])
}

function keyOf({ check, metric, slice, group }: Series): string {
  return `${check}\u0000${metric}\u0000${slice}\u0000${group}`
}
