import { readFile } from 'node:fs/promises'
import { readYaml } from '../config/document.ts'
import { formatProblem } from '../config/problems.ts'
import { unreadableReason } from '../config/reason.ts'
import type { Schedule, Span } from '../domain/on-call/schedule.ts'
import { segmentsBetween } from '../domain/on-call/segments.ts'
import { datedWords } from '../domain/values/instant-text.ts'
import type { PagingContext } from '../domain/escalate/paging-context.ts'
import { CommandFailed, connectApi, exitCodes } from './api-client.ts'
import { canAsk, isConfirmed } from './confirmation.ts'
import { names, spanCells, type CommandOutput } from './on-call-reading.ts'
import {
  chosen,
  instantOption,
  openOnCallView,
  type OnCallOptions,
  type OnCallView,
  rangeOption,
  readerZone,
} from './on-call-source.ts'
import { table, tell } from './terminal.ts'

/** Shifts that are shown before they are taken away. */
const mostShown = 20

interface Times {
  readonly from: string
  readonly to: string
}

interface Answer {
  readonly change: Times & { readonly id: string; readonly kind: string }
  readonly changes: readonly (Times & { readonly before: string[]; readonly after: string[] })[]
  readonly gaps: readonly Times[]
  readonly told: readonly { readonly person: string; readonly by: string | null }[]
}

/** What a change is asked for with. */
export interface ChangeOptions extends OnCallOptions {
  readonly from?: string
  readonly to?: string
  readonly reason?: string
}

/** Sends a change to the running Firewatch; tells what it does to who is on call. Times are on the reader's clock. */
export async function change(
  path: readonly string[],
  body: object,
  options: ChangeOptions,
  env: NodeJS.ProcessEnv,
  now: number,
): Promise<CommandOutput> {
  const api = await connectApi(options.data, env)
  const configured =
    options.timeZone === undefined
      ? await api.get<PagingContext>('/api/v1/on-call/context')
      : { timeZone: options.timeZone }
  const view = { timeZone: readerZone(options, configured), now }
  const at = (option: string, written: string | undefined) =>
    written === undefined ? undefined : new Date(instantOption(option, written, view)).toISOString()
  const { reason } = options
  const sent = { ...body, from: at('--from', options.from), to: at('--to', options.to), reason }
  const answer = await api.post<Answer>(`/api/v1/schedules/${path.map(encodeURIComponent).join('/')}`, sent)
  return { value: answer, text: changeText(answer, view.timeZone) }
}

function changeText(
  { change: { id, kind, from, to }, changes, gaps, told }: Answer,
  timeZone: string,
): string {
  const at = (instant: string) => datedWords(Date.parse(instant), timeZone)
  const rows = changes.map((one) => [at(one.from), at(one.to), `${names(one.before)} -> ${names(one.after)}`])
  return [
    `${kind} ${id}, ${at(from)} to ${at(to)}`,
    rows.length === 0 ? 'nothing changes hands by it now' : table(['from', 'to', 'before -> after'], rows),
    ...gaps.map((gap) => `nobody is on call from ${at(gap.from)} to ${at(gap.to)}`),
    ...told.map(({ person, by }) =>
      by === null
        ? `${person} has no contact that takes notices: tell them yourself`
        : `${person} is told by ${by}`,
    ),
  ].join('\n')
}

/**
 * The shifts of a temporary schedule, as `layers[].shifts` are written in the configuration.
 * @throws CommandFailed when the file cannot be read or has no list
 */
export async function shiftsFile(path: string): Promise<readonly unknown[]> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    throw new CommandFailed(`${path} cannot be read: ${unreadableReason(error)}`, exitCodes.refused)
  })
  const { value: read, problems } = readYaml(path, text)
  if (problems.length > 0) throw new CommandFailed(problems.map(formatProblem).join('\n'), exitCodes.refused)
  const shifts: unknown = Array.isArray(read) ? read : (read as { shifts?: unknown } | null)?.shifts
  if (Array.isArray(shifts)) return shifts
  throw new CommandFailed(
    `${path} has no list of shifts: write "- { from: 2026-05-01T09:00, to: 2026-05-02T09:00, people: [ana] }"`,
    exitCodes.refused,
  )
}

/**
 * Asks before a time is left with nobody on call, and shows whose shifts that takes away; where nobody can be asked, refuses.
 * @throws CommandFailed when it is not wanted
 */
export async function confirmEmpty(
  name: string,
  options: ChangeOptions,
  env: NodeJS.ProcessEnv,
  now: number,
): Promise<void> {
  const view = await openOnCallView(options, env, now)
  const [schedule] = chosen(view, name)
  if (schedule === undefined) throw new Error('a chosen schedule is there')
  const span = rangeOption(options, view, 0)
  tell(emptiedText(schedule, span, view))
  const wants = canAsk() && (await isConfirmed('Leave this time with nobody on call?'))
  if (wants) return
  throw new CommandFailed(
    'nothing was changed: say who is on call by --shifts FILE, or leave this time empty by --empty',
    exitCodes.refused,
  )
}

/** Whose shifts a temporary schedule without any takes away. */
export function emptiedText(
  schedule: Schedule,
  { from, to }: Span,
  view: Pick<OnCallView, 'timeZone'>,
): string {
  const taken = segmentsBetween(schedule, from, to).filter(({ people }) => people.length > 0)
  const hours = Math.round(taken.reduce((sum, one) => sum + one.to - one.from, 0) / 3_600_000)
  const rows = taken.slice(0, mostShown).map((one) => [...spanCells(one, view), names(one.people)])
  const when = `from ${datedWords(from, view.timeZone)} to ${datedWords(to, view.timeZone)}`
  if (taken.length === 0) return `Nobody is on call for ${schedule.name} ${when} anyway.`
  return [
    `Without shifts nobody is on call for ${schedule.name} ${when}. This takes away ${hours} h of these shifts:`,
    table(['from', 'to', 'for', 'on call'], rows),
    ...(taken.length > mostShown ? [`and ${taken.length - mostShown} more`] : []),
  ].join('\n')
}

/** Prints where a calendar program finds a calendar. */
export async function feed(
  options: OnCallOptions & {
    readonly schedule?: string
    readonly person?: string
    readonly replace?: boolean
  },
  env: NodeJS.ProcessEnv,
): Promise<CommandOutput> {
  const api = await connectApi(options.data, env)
  const { schedule, person, replace = false } = options
  if (schedule !== undefined && person !== undefined)
    throw new CommandFailed('say --schedule or --person, not both', exitCodes.usage)
  const { path } = await api.post<{ path: string }>('/api/v1/calendar-feeds', { schedule, person, replace })
  const url = new URL(path, api.url).href
  return { value: { url }, text: url }
}
