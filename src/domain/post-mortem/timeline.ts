import type { Fact } from '../facts/fact.ts'
import { judgedSeries } from './impact.ts'
import { capitalised } from './redaction.ts'
import { statement, type Sources, type Statement } from './records.ts'
import { firewatch } from '../incident/timeline.ts'
import { describeVerdict } from '../check/verdict-words.ts'

export interface ReviewItem extends Statement {
  /** ISO 8601 in UTC. */
  readonly at: string
  readonly actor: 'automation' | 'person' | 'measurement'
}

/**
 * What happened, in order, from the last measurement before it began. Each item cites its record, and evidence that the record names.
 */
export function reviewTimeline(sources: Sources): ReviewItem[] {
  const { startedAt } = sources.records.incident
  const began = statement('The first of its alerts began', [
    sources.incident,
    ...sources.alerts.slice(0, 1).map(({ id }) => id),
  ])
  const written = sources.timeline.map(({ id, record }): ReviewItem => {
    const summary = sources.clean(record.summary)
    const cites = [id, ...recordsNamedIn(record.fact, sources)]
    // A person's own words, typed or recorded before there were facts.
    const said =
      record.kind === 'note'
        ? statement(`${capitalised(sources.roleOf(record.actor))} noted`, cites, summary)
        : statement(summary, cites)
    return { at: record.at, actor: record.actor === firewatch ? 'automation' : 'person', ...said }
  })
  const items: ReviewItem[] = [
    ...lastNormal(sources),
    { at: startedAt, actor: 'measurement', ...began },
    ...written,
  ]
  // Stable: items of one instant stay in the order in which they were written.
  return items.toSorted((a, b) => Date.parse(a.at) - Date.parse(b.at))
}

/** Series whose state before the start is told. */
const mostSeries = 3

/** The last buckets that were judged normal before the start: what "before" looked like. */
function lastNormal(sources: Sources): ReviewItem[] {
  const { startedAt } = sources.records.incident
  const told = judgedSeries(sources).slice(0, mostSeries)
  return told.flatMap(({ cited, result }) => {
    const before = result.verdicts.filter(
      ({ bucketAt, state }) => Date.parse(bucketAt) < Date.parse(startedAt) && state === 'ok',
    )
    const last = before.toSorted((a, b) => Date.parse(b.bucketAt) - Date.parse(a.bucketAt))[0]
    if (last === undefined) return []
    const text = sources.clean(`Last normal bucket before it: ${describeVerdict(result.metricTitle, last)}`)
    return [{ at: last.bucketAt, actor: 'measurement' as const, ...statement(text, [cited.id]) }]
  })
}

/** Other records that a fact is about. */
function recordsNamedIn(fact: Fact, { evidence, attempts, pages }: Sources): string[] {
  switch (fact.type) {
    case 'evidence':
      return evidence.flatMap(({ id }) => (fact.evidence.includes(id) ? [id] : []))
    case 'attempt':
      return attempts.flatMap(({ id, record }) => (record.id === fact.attempt ? [id] : []))
    case 'page-ended':
      return pages.flatMap(({ id, record }) => (record.id === fact.page ? [id] : []))
    default:
      return []
  }
}
