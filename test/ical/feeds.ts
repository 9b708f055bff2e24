import { type FeedOptions, type FeedProblem, readFeed } from '../../src/ical/read.ts'

/** The text of a calendar with these events, each its lines. */
export function feed(...events: readonly (readonly string[])[]): string {
  const lines = events.flatMap((event) => ['BEGIN:VEVENT', ...event, 'END:VEVENT'])
  return calendar(...lines)
}

export function calendar(...lines: readonly string[]): string {
  return ['BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID:-//test//EN', ...lines, 'END:VCALENDAR', ''].join('\r\n')
}

/** Whoever the summary names has the shift. */
export const bySummary: FeedOptions['peopleOf'] = ({ summary }) => (summary === '' ? [] : [summary])

const iso = (at: number) => new Date(at).toISOString().replace(':00.000Z', 'Z')

export interface Read {
  readonly shifts: readonly string[]
  readonly problems: readonly FeedProblem[]
}

/** Shifts of 2026 as `cy 2026-03-02T09:00Z 2026-03-03T09:00Z`, and what was not read. */
export function read(text: string, timeZone = 'UTC'): Read {
  const { turns, problems } = readFeed(text, {
    from: Date.parse('2026-01-01T00:00Z'),
    to: Date.parse('2027-01-01T00:00Z'),
    timeZone,
    peopleOf: bySummary,
  })
  const shifts = turns.shifts.map(({ from, to, people }) => `${people.join('+')} ${iso(from)} ${iso(to)}`)
  return { shifts, problems }
}

/** The local dates on which shifts begin; nothing may be left unread. */
export function days(text: string, timeZone = 'UTC'): string[] {
  const { turns, problems } = readFeed(text, {
    from: Date.parse('2026-01-01T00:00Z'),
    to: Date.parse('2027-01-01T00:00Z'),
    timeZone,
    peopleOf: bySummary,
  })
  if (problems.length > 0) throw new Error(JSON.stringify(problems))
  const local = new Intl.DateTimeFormat('sv', { timeZone, dateStyle: 'short', timeStyle: 'short' })
  return turns.shifts.map(({ from }) => local.format(from).replace(' 00:00', ''))
}
