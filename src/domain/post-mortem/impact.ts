import { stageOf, type Evidence } from '../investigate/evidence.ts'
import {
  numberIn,
  errorOf,
  rowsOf,
  wordsOf,
  verdictsOf,
  type VerdictsResult,
} from '../investigate/evidence-result.ts'
import { findingOf, seriesOf } from '../investigate/investigate.ts'
import { formatNumber } from '../values/numbers.ts'
import { statement, utc, type Cited, type Sources, type Statement } from './records.ts'
import { describeVerdict, distanceOf, seriesTitle, worstVerdict } from '../check/verdict-words.ts'
import type { Verdict } from '../check/verdict.ts'

export interface ReviewImpact {
  /** Which part of the service was hit, from the alerts; `null` where they do not say. */
  readonly hit: string | null
  /** How many users it hit; `null` where no evidence counts them. */
  readonly users: Statement | null
  /** What stood how far from normal. */
  readonly quantified: readonly Statement[]
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

/** Series that are told one by one; the others have their record. */
const mostSeries = 8

/** How bad it was: from evidence, or "not recorded". */
export function reviewImpact(sources: Sources): ReviewImpact {
  const judged = judgedSeries(sources)
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
    hit: hitBy(sources),
    users: counts.find(({ column }) => column === 'users_affected')?.found?.[0] ?? null,
    quantified: quantified.map(({ text, quote, cites }) => statement(sources.clean(text), cites, quote)),
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

function describeSeries(id: string, result: VerdictsResult): Statement[] {
  const worst = worstVerdict(result.verdicts)
  if (worst === undefined) return []
  const sentence = `Farthest from normal in the bucket of ${utc(worst.bucketAt)}: ${describeVerdict(result.metricTitle, worst)}`
  const shortfall = shortfallOf(result)
  return [statement(sentence, [id]), ...(shortfall === undefined ? [] : [statement(shortfall, [id])])]
}

/** Counts add up over buckets; unique users and ratios do not. The nearer baseline is the careful one; a threshold is not what would have been. */
function shortfallOf({ metricTitle, metricKind, verdicts }: VerdictsResult): string | undefined {
  const firing = verdicts.filter(({ state, value }) => state === 'firing' && value !== null)
  const first = firing[0]
  if (metricKind !== 'count' || first === undefined) return undefined
  if (first.baselines.some(({ kind }) => kind === 'threshold')) return undefined
  const gap = firing.reduce((sum, verdict) => sum + nearestGap(verdict), 0)
  if (gap === 0) return undefined
  const buckets = `${firing.length} firing ${firing.length === 1 ? 'bucket' : 'buckets'}`
  const name = seriesTitle(metricTitle, first)
  return `${name}: over ${buckets} about ${formatNumber(Math.round(Math.abs(gap)))} ${gap > 0 ? 'fewer' : 'more'} than the nearer baseline`
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

const structural = new Set([
  'alertname',
  'severity',
  'service',
  'check',
  'metric',
  'slice',
  'group',
  'source',
  'job',
  'instance',
])
const mostParts = 5

function hitBy(sources: Sources): string | null {
  const parts = sources.alerts.flatMap(({ record }) => {
    const series = seriesOf(record.labels)
    if (series !== undefined)
      return [series.slice === 'total' ? 'all of it' : `${series.slice} ${series.group}`]
    return Object.entries(record.labels)
      .filter(([name]) => !structural.has(name))
      .map(([name, value]) => `${name} ${value}`)
  })
  const distinct = [...new Set(parts)]
  const shown = distinct.slice(0, mostParts).join(', ')
  const rest = distinct.length > mostParts ? ` and ${distinct.length - mostParts} more` : ''
  return distinct.length === 0 ? null : sources.clean(shown + rest)
}
