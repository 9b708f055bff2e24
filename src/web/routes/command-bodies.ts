import { unknownName } from '../../domain/values/suggestion.ts'
import { z } from 'zod'
import type { Role } from '../../domain/configuration/people.ts'
import { formatDuration, parseDuration } from '../../domain/values/duration.ts'
import { severities, type Severity } from '../../domain/values/severity.ts'
import { storable } from '../../domain/values/text.ts'
import { HttpProblem } from '../errors.ts'

/*
 * What people say along with a command, as JSON or as the fields of a form. Everything that is wrong is told with 400 before an incident hears
 * of it.
 */

export const text = z
  .string({ error: ({ input }) => (input === undefined ? undefined : 'must be text') })
  .trim()

/** A form sends `on`, or nothing. */
const ticked = (name: string) =>
  z.union([z.boolean(), z.literal('on').transform(() => true)], { error: `${name} is true or false` })

const Note = z.object({ text: text.min(1, 'a note needs text').max(10_000) })

const Identified = z.object({ identified: ticked('identified').default(false) })

const count = z.int('must be a whole number').min(0)
/** `{"round": 0, "step": 2}`, or as a form has it, `r0/s2`. */
const Position = z.union(
  [
    z.strictObject({ round: count, step: count }),
    text.regex(/^r\d+\/s\d+$/).transform((written) => {
      const [round = 0, step = 0] = written.match(/\d+/g)?.map(Number) ?? []
      return { round, step }
    }),
  ],
  { error: 'asOf says where the escalation stood, such as {"round": 0, "step": 2}' },
)
const Escalate = z.object({ asOf: Position.optional() })

const Resolve = z.object({ anyway: ticked('anyway').default(false) })

const HandOver = z.object({ to: text.min(1, 'to says who is to take it') })

const leastSnoozeMs = 1_000
const mostSnoozeMs = 7 * 86_400_000
const durationForms = 'write a number with its unit, such as 30m, 1h or 1h30m'
const Snooze = z.object({ for: text.transform(snoozed) })

function snoozed(written: string, context: z.RefinementCtx): number {
  const ms = parseDuration(written)
  if (ms !== undefined && ms >= leastSnoozeMs && ms <= mostSnoozeMs) return ms
  const message =
    ms === undefined
      ? `${JSON.stringify(written.slice(0, 40))} is not a duration: ${durationForms}`
      : `a snooze lasts from ${formatDuration(leastSnoozeMs)} to ${formatDuration(mostSnoozeMs)}`
  context.addIssue({ code: 'custom', message })
  return z.NEVER
}

const severityForms = `the severity is one of ${severities.join(', ')}`
const SetSeverity = z.object({
  severity: text.toUpperCase().pipe(z.enum(severities, { error: severityForms })),
})

const ApplyPolicy = z.object({
  policy: text.transform((name) => (name === '' ? undefined : name)).optional(),
  keep: ticked('keep').default(false),
})

export function noteIn(body: unknown): string {
  return read(Note, body, 'a note needs text').text
}

/** Whether a note says what was wrong. */
export function identifiedIn(body: unknown): boolean {
  return read(Identified, body ?? {}, 'identified is true or false').identified
}

/** Where the escalation stood when the one who asks looked at it. */
export function positionIn(body: unknown): { readonly round: number; readonly step: number } | undefined {
  return read(Escalate, body ?? {}, 'the command is not understood').asOf
}

/** Whether an incident is to be resolved even while alerts fire. */
export function anywayIn(body: unknown): boolean {
  return read(Resolve, body ?? {}, 'anyway is true or false').anyway
}

/** @param people with their roles, as configured now */
export function successorIn(body: unknown, people: Readonly<Record<string, Role>>): string {
  const { to } = read(HandOver, body, 'to says who is to take it')
  const role = Object.hasOwn(people, to) ? people[to] : undefined
  if (role === undefined) throw new HttpProblem(400, unknownName('user', to.slice(0, 100), takers(people)))
  if (role === 'viewer')
    throw new HttpProblem(400, `${to} is viewer and could not take it: it needs a responder`)
  return to
}

/** Those who may take an incident. */
export function takers(people: Readonly<Record<string, Role>>): string[] {
  return Object.keys(people).filter((name) => people[name] !== 'viewer')
}

/** Milliseconds. */
export function snoozeIn(body: unknown): number {
  return read(Snooze, body, `for says how long: ${durationForms}`).for
}

export function severityIn(body: unknown): Severity {
  return read(SetSeverity, body, severityForms).severity
}

/** @param policies names, as configured now */
export function policyIn(
  body: unknown,
  policies: readonly string[],
): { readonly policy?: string; readonly keep: boolean } {
  const { policy, keep } = read(ApplyPolicy, body ?? {}, 'the command is not understood')
  if (policy === undefined) return { keep }
  if (!policies.includes(policy))
    throw new HttpProblem(400, unknownName('policy', policy.slice(0, 100), policies))
  return { policy, keep }
}

/** @throws HttpProblem 400 with the first thing that is wrong, or `missing` when nothing was said at all */
export function read<Schema extends z.ZodType>(
  schema: Schema,
  body: unknown,
  missing: string,
): z.output<Schema> {
  const parsed = schema.safeParse(storable(body), {
    error: ({ input }) => (input === undefined ? missing : undefined),
  })
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  throw new HttpProblem(400, issue === undefined || issue.path.length === 0 ? missing : issue.message)
}
