import { unknownName } from '../domain/values/suggestion.ts'
import { z } from 'zod'
import { readInstantOrDay } from '../domain/values/instant-text.ts'
import type { ChangeRequest } from '../domain/on-call/changes.ts'
import type { Schedule, Shift, Span } from '../domain/on-call/schedule.ts'
import { segmentsBetween } from '../domain/on-call/segments.ts'
import { HttpProblem } from './errors.ts'
import type { OnCallPerson } from './on-call-service.ts'

export type ChangeKind = ChangeRequest['kind']

/** What a change request is judged by. */
export interface Judging {
  /** As it stands now. */
  readonly schedule: Schedule
  readonly people: ReadonlyMap<string, OnCallPerson>
  /** Who asks. */
  readonly actor: string
  /** Epoch milliseconds. */
  readonly now: number
  /** Of times that have none of their own. */
  readonly timeZone: string
}

const dayMs = 86_400_000
/** Longer ones belong into the configuration; it also bounds what a question may cost. */
export const longestMs = 400 * dayMs
const mostShifts = 2_000

const given = z.string().trim().min(1)
/** A form sends fields that were left empty too. */
const maybe = z.union([z.literal('').transform(() => undefined), given]).optional()

const Bodies = {
  override: z.strictObject({ from: maybe, to: given, remove: maybe, add: maybe }),
  temporary: z.strictObject({
    from: maybe,
    to: given,
    shifts: z
      .array(z.strictObject({ from: given, to: given, people: z.array(given).min(1) }))
      .max(mostShifts)
      .default([]),
  }),
  swap: z.strictObject({ from: maybe, to: given, owner: maybe }),
} as const

/** Calendars know whole seconds, so changes begin and end on one: everybody then says the same at every instant. */
export function wholeSecond(instant: number): number {
  return Math.floor(instant / 1_000) * 1_000
}

/** Why, and the id of the command: what all bodies may have beside the change itself. */
const Beside = z.object({
  reason: z.string().trim().max(500).default(''),
  commandId: z
    .string()
    .regex(/^[\w-]{1,100}$/)
    .optional(),
})

export function besideOf(body: unknown): z.output<typeof Beside> {
  const parsed = Beside.safeParse(body ?? {})
  if (parsed.success) return parsed.data
  throw new HttpProblem(400, 'the change is not understood', issuesOf(parsed.error))
}

/**
 * The change request that a body expresses. It begins now at the earliest: who was on call in the past stays what it was.
 * @throws HttpProblem 400 that names each bad path and what to do
 */
export function readChangeRequest(kind: ChangeKind, body: unknown, judging: Judging): ChangeRequest {
  const problems: string[] = []
  const requested = changeRequestOf(kind, bodyOf(body), judging, problems)
  if (problems.length > 0) throw new HttpProblem(400, `the ${kind} is not possible`, problems)
  return requested
}

function bodyOf(body: unknown): unknown {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return body ?? {}
  const { reason: _reason, commandId: _commandId, ...rest } = body as Record<string, unknown>
  return rest
}

function changeRequestOf(
  kind: ChangeKind,
  body: unknown,
  judging: Judging,
  problems: string[],
): ChangeRequest {
  switch (kind) {
    case 'override': {
      const { remove = null, add = null, ...times } = parse(Bodies.override, kind, body)
      const span = spanOf(times, judging, problems)
      if (remove === null && add === null) problems.push('add: say whom to add, whom to remove, or both')
      if (remove !== null && !judging.people.has(remove))
        problems.push(`remove: ${unknownName('user', remove, [...judging.people.keys()])}`)
      if (add !== null) problems.push(...cannotTake(add, 'add', judging))
      return { kind, ...span, removed: remove, added: add }
    }
    case 'temporary': {
      const { shifts, ...times } = parse(Bodies.temporary, kind, body)
      const span = spanOf(times, judging, problems)
      return { kind, ...span, shifts: shifts.map((one, at) => shiftOf(one, at, span, judging, problems)) }
    }
    case 'swap': {
      const { owner = judging.actor, ...times } = parse(Bodies.swap, kind, body)
      const span = spanOf(times, judging, problems)
      if (problems.length === 0 && !hasShift(judging.schedule, owner, span))
        problems.push(`owner: "${owner}" is not on call in this time: offer a time that is theirs`)
      return { kind, ...span, owner }
    }
  }
}

function parse<Schema extends z.ZodType>(schema: Schema, kind: ChangeKind, body: unknown): z.output<Schema> {
  const parsed = schema.safeParse(body)
  if (parsed.success) return parsed.data
  throw new HttpProblem(400, `the ${kind} is not understood`, issuesOf(parsed.error))
}

function issuesOf(error: z.ZodError): string[] {
  return error.issues.map(({ path, message }) => `${path.length === 0 ? 'body' : path.join('.')}: ${message}`)
}

function spanOf(
  { from, to }: { readonly from?: string | undefined; readonly to: string },
  { timeZone, now }: Judging,
  problems: string[],
): Span {
  const begins = from === undefined ? now : instantAt('from', from, timeZone, problems)
  const span = { from: Math.max(begins, now), to: instantAt('to', to, timeZone, problems) }
  if (span.to <= now) problems.push('to: is over already; the past stays what it was, so choose a later end')
  else if (span.to <= span.from) problems.push('to: must be later than "from"')
  else if (span.to - span.from > longestMs)
    problems.push('to: is more than 400 days after "from"; what lasts so long belongs into the configuration')
  return span
}

function instantAt(path: string, written: string, timeZone: string, problems: string[]): number {
  const instant = readInstantOrDay(written, timeZone)
  if (instant === undefined)
    problems.push(
      `${path}: "${written}" is not an instant: write 2026-05-01T12:00 (on the wall clock of ${timeZone}), or with Z or an offset behind it`,
    )
  return wholeSecond(instant ?? Number.NaN)
}

function shiftOf(
  written: { readonly from: string; readonly to: string; readonly people: readonly string[] },
  index: number,
  span: Span,
  judging: Judging,
  problems: string[],
): Shift {
  const path = `shifts.${index}`
  const { timeZone } = judging
  const from = instantAt(`${path}.from`, written.from, timeZone, problems)
  const to = instantAt(`${path}.to`, written.to, timeZone, problems)
  if (to <= from) problems.push(`${path}.to: must be later than "from"`)
  if (to <= span.from || from >= span.to)
    problems.push(`${path}: lies outside the temporary schedule: leave it out`)
  problems.push(...written.people.flatMap((one) => cannotTake(one, `${path}.people`, judging)))
  return { from, to, people: written.people }
}

/** Somebody whom no page reaches must not be all that stands between an incident and silence. */
export function cannotTake(person: string, path: string, judging: Pick<Judging, 'people'>): string[] {
  const known = judging.people.get(person)
  if (known === undefined) return [`${path}: ${unknownName('user', person, [...judging.people.keys()])}`]
  return known.canBePaged ? [] : [`${path}: "${person}" has no contacts, so no page can reach them`]
}

function hasShift(schedule: Schedule, owner: string, { from, to }: Span): boolean {
  return segmentsBetween(schedule, from, to).some(({ people }) => people.includes(owner))
}
