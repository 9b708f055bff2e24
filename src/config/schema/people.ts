import { z } from 'zod'
import type { EscalationPolicy, Role, Service, User } from '../../domain/configuration.ts'
import { slackUserId } from '../../slack/contact-schema.ts'
import { telegramUserId } from '../../telegram/contact-schema.ts'
import { contactSchema } from './contacts.ts'
import { duration, text, webAddress } from './fields.ts'

export const roles = ['viewer', 'responder', 'admin'] as const satisfies readonly Role[]

const secondMs = 1_000

export const serviceSchema = z.strictObject({
  description: text.exactOptional(),
  owner: text.exactOptional(),
  dashboardUrl: webAddress.exactOptional(),
})

export function toService(serviceName: string, written: z.output<typeof serviceSchema>): Service {
  return { name: serviceName, ...written }
}

export const userSchema = z.strictObject({
  title: text.exactOptional(),
  role: z.enum(roles).default('responder'),
  contacts: z.array(contactSchema).default([]),
  slackUser: slackUserId.exactOptional(),
  telegramUser: telegramUserId.exactOptional(),
})

export function toUser(userName: string, written: z.output<typeof userSchema>): User {
  return { name: userName, title: userName, ...written }
}

export const policySchema = z.strictObject({
  steps: z
    .array(
      z.strictObject({
        notify: z.array(text).min(1),
        ackTimeout: duration({ leastMs: secondMs }).prefault('5m'),
      }),
    )
    .min(1),
  repeat: z.int().min(0).max(9).default(0),
  fallback: z.array(text).default([]),
})

export function toPolicy(policyName: string, written: z.output<typeof policySchema>): EscalationPolicy {
  const steps = written.steps.map(({ notify, ackTimeout }) => ({ notify, ackTimeoutMs: ackTimeout }))
  return { name: policyName, steps, repeat: written.repeat, fallback: written.fallback }
}
