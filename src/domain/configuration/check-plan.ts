import type { UnsettledVerdict, Verdict } from '../check/verdict.ts'
import { detectorOf } from '../detectors/choose.ts'
import { nothing, type Sample } from '../detectors/detector.ts'
import { canonicalJson } from '../values/canonical-json.ts'
import type { Check, Configuration } from './configuration.ts'
import type { NamedChange } from './field-changes.ts'

/** What would fire of a check if its newest bucket were judged as it is now configured. */
export type JudgedAnew =
  | {
      readonly known: true
      /** Start of the bucket, ISO 8601 in UTC. */
      readonly bucketAt: string
      readonly judged: number
      readonly firingBefore: number
      readonly firingAfter: number
    }
  /** `not-judged`: nothing is stored of it. `measured-otherwise`: only its next run can tell. */
  | { readonly known: false; readonly why: 'not-judged' | 'measured-otherwise' }

export interface CheckChange extends NamedChange {
  /** `null` where what it measures and how it judges stay. */
  readonly rejudged: JudgedAnew | null
  /** Series that fire now. */
  readonly firing: number
}

/** What a series is measured by. Whatever else is changed of a check, its stored values can be judged again. */
function measuredBy({ metrics, slices, sources }: Configuration, check: Check): string {
  const read = check.metrics.map((name) => {
    const metric = metrics[name]
    return metric === undefined
      ? null
      : { ...metric, title: '', responsible: [], chartUrl: '', table: sources[metric.source] }
  })
  const cut = check.slices.map((name) => slices[name] ?? name)
  return canonicalJson({ read, cut, bucketMs: check.bucketMs, lateMs: check.lateMs })
}

/**
 * Checks that are written otherwise, and those that measure something else because their metric, slice or source is.
 * @param written what is otherwise in their own words
 * @param newest verdicts of the newest bucket of each check that may judge otherwise, as many as are stored
 */
export function checkChanges(
  before: Configuration,
  after: Configuration,
  written: readonly NamedChange[],
  newest: ReadonlyMap<string, readonly Verdict[]>,
): CheckChange[] {
  const named = new Set(written.map(({ name }) => name))
  const measured = Object.values(after.checks).flatMap((check): NamedChange[] => {
    const old = before.checks[check.name]
    if (old === undefined || named.has(check.name)) return []
    const isSame = measuredBy(before, old) === measuredBy(after, check)
    return isSame ? [] : [{ name: check.name, change: 'changed', fields: [] }]
  })
  return [...written, ...measured]
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .map((one) => checkChange(one, before, after, newest))
}

function checkChange(
  change: NamedChange,
  before: Configuration,
  after: Configuration,
  newest: ReadonlyMap<string, readonly Verdict[]>,
): CheckChange {
  const verdicts = newest.get(change.name) ?? []
  const firing = verdicts.filter(({ state }) => state === 'firing').length
  const [old, edited] = [before.checks[change.name], after.checks[change.name]]
  if (edited === undefined) return { ...change, rejudged: null, firing }
  if (old === undefined) return { ...change, rejudged: { known: false, why: 'not-judged' }, firing }
  return { ...change, rejudged: judgedAnew(old, edited, before, after, verdicts), firing }
}

function judgedAnew(
  old: Check,
  edited: Check,
  before: Configuration,
  after: Configuration,
  verdicts: readonly Verdict[],
): JudgedAnew | null {
  const sameValues = measuredBy(before, old) === measuredBy(after, edited)
  if (sameValues && canonicalJson(old.detector) === canonicalJson(edited.detector)) return null
  if (!sameValues || old.detector.kind !== edited.detector.kind)
    return { known: false, why: 'measured-otherwise' }
  const [first] = verdicts
  if (first === undefined) return { known: false, why: 'not-judged' }
  const states = verdicts.map((verdict) => judgeAgain(verdict, edited))
  return {
    known: true,
    bucketAt: first.bucketAt,
    judged: verdicts.length,
    firingBefore: verdicts.filter(({ state }) => state === 'firing').length,
    firingAfter: states.filter((state, at) =>
      state === 'unchanged' ? verdicts[at]?.state === 'firing' : state === 'firing',
    ).length,
  }
}

/** By the value and the baselines that were stored, which are all that the detector goes by. Quiet hours stay quiet. */
function judgeAgain(verdict: Verdict, { detector: configured }: Check): UnsettledVerdict['state'] {
  if (verdict.reason === 'quiet-hours' || verdict.value === null) return verdict.state
  const detector = detectorOf(configured)
  const baselines = detector.windows.map(({ daysAgo }) => {
    const stored = verdict.baselines.find((one) => one.kind === 'before' && one.daysAgo === daysAgo)
    return stored === undefined || stored.value === null ? [nothing] : [sampleOf(stored.value)]
  })
  return detector.judge({ sourceAlive: true, now: sampleOf(verdict.value), baselines }).state
}

function sampleOf(value: number): Sample {
  return { numerator: value, denominator: 1 }
}
