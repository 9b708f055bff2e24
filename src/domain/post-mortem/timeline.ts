import type { Fact } from '../facts/fact.ts'
import { judgedSeries } from './impact.ts'
import { capitalised } from '../values/text.ts'
import { statement, type Sources, type Statement } from './records.ts'
import { firewatch, type TimelineEntry } from '../incident/timeline.ts'
import { verdictWords } from './measured-words.ts'
import { outcomeWords } from './remediation.ts'

export interface ReviewItem extends Statement {
  /** ISO 8601 in UTC. */
  readonly at: string
  readonly actor: 'automation' | 'person' | 'measurement'
  /** It gave the incident a turn: a reader who is short of time reads these. */
  readonly isMain: boolean
}

/**
 * What happened, in order, from the last measurement before it began. Each item cites its record, and evidence that the record names.
 */
export function reviewTimeline(sources: Sources): ReviewItem[] {
  const { startedAt } = sources.records.incident
  const began = statement('The first alert began', [
    sources.incident,
    ...sources.alerts.slice(0, 1).map(({ id }) => id),
  ])
  const written = sources.timeline.map(({ id, record }): ReviewItem => {
    const summary = sources.clean(record.summary)
    const cites = [id, ...recordsNamedIn(record.fact, sources)]
    const said = saidBy(record, summary, cites, sources)
    const actor = record.actor === firewatch ? 'automation' : 'person'
    return { at: record.at, actor, isMain: isMain(record), ...said }
  })
  const items: ReviewItem[] = [
    ...lastNormal(sources),
    { at: startedAt, actor: 'measurement', isMain: true, ...began },
    ...written,
  ]
  // Stable: items of one instant stay in the order in which they were written.
  return items.toSorted((a, b) => Date.parse(a.at) - Date.parse(b.at))
}

/** Alerts that come and go, each page, evidence and the steps of an attempt are in the whole timeline. */
function isMain({ fact, actor, kind }: TimelineEntry): boolean {
  if (actor !== firewatch) return true
  if (fact.type === 'attempt') return fact.step === 'refused' || fact.step === 'finished'
  return !['alert', 'evidence', 'page'].includes(kind)
}

/** A person's own words, typed or recorded before there were facts, stand apart as a quotation. */
function saidBy(
  { kind, fact, actor }: TimelineEntry,
  summary: string,
  cites: readonly string[],
  { roleOf, clean }: Sources,
): Statement {
  if (fact.type === 'cause-settled')
    return statement(`${roleOf(actor)} ${fact.verdict} cause ${fact.cause}`, cites, clean(fact.reason))
  if (fact.type === 'not-actionable')
    return statement(`${capitalised(roleOf(actor))} marked it as not actionable`, cites, clean(fact.text))
  // Why it came to that is told with the attempt.
  if (fact.type === 'attempt' && 'outcome' in fact)
    return statement(clean(`${fact.action} on ${fact.target}: ${outcomeWords[fact.outcome]}`), cites)
  return kind === 'note'
    ? statement(`${capitalised(roleOf(actor))} noted`, cites, summary)
    : statement(summary, cites)
}

/** Series whose state before the start is told. */
const mostSeries = 3

/** The last buckets that were judged normal before the start: what "before" looked like. */
function lastNormal(sources: Sources): ReviewItem[] {
  const { startedAt } = sources.records.incident
  const told = judgedSeries(sources).slice(0, mostSeries)
  return told.flatMap(({ cited, result }, index) => {
    const before = result.verdicts.filter(
      ({ bucketAt, state }) => Date.parse(bucketAt) < Date.parse(startedAt) && state === 'ok',
    )
    const last = before.toSorted((a, b) => Date.parse(b.bucketAt) - Date.parse(a.bucketAt))[0]
    if (last === undefined) return []
    const text = sources.clean(
      `Last bucket before it that the check called normal: ${verdictWords(last, result)}`,
    )
    return [
      {
        at: last.bucketAt,
        actor: 'measurement' as const,
        isMain: index === 0,
        ...statement(text, [cited.id]),
      },
    ]
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
