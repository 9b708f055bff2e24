import { z } from 'zod'
import type { Role, SharedChannel, Team, User } from '../../domain/configuration/people.ts'
import type { TimeWindow } from '../../domain/alert/time-window.ts'
import type { Service } from '../../domain/configuration/configuration.ts'
import { severities } from '../../domain/values/severity.ts'
import { slackUserId } from '../../slack/contact-schema.ts'
import { telegramUserId } from '../../telegram/contact-schema.ts'
import { contactSchema } from './contacts.ts'
import { duration, linkFields, text } from './fields.ts'
import { maintenanceSchema, toMaintenance } from './maintenance.ts'
import { timeZone } from './time-fields.ts'

export const roles = ['viewer', 'responder', 'admin'] as const satisfies readonly Role[]

/** A deploy hides nothing that is worse than what it may shake. */
const deploysSchema = z.strictObject({
  hold: duration({ leastMs: 1_000 }),
  atMost: duration({ leastMs: 1_000 }).prefault('1h'),
  severities: z.array(z.enum(severities)).min(1).default(['P2', 'P3']),
})

export const serviceSchema = z.strictObject({
  description: text.exactOptional(),
  owner: text.exactOptional(),
  ...linkFields,
  dependsOn: z.array(text).exactOptional(),
  maintenance: z.array(maintenanceSchema).exactOptional(),
  deploys: deploysSchema.exactOptional(),
})

export function toService(zone: string, windows: Readonly<Record<string, TimeWindow>>) {
  return (
    serviceName: string,
    { maintenance, deploys, ...written }: z.output<typeof serviceSchema>,
  ): Service => ({
    name: serviceName,
    ...written,
    ...(deploys === undefined
      ? {}
      : { deploys: { holdMs: deploys.hold, atMostMs: deploys.atMost, severities: deploys.severities } }),
    ...(maintenance === undefined ? {} : toMaintenance(zone, windows)(maintenance)),
  })
}

const ruleSchema = z.strictObject({
  contact: z.int('write the number of a contact, counted from 1').min(1),
  after: duration().prefault('0s'),
  severities: z.array(z.enum(severities)).min(1).exactOptional(),
})

export const userSchema = z
  .strictObject({
    title: text.exactOptional(),
    role: z.enum(roles).default('responder'),
    timeZone: timeZone.exactOptional(),
    contacts: z.array(contactSchema).default([]),
    notify: z.array(ruleSchema).min(1).exactOptional(),
    slackUser: slackUserId.exactOptional(),
    telegramUser: telegramUserId.exactOptional(),
  })
  .superRefine(({ contacts, notify = [] }, context) => {
    for (const [index, { contact }] of notify.entries()) {
      if (contact <= contacts.length) continue
      const message = `there is no contact ${contact}: the user has ${contacts.length}`
      context.addIssue({ code: 'custom', path: ['notify', index, 'contact'], message })
    }
  })

export function toUser(userName: string, { notify, ...written }: z.output<typeof userSchema>): User {
  const rules = notify?.map(({ contact, after, ...rest }) => ({
    contact: contact - 1,
    afterMs: after,
    ...rest,
  }))
  return { name: userName, title: userName, ...written, ...(rules === undefined ? {} : { notify: rules }) }
}

export const teamSchema = z.strictObject({ title: text.exactOptional(), members: z.array(text).min(1) })

export function toTeam(teamName: string, written: z.output<typeof teamSchema>): Team {
  return { name: teamName, title: teamName, ...written }
}

export const channelSchema = z.strictObject({ title: text.exactOptional(), contact: contactSchema })

export function toChannel(channelName: string, written: z.output<typeof channelSchema>): SharedChannel {
  return { name: channelName, title: channelName, ...written }
}
