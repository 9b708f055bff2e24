import { formatDuration } from '../values/duration.ts'
import { item, paragraph, type BriefLine } from './brief-line.ts'
import { utc, type Sources } from './records.ts'
import { elapsedMs, type Moment, type MomentName, type ReviewTimes } from './times.ts'

/** The section: each moment in UTC with how long it took until then. */
export function timeLines(sources: Sources, times: ReviewTimes): BriefLine[] {
  const of = (name: MomentName) => times.moments.find((moment) => moment.name === name)
  return [
    ...momentLine('Began', of('started'), ''),
    ...momentLine('Detected', of('detected'), since(times, 'time to detect', 'after it began')),
    ...pagedLine(sources),
    ...acknowledgedLine(sources, times),
    ...momentLine(
      'Cause identified',
      of('identified'),
      since(times, 'time to identify', 'after it began'),
      false,
    ),
    ...momentLine(
      'Mitigated',
      of('mitigated'),
      since(times, 'time to mitigate', 'after it began; every alert was clear'),
    ),
    ...momentLine('Resolved', of('resolved'), since(times, 'time to resolve', 'after it began')),
    ...times.problems.map(({ text, cites }) => paragraph(text, cites)),
  ]
}

function momentLine(label: string, moment: Moment | undefined, after: string, always = true): BriefLine[] {
  if (moment === undefined || (moment.at === null && !always)) return []
  return [item(moment.at === null ? moment.text : `${moment.text}${after}`, moment.cites, { label })]
}

function since({ durations }: ReviewTimes, name: string, words: string): string {
  const took = durations.find((duration) => duration.name === name)
  return took === undefined || took.ms === null ? '' : `, ${took.text} ${words}`
}

/** Whom the first page went to is told by role: what matters is how soon. */
function pagedLine({ pages, records, incident }: Sources): BriefLine[] {
  const first = pages.find(({ record }) => record.kind === 'page')
  if (first === undefined) return [item('nobody', [incident], { label: 'Paged' })]
  const { createdAt } = first.record
  const ms = elapsedMs(records.incident.detectedAt, createdAt)
  const after = Number.isNaN(ms) || ms < 0 ? '' : `, ${formatDuration(ms)} after it was detected`
  return [item(`${utc(createdAt)}${after}`, [first.id], { label: 'First page' })]
}

function acknowledgedLine({ records, incident, roleOf }: Sources, times: ReviewTimes): BriefLine[] {
  const moment = times.moments.find(({ name }) => name === 'acknowledged')
  const label = 'Acknowledged'
  if (moment === undefined || moment.at === null)
    return [item(moment?.gap === 'no-instant' ? moment.text : 'by nobody', [incident], { label })]
  const { acknowledgedBy } = records.incident
  const who = acknowledgedBy === null ? '' : ` by ${roleOf(acknowledgedBy)}`
  return [
    item(
      `${moment.text}${who}${since(times, 'time to acknowledge', 'after it was detected')}`,
      moment.cites,
      { label },
    ),
  ]
}
