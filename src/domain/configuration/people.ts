import type { Calendar as OpenHours } from '../on-call/business-hours.ts'
import type { Severity } from '../values/severity.ts'
import { own } from '../values/own.ts'
import type { SecretReference } from './secret-reference.ts'

export type Role = 'viewer' | 'responder' | 'admin'

export interface User {
  readonly name: string
  readonly title: string
  readonly role: Role
  /** In the order in which they are tried. */
  readonly contacts: readonly Contact[]
  /** When which contact is used after a page became due; absent: the first one, at once. */
  readonly notify?: readonly NotificationRule[]
  /** By whose clock this person reads times; absent: that of the configuration. */
  readonly timeZone?: string
  /** Who they are at Slack, such as `U0123456789`: their buttons and commands count as theirs. */
  readonly slackUser?: string
  /** Who they are at Telegram, a number as text. */
  readonly telegramUser?: string
}

/** One of a person's own notification rules. They hold as configured now, not as they were when an incident began. */
export interface NotificationRule {
  /** Index into the person's contacts. */
  readonly contact: number
  /** After the step was entered. */
  readonly afterMs: number
  /** Only for incidents of these severities; absent: for all. */
  readonly severities?: readonly Severity[]
}

/** Of whoever reads something: their own, else that of the configuration, as for a room. */
export function zoneOf(
  person: string,
  { users, timeZone }: { readonly users: Readonly<Record<string, User>>; readonly timeZone: string },
): string {
  return own(users, person)?.timeZone ?? timeZone
}

export interface Team {
  readonly name: string
  readonly title: string
  /** Users, all paged together. */
  readonly members: readonly string[]
}

export interface SharedChannel {
  readonly name: string
  readonly title: string
  readonly contact: Contact
}

/** Hours in which people work. */
export interface Calendar extends OpenHours {
  readonly name: string
}

/** Where a person hears. Secrets are references such as `${env:PAGER_KEY}`, resolved only at the edge. */
export type Contact =
  | { readonly channel: 'webhook'; readonly url: SecretReference; readonly secret?: SecretReference }
  | { readonly channel: 'pagerduty'; readonly routingKey: SecretReference; readonly url?: string }
  | {
      readonly channel: 'telegram'
      /** A number as text, or `@name`. */
      readonly chatId: string
      readonly token: SecretReference
      readonly apiUrl?: SecretReference
    }
  /** A channel or a person: `C0123456789`, `U0123456789`. */
  | { readonly channel: 'slack'; readonly to: string }
  | { readonly channel: 'email'; readonly address: string }
