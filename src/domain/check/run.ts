import type { AcceptedAlert } from '../alert/alert.ts'
import { advance, clearState, isForgettable, lastJudged, retire } from './alert-state.ts'
import { concludeSelf } from './conclude-self.ts'
import {
  type CheckRun,
  keep,
  keyOf,
  type MeasuredCheck,
  type MutableConclusion,
  type SeriesStanding,
  type SourceSighting,
} from './conclusion.ts'
import { retiredAlert, seriesAlert } from './alerts.ts'
import type { Configuration } from '../configuration/configuration.ts'
import { settled, type Series, type Verdict } from './verdict.ts'

export type { CheckRun, MeasuredCheck, SeriesStanding, SourceSighting }

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
  concludeSelf(run, known, configuration, conclusion)
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

function retireInto(
  conclusion: Pick<MutableConclusion, 'alerts' | 'forgotten'>,
  orphans: readonly SeriesStanding[],
  at: string,
): void {
  for (const { state, ...series } of orphans) {
    const transition = retire(state, at)
    if (transition !== undefined) conclusion.alerts.push(retiredAlert(series, transition))
    conclusion.forgotten.push(series)
  }
}
