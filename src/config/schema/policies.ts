import { z } from 'zod'
import type {
  EscalationPolicy,
  EscalationStep,
  NotifyTarget,
} from '../../domain/configuration/escalation-policy.ts'
import { duration, text } from './fields.ts'

const secondMs = 1_000
const mostRepeats = 9

const kinds = ['schedule', 'team', 'channel'] as const

const target = z
  .union([
    text,
    z.strictObject({
      schedule: text.exactOptional(),
      team: text.exactOptional(),
      channel: text.exactOptional(),
    }),
  ])
  .transform((written, context): NotifyTarget => {
    if (typeof written === 'string') return written
    const [kind, ...more] = kinds.filter((one) => written[one] !== undefined)
    if (kind !== undefined && more.length === 0) return { [kind]: written[kind] } as NotifyTarget
    const message = 'expected a user, { schedule: NAME }, { team: NAME } or { channel: NAME }'
    context.addIssue({ code: 'custom', message })
    return z.NEVER
  })

const stepSchema = z.strictObject({
  notify: z.array(target).min(1),
  ackTimeout: duration({ leastMs: secondMs }).exactOptional(),
  acknowledge: z.enum(['one', 'each']).default('one'),
  during: text.exactOptional(),
  when: z.strictObject({ moreThan: z.int().min(1), within: duration({ leastMs: secondMs }) }).exactOptional(),
})

export const policySchema = z.strictObject({
  steps: z.array(stepSchema).min(1),
  repeat: z
    .int()
    .min(0)
    .max(mostRepeats, `must be at most ${mostRepeats}: a policy has an end, at which its fallback is paged`)
    .default(0),
  fallback: z.array(target).default([]),
  acknowledgedFor: duration({ leastMs: secondMs }).exactOptional(),
  executives: z.array(target).exactOptional(),
})

export function toPolicy(policyName: string, written: z.output<typeof policySchema>): EscalationPolicy {
  const { steps, repeat, fallback, acknowledgedFor, executives } = written
  return {
    name: policyName,
    steps: steps.map(toStep),
    repeat,
    fallback,
    ...(acknowledgedFor === undefined ? {} : { acknowledgedForMs: acknowledgedFor }),
    ...(executives === undefined ? {} : { executives }),
  }
}

function toStep({
  notify,
  ackTimeout,
  acknowledge,
  during,
  when,
}: z.output<typeof stepSchema>): EscalationStep {
  return {
    notify,
    ...(ackTimeout === undefined ? {} : { ackTimeoutMs: ackTimeout }),
    ...(acknowledge === 'each' ? { acknowledge } : {}),
    ...(during === undefined ? {} : { during }),
    ...(when === undefined ? {} : { when: { moreThan: when.moreThan, withinMs: when.within } }),
  }
}
