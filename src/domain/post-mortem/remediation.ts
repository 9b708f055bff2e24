import { formatDuration } from '../values/duration.ts'
import type { Measurement, RemediationAttempt } from '../remediate/remediation.ts'
import { explanationSentence } from '../remediate/explanation-words.ts'
import { decisionSentence } from '../remediate/guard-words.ts'
import { elapsedMs } from './times.ts'
import { statement, utc, type Cited, type Sources, type Statement } from './records.ts'
import { isOfAttempt } from '../investigate/evidence.ts'
import type { Verdict } from '../check/verdict.ts'
import { metricsIn, verdictWords, type MetricWords } from './measured-words.ts'

/** One attempt as the review tells it. */
export interface ReviewAttempt {
  readonly id: string
  readonly what: Statement
  /** What the guards decided. */
  readonly decision: string
  readonly explanation: string
  readonly outcome: RemediationAttempt['outcome']
  readonly acted: boolean
  /** What was measured before and after; `null` where nothing was. */
  readonly before: string | null
  readonly after: string | null
  /** From proposal to act; `null` when nothing was done. */
  readonly decisionToActMs: number | null
  readonly decisionToAct: string | null
}

export const outcomeWords: Readonly<Record<NonNullable<RemediationAttempt['outcome']>, string>> = {
  helped: 'it helped',
  'no-effect': 'it had no effect',
  harmed: 'it did harm',
  unknown: 'whether it helped is not known',
  refused: 'the guards refused it, and nothing was done',
  cleared: 'the symptom was gone before the act, and nothing was done',
}

export function outcomeInWords({ outcome, state }: Pick<RemediationAttempt, 'outcome' | 'state'>): string {
  return outcome === null ? `it did not end (${state})` : outcomeWords[outcome]
}

export function reviewAttempts(sources: Sources): ReviewAttempt[] {
  const metrics = metricsIn(sources.evidence)
  return sources.attempts.map((attempt) => attemptOf(attempt, sources, metrics))
}

function attemptOf(
  { id, record }: Cited<RemediationAttempt>,
  { clean, evidence }: Sources,
  metrics: ReadonlyMap<string, MetricWords>,
): ReviewAttempt {
  const { action, target, proposedAt, actedAt } = record
  const when =
    actedAt === null ? `proposed at ${utc(proposedAt)}, not carried out` : `carried out at ${utc(actedAt)}`
  const kept = evidence.filter((cited) => isOfAttempt(cited.record, record.id)).map((cited) => cited.id)
  const ms = actedAt === null ? null : elapsedMs(proposedAt, actedAt)
  return {
    id,
    what: statement(clean(`${action} on ${target}, ${when}: ${outcomeInWords(record)}`), [id, ...kept]),
    decision: clean(decisionSentence(record.decision)),
    explanation: record.explanation === null ? '' : clean(explanationSentence(record.explanation)),
    outcome: record.outcome,
    acted: actedAt !== null,
    before: measurementText(record.before, metrics, clean),
    after: measurementText(record.after, metrics, clean),
    decisionToActMs: ms !== null && ms >= 0 ? ms : null,
    decisionToAct: ms !== null && ms >= 0 ? formatDuration(ms) : null,
  }
}

const mostSeries = 5

function measurementText(
  measurement: Measurement | null,
  metrics: ReadonlyMap<string, MetricWords>,
  clean: (text: string) => string,
): string | null {
  const verdicts = newestOfSeries(measurement?.verdicts ?? [])
  if (verdicts.length === 0) return null
  const shown = verdicts.slice(0, mostSeries).map((verdict) => {
    const metric = metrics.get(verdict.metric) ?? { metricTitle: verdict.metric }
    return `${verdictWords(verdict, metric)} (${verdict.state})`
  })
  const rest = verdicts.length > mostSeries ? `; and ${verdicts.length - mostSeries} more series` : ''
  return clean(shown.join('; ') + rest)
}

/** A measurement may hold several buckets of a series: the newest says how it ended. */
function newestOfSeries(verdicts: readonly Verdict[]): Verdict[] {
  const oldestFirst = verdicts.toSorted((a, b) => Date.parse(a.bucketAt) - Date.parse(b.bucketAt))
  const keyed = oldestFirst.map(
    (verdict) =>
      [JSON.stringify([verdict.check, verdict.metric, verdict.slice, verdict.group]), verdict] as const,
  )
  return [...new Map(keyed).values()]
}
