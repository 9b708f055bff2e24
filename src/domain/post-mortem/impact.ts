import { stageOf, type Evidence } from '../investigate/evidence.ts'
import {
  numberIn,
  errorOf,
  rowsOf,
  wordsOf,
  verdictsOf,
  type VerdictsResult,
} from '../investigate/evidence-result.ts'
import { findingOf } from '../investigate/investigate.ts'
import { formatNumber } from '../values/numbers.ts'
import { statement, utc, type Cited, type Sources, type Statement } from './records.ts'
import { baselineWords, distanceOf, seriesWords, worstVerdict } from '../check/verdict-words.ts'
import { formatDuration } from '../values/duration.ts'
import { partsHit } from './parts-hit.ts'
import { againstWords, amountWords } from './measured-words.ts'
import type { Verdict } from '../check/verdict.ts'

/** The series that left its normal range farthest. */
export interface WorstSeries {
  /** `Likes on iOS` */
  readonly name: string
  /** `fell to 4 per 5 s, 92 % below a day before (50)` */
  readonly stood: string
  /** ISO 8601 in UTC. */
  readonly at: string
  readonly cites: readonly string[]
}

export interface ReviewImpact {
  /** Which part of the service was hit, from the alerts; `null` where they do not say. */
  readonly hit: string | null
  /** How many users it hit; `null` where no evidence counts them. */
  readonly users: Statement | null
  /** `null` where no check measured any. */
  readonly worst: WorstSeries | null
  /** What stood how far from normal, and counts that evidence has. */
  readonly quantified: readonly Statement[]
  /** How many of these are series. */
  readonly quantifiedSeries: number
  /** Names of further series that left the normal range. */
  readonly others: readonly string[]
  /** What else evidence says, query by query. */
  readonly measured: readonly Statement[]
  /** What a reader would expect here and no record holds. */
  readonly notRecorded: readonly string[]
}

/** What an evidence query may count, by the name of its column. */
const counted = [
  { column: 'users_affected', words: 'Users affected' },
  { column: 'cost', words: 'Cost' },
] as const

/** Series that are told one by one; the others are named. */
const mostSeries = 4

/** How bad it was: from evidence, or "not recorded". */
export function reviewImpact(sources: Sources): ReviewImpact {
  const judged = judgedSeries(sources).filter(({ result }) => worstVerdict(result.verdicts) !== undefined)
  const shortfalls = judged
    .slice(0, mostSeries)
    .flatMap(({ cited, result }) => describeSeries(cited.id, result))
  const counts = counted.map(({ column, words }) => ({
    column,
    words,
    found: countIn(sources, column, words),
  }))
  const quantified = [...shortfalls, ...counts.flatMap(({ found }) => found ?? [])]
  return {
    hit: partsHit(sources),
    users: counts.find(({ column }) => column === 'users_affected')?.found?.[0] ?? null,
    worst: worstOf(judged),
    quantified: quantified.map(({ text, quote, cites }) => statement(sources.clean(text), cites, quote)),
    quantifiedSeries: shortfalls.length,
    others: judged.slice(mostSeries).map(({ result }) => sources.clean(nameOf(result))),
    measured: sources.evidence.flatMap((cited) => measuredIn(sources, cited)),
    notRecorded: [
      ...(shortfalls.length === 0 ? ['Size of the deviation'] : []),
      ...counts.flatMap(({ words, found }) => (found === undefined ? [words] : [])),
    ],
  }
}

/** One record of verdicts per series, the one that covers more buckets; what lies farthest from normal first. */
export function judgedSeries(
  sources: Sources,
): readonly { readonly cited: Cited<Evidence>; readonly result: VerdictsResult }[] {
  const bySeries = new Map<string, { cited: Cited<Evidence>; result: VerdictsResult }>()
  for (const cited of sources.evidence) {
    const result = verdictsOf(cited.record.result)
    const first = result?.verdicts[0]
    if (result === undefined || first === undefined) continue
    const key = JSON.stringify([first.check, first.metric, first.slice, first.group])
    const other = bySeries.get(key)
    if (other === undefined || other.result.verdicts.length < result.verdicts.length)
      bySeries.set(key, { cited, result })
  }
  return [...bySeries.values()].toSorted((a, b) => farthest(b.result) - farthest(a.result))
}

function farthest({ verdicts }: VerdictsResult): number {
  const worst = worstVerdict(verdicts)
  return worst === undefined ? -1 : distanceOf(worst)
}

/** The series that left its normal range farthest, how far and when; held against the nearest baseline alone. */
function worstOf(judged: ReturnType<typeof judgedSeries>): WorstSeries | null {
  const [first] = judged
  const verdict = first === undefined ? undefined : worstVerdict(first.result.verdicts)
  if (first === undefined || verdict === undefined || verdict.value === null) return null
  const known = verdict.baselines.filter(({ value }) => value !== null)
  const nearest = known.toSorted((a, b) => (a.diff ?? 1) - (b.diff ?? 1)).slice(0, 1)
  const isLimited = known.some(({ kind }) => kind === 'threshold')
  const base = nearest[0]?.value ?? verdict.value
  const moved =
    isLimited || verdict.value === base ? 'stood at' : verdict.value < base ? 'fell to' : 'rose to'
  const against = againstWords(isLimited ? verdict : { ...verdict, baselines: nearest }, first.result)
  const amount = amountWords(verdict.value, first.result)
  return {
    name: nameOf(first.result),
    stood: [`${moved} ${amount}`, against].filter((part) => part !== '').join(', '),
    at: verdict.bucketAt,
    cites: [first.cited.id],
  }
}

function nameOf({ metricTitle, verdicts }: VerdictsResult): string {
  const [first] = verdicts
  return first === undefined ? metricTitle : seriesWords(metricTitle, first)
}

/** `Likes on iOS: down to 4 per 5 s at …, 92 % below a day before (50); over 10 buckets of 5 s about 399 fewer than …`. */
function describeSeries(id: string, result: VerdictsResult): Statement[] {
  const worst = worstVerdict(result.verdicts)
  if (worst === undefined) return []
  const amount = amountWords(worst.value ?? 0, result)
  const against = againstWords(worst, result)
  const parts = [`${seriesWords(result.metricTitle, worst)}: ${amount} at ${utc(worst.bucketAt)}`, against]
  const sentence = parts.filter((part) => part !== '').join(', ')
  const shortfall = shortfallOf(result)
  return [statement(shortfall === undefined ? sentence : `${sentence}; ${shortfall}`, [id])]
}

/** Counts add up over buckets; unique users and ratios do not. The nearer baseline is the careful one; a threshold is not what would have been. */
function shortfallOf({ metricKind, unit, bucketMs, verdicts }: VerdictsResult): string | undefined {
  const firing = verdicts.filter(({ state, value }) => state === 'firing' && value !== null)
  const first = firing[0]
  if (metricKind !== 'count' || first === undefined) return undefined
  if (first.baselines.some(({ kind }) => kind === 'threshold')) return undefined
  const gap = firing.reduce((sum, verdict) => sum + nearestGap(verdict), 0)
  if (gap === 0) return undefined
  const known = first.baselines.filter(({ value }) => value !== null)
  const usual = known.length === 1 && known[0] !== undefined ? baselineWords(known[0]) : 'usual'
  const number = formatNumber(Math.round(Math.abs(gap)))
  const missing = `${unit === undefined ? number : `${number} ${unit}`} ${gap > 0 ? 'fewer' : 'more'}`
  return `in all about ${missing} than ${usual} while it fired (${formatDuration(firing.length * bucketMs)})`
}

function nearestGap({ value, baselines }: Verdict): number {
  const gaps = baselines.flatMap((baseline) =>
    baseline.value === null || value === null ? [] : [baseline.value - value],
  )
  return gaps.toSorted((a, b) => Math.abs(a) - Math.abs(b))[0] ?? 0
}

function countIn(sources: Sources, column: string, words: string): Statement[] | undefined {
  const found = sources.evidence.flatMap(({ id, record }) => {
    const total = rowsOf(record.result)
      ?.rows.map((row) => numberIn(row[column]))
      .filter((value) => value !== undefined)
    if (total === undefined || total.length === 0) return []
    return [statement(`${words}: ${formatNumber(total.reduce((sum, value) => sum + value, 0))}`, [id])]
  })
  return found.length === 0 ? undefined : found.slice(0, 1)
}

function measuredIn(sources: Sources, { id, record }: Cited<Evidence>): Statement[] {
  const { title, result } = record
  const clean = sources.clean(title)
  const stage = stageOf(record)
  const when = stage === undefined ? '' : ` (asked when it ${stage === 'opened' ? 'opened' : 'was clear'})`
  if (errorOf(result) !== undefined) return []
  const words = wordsOf(result)
  if (words !== undefined) return [statement(`${clean}${when}`, [id], sources.clean(words))]
  return rowsOf(result) === undefined
    ? []
    : [statement(sources.clean(findingOf(`${title}${when}`, result)), [id])]
}
