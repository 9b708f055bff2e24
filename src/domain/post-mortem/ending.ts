import { firewatch, type TimelineEntry } from '../incident/timeline.ts'
import { formatDuration } from '../values/duration.ts'
import { item, paragraph, type BriefLine } from './brief-line.ts'
import { utc, type Cited, type Sources } from './records.ts'
import { elapsedMs } from './times.ts'
import type { RemediationAttempt } from '../remediate/remediation.ts'

/** What may have ended an incident: automation that helped, what people noted, and what they did. */
export interface Ending {
  readonly helped: readonly Cited<RemediationAttempt>[]
  /** What people noted while it went on, else what they noted afterwards; the nearest to its end last. */
  readonly notes: readonly Cited<TimelineEntry>[]
  /** A person resolved it. */
  readonly byHand: Cited<TimelineEntry> | undefined
}

/** Notes that are quoted: more are in the timeline. */
const mostNotes = 3

export function endingOf(sources: Sources): Ending {
  const { resolvedAt } = sources.records.incident
  const noted = sources.timeline.filter(({ record }) => isNote(record))
  const isLater = ({ record }: Cited<TimelineEntry>) => resolvedAt !== null && record.at > resolvedAt
  const during = noted.filter((note) => !isLater(note))
  return {
    helped: sources.attempts.filter(({ record }) => record.outcome === 'helped'),
    notes: (during.length > 0 ? during : noted).slice(-mostNotes),
    byHand: sources.timeline.find(
      ({ record: { fact } }) => fact.type === 'resolved' && fact.why === 'person',
    ),
  }
}

/** What people noted after the end. */
export function notesAfterwards({ records, timeline }: Sources): readonly Cited<TimelineEntry>[] {
  const { resolvedAt } = records.incident
  return timeline.filter(({ record }) => isNote(record) && resolvedAt !== null && record.at > resolvedAt)
}

/** A person's own words about it. */
function isNote({ kind, fact, actor }: TimelineEntry): boolean {
  if (actor === firewatch || kind !== 'note') return false
  return fact.type === 'note' || fact.type === 'identified' || fact.type === 'recorded'
}

/** How the summary's sentence ends: the strongest that is recorded. */
export function endingClause(sources: Sources): Pick<BriefLine, 'text' | 'quote' | 'cites'> {
  const { helped, notes, byHand } = endingOf(sources)
  const [first] = helped
  if (first !== undefined) {
    const { action, target } = first.record
    return {
      text: sources.clean(`Firewatch ended it with ${action} on ${target}`),
      quote: null,
      cites: [first.id],
    }
  }
  const note = likeliest(notes, sources)
  if (note !== undefined) {
    const text = `it was ended by hand, as ${sources.roleOf(note.record.actor)} noted`
    return { text, quote: sources.clean(note.record.summary), cites: [note.id] }
  }
  if (byHand !== undefined)
    return {
      text: `${sources.roleOf(byHand.record.actor)} resolved it by hand`,
      quote: null,
      cites: [byHand.id],
    }
  return { text: 'what ended it is not recorded', quote: null, cites: [sources.incident] }
}

/** What was done is noted before it takes effect, or else soon after: the last note before it was clear, or the first of those that came later. */
function likeliest(
  notes: readonly Cited<TimelineEntry>[],
  { records }: Sources,
): Cited<TimelineEntry> | undefined {
  const endedAt = records.incident.mitigatedAt ?? records.incident.resolvedAt
  return notes.findLast(({ record }) => endedAt !== null && record.at <= endedAt) ?? notes[0]
}

/** The section: what ended it, and what was tried without ending it. */
export function endingLines(sources: Sources): BriefLine[] {
  const { helped, notes, byHand } = endingOf(sources)
  const ended = [
    ...helped.map((attempt) => helpedLine(attempt, sources)),
    ...notes.map((note) => noteLine(note, sources)),
    ...(byHand === undefined ? [] : [byHandLine(byHand, sources)]),
  ]
  const nothing = paragraph('Nobody recorded what ended it. Add it if you know.', [sources.incident])
  return [...(ended.length === 0 ? [nothing] : ended), ...otherAttempts(sources)]
}

function helpedLine({ id, record }: Cited<RemediationAttempt>, sources: Sources): BriefLine {
  const { mitigatedAt } = sources.records.incident
  const { action, target, actedAt } = record
  const when = actedAt === null ? '' : ` at ${utc(actedAt)}`
  const ms = actedAt === null || mitigatedAt === null ? -1 : elapsedMs(actedAt, mitigatedAt)
  const clear = ms < 0 ? '' : `; every alert was clear ${formatDuration(ms)} later`
  return item(sources.clean(`Firewatch carried out ${action} on ${target}${when}, and it helped${clear}`), [
    id,
  ])
}

function noteLine({ id, record }: Cited<TimelineEntry>, sources: Sources): BriefLine {
  const who = sources.roleOf(record.actor)
  return item(`As noted by ${who} at ${utc(record.at)}${besideTheEnd(record.at, sources)}`, [id], {
    quote: sources.clean(record.summary),
  })
}

/** `, 19 s before every alert was clear` */
function besideTheEnd(at: string, { records }: Sources): string {
  const { mitigatedAt } = records.incident
  const ms = mitigatedAt === null ? Number.NaN : elapsedMs(at, mitigatedAt)
  if (Number.isNaN(ms)) return ''
  return `, ${formatDuration(Math.abs(ms))} ${ms < 0 ? 'after' : 'before'} every alert was clear`
}

function byHandLine({ id, record }: Cited<TimelineEntry>, sources: Sources): BriefLine {
  const firing = record.fact.type === 'resolved' ? (record.fact.firing ?? 0) : 0
  const still = firing === 0 ? '' : ` while ${firing === 1 ? '1 alert was' : `${firing} alerts were`} firing`
  return item(`${sources.roleOf(record.actor)} resolved it by hand at ${utc(record.at)}${still}`, [id])
}

const outcomeLabels: Readonly<Record<NonNullable<RemediationAttempt['outcome']>, string>> = {
  helped: 'Helped',
  'no-effect': 'Tried without effect',
  harmed: 'Tried, and it did harm',
  unknown: 'Tried, and the effect is not known',
  refused: 'Refused by the guards',
  cleared: 'Not needed any more',
}

/** Those that did not end it, one line per outcome. */
function otherAttempts({ attempts, clean }: Sources): BriefLine[] {
  const others = attempts.filter(({ record }) => record.outcome !== 'helped')
  const byOutcome = Map.groupBy(others, ({ record }) => record.outcome)
  return [...byOutcome].map(([outcome, tried]) => {
    const what = tried.map(({ record: { action, target, actedAt, proposedAt } }) => {
      const when = actedAt === null ? `proposed at ${utc(proposedAt)}` : utc(actedAt)
      return `${action} on ${target} (${when})`
    })
    const cites = tried.map(({ id }) => id)
    return item(clean(what.join(', ')), cites, {
      label: outcome === null ? 'Tried, and it did not come to an end' : outcomeLabels[outcome],
    })
  })
}
