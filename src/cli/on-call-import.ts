import { unknownName } from '../domain/values/suggestion.ts'
import { readFile } from 'node:fs/promises'
import { datedWords, instantText } from '../domain/values/instant-text.ts'
import { unreadableReason } from '../config/reason.ts'
import type { Shift, Span } from '../domain/on-call/schedule.ts'
import { decodeCalendar } from '../ical/content-lines.ts'
import { type FeedPerson, type FeedProblem, readFeed } from '../ical/read.ts'
import { CommandFailed, exitCodes } from './api-client.ts'
import type { CommandOutput } from './on-call-reading.ts'
import { chosen, type OnCallView } from './on-call-source.ts'

export interface ImportOptions {
  readonly schedule: string
  /** `Feed name=user`, with `+` between several users. */
  readonly person: readonly string[]
  /** `W. Europe Standard Time=Europe/Berlin` */
  readonly zone: readonly string[]
}

export interface Imported {
  readonly shifts: readonly Shift[]
  readonly problems: readonly FeedProblem[]
}

/**
 * The shifts of a feed's file.
 * @throws CommandFailed when the file or the mapping cannot be read, or there is nothing in the feed that could be taken
 */
export async function importFeed(
  path: string,
  options: ImportOptions,
  view: OnCallView,
  span: Span,
): Promise<Imported> {
  const [schedule] = chosen(view, options.schedule)
  if (schedule === undefined) throw new Error('a chosen schedule is there')
  const bytes = await readFile(path).catch((error: unknown) => {
    const reason = unreadableReason(error)
    throw new CommandFailed(`${path} cannot be read: ${reason}`, exitCodes.refused)
  })
  const people = peopleOf(options.person, view)
  const zones = pairsOf('--zone', options.zone)
  const { turns, problems } = readFeed(decodeCalendar(bytes), {
    ...span,
    timeZone: schedule.timeZone,
    timeZoneOf: (tzid) => zones.get(tzid.toLowerCase()) ?? null,
    peopleOf: (event) => mapped(event, people, view),
  })
  if (turns.shifts.length > 0) return { shifts: turns.shifts, problems }
  const why = problems.map(problemText)
  const when = `from ${datedWords(span.from, view.timeZone)} to ${datedWords(span.to, view.timeZone)}`
  throw new CommandFailed([`${path} has no shifts ${when}`, ...why].join('\n  '), exitCodes.refused)
}

function pairsOf(option: string, written: readonly string[]): Map<string, string> {
  return new Map(
    written.map((pair) => {
      const at = pair.lastIndexOf('=')
      if (at > 0 && at < pair.length - 1)
        return [pair.slice(0, at).trim().toLowerCase(), pair.slice(at + 1).trim()] as const
      throw new CommandFailed(
        `${option} "${pair}" is not a pair: write "name in the feed=name here"`,
        exitCodes.usage,
      )
    }),
  )
}

function peopleOf(written: readonly string[], { context }: OnCallView): Map<string, string[]> {
  const known = Object.keys(context.users)
  return new Map(
    [...pairsOf('--person', written)].map(([name, users]) => {
      const people = users.split('+').map((user) => user.trim())
      const stranger = people.find((user) => !known.includes(user))
      if (stranger === undefined) return [name, people]
      throw new CommandFailed(`--person: ${unknownName('user', stranger, known)}`, exitCodes.refused)
    }),
  )
}

/** By the mapping, else by a summary or an address that is a user's own name. */
function mapped(
  { summary, attendees }: FeedPerson,
  people: ReadonlyMap<string, string[]>,
  { context }: OnCallView,
): readonly string[] {
  const names = [summary, ...attendees].map((name) => name.trim())
  const found = names.flatMap((name) => people.get(name.toLowerCase()) ?? [])
  if (found.length > 0) return [...new Set(found)]
  return names.filter((name) => Object.hasOwn(context.users, name)).slice(0, 1)
}

/** A layer to paste into the schedule, on the wall clock of its zone. */
export function tellImported({ shifts, problems }: Imported, timeZone: string): CommandOutput {
  const lines = shifts.map(({ from, to, people }) => {
    const who = people.map((person) => JSON.stringify(person)).join(', ')
    return `    - { from: ${instantText(from, timeZone)}, to: ${instantText(to, timeZone)}, people: [${who}] }`
  })
  return {
    value: {
      shifts: shifts.map(({ from, to, people }) => ({
        from: instantText(from, timeZone),
        to: instantText(to, timeZone),
        people,
      })),
      problems,
    },
    text: ['- name: imported', '  shifts:', ...lines].join('\n'),
  }
}

export function problemText({ event, reason }: FeedProblem): string {
  return event === '' ? `the feed: ${reason}` : `event ${event}: ${reason}`
}
