import { unknownName } from '../domain/values/suggestion.ts'
import { loadConfiguration } from '../config/load.ts'
import { isTimeZone } from '../domain/values/time-zone.ts'
import { readMoment } from '../domain/values/instant-text.ts'
import type { Schedule, Span } from '../domain/on-call/schedule.ts'
import { type PagingContext, pagingContext, schedulesOf } from '../domain/escalate/paging-context.ts'
import { CommandFailed, connectApi, exitCodes } from './api-client.ts'
import { tell } from './terminal.ts'

/** What every command about schedules may be given. */
export interface OnCallOptions {
  readonly data: string
  /** Works on this file instead of a running Firewatch. */
  readonly config?: string
  readonly timeZone?: string
  readonly json?: boolean
}

/** How a command reads and writes times, and what it goes by. */
export interface OnCallView {
  readonly context: PagingContext
  readonly schedules: ReadonlyMap<string, Schedule>
  /** Of the reader. */
  readonly timeZone: string
  readonly now: number
}

const dayMs = 86_400_000
export const yearMs = 365 * dayMs
const longestMs = 400 * dayMs

/** Schedules as they stand in the running Firewatch, or as a file has them: then without what people changed. */
export async function openOnCallView(
  options: OnCallOptions,
  env: NodeJS.ProcessEnv,
  now: number,
  incident?: string,
): Promise<OnCallView> {
  const context = await contextOf(options, env, incident)
  return { context, schedules: schedulesOf(context.schedules), timeZone: readerZone(options, context), now }
}

async function contextOf(
  { config, data }: OnCallOptions,
  env: NodeJS.ProcessEnv,
  incident?: string,
): Promise<PagingContext> {
  if (config !== undefined) {
    const configuration = await loadConfiguration(config)
    tell(`schedules as ${config} has them; what people changed for a while is in the running Firewatch only`)
    return pagingContext(configuration, configuration, [])
  }
  const query = incident === undefined ? '' : `?incident=${encodeURIComponent(incident)}`
  return (await connectApi(data, env)).get<PagingContext>(`/api/v1/on-call/context${query}`)
}

/** The zone that was asked for, else that of the configuration. @throws CommandFailed when it is not a zone */
export function readerZone(
  { timeZone }: Pick<OnCallOptions, 'timeZone'>,
  configured: Pick<PagingContext, 'timeZone'>,
): string {
  const zone = timeZone ?? configured.timeZone
  if (isTimeZone(zone)) return new Intl.DateTimeFormat('en', { timeZone: zone }).resolvedOptions().timeZone
  throw new CommandFailed(
    `--time-zone "${zone}" is not a time zone: write one such as Europe/Berlin or UTC`,
    exitCodes.usage,
  )
}

/** The schedule of that name, or all. @throws CommandFailed that names those that there are */
export function chosen({ schedules }: Pick<OnCallView, 'schedules'>, name: string | undefined): Schedule[] {
  if (name === undefined) return [...schedules.values()]
  const schedule = schedules.get(name)
  if (schedule !== undefined) return [schedule]
  throw new CommandFailed(unknownName('schedule', name, [...schedules.keys()]), exitCodes.refused)
}

/**
 * `now`, `+8h` from now, a day, or an instant on the reader's wall clock or with an offset.
 * @throws CommandFailed that says how to write one
 */
export function instantOption(
  option: string,
  written: string,
  { timeZone, now }: Pick<OnCallView, 'timeZone' | 'now'>,
): number {
  const instant = readMoment(written, timeZone, now)
  if (instant !== undefined) return instant
  throw new CommandFailed(
    `${option} "${written}" is not an instant: write 2026-05-01T12:00 (on the clock of ${timeZone}), 2026-05-01T12:00Z, 2026-05-01, now, or +8h`,
    exitCodes.usage,
  )
}

/** @throws CommandFailed when it does not go forward, or is too long */
export function rangeOption(
  { from, to }: { readonly from?: string; readonly to?: string },
  view: Pick<OnCallView, 'timeZone' | 'now'>,
  usualMs: number,
): Span {
  const begins = from === undefined ? view.now : instantOption('--from', from, view)
  const ends = to === undefined ? begins + usualMs : instantOption('--to', to, view)
  if (ends <= begins) throw new CommandFailed('--to must be later than --from', exitCodes.usage)
  if (ends - begins > longestMs)
    throw new CommandFailed('--to is more than 400 days after --from', exitCodes.usage)
  return { from: begins, to: ends }
}
