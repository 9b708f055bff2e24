import type { SecretReference } from './secret-reference.ts'
import type { Sender } from './sender.ts'

/** What channels share, whoever they reach. Secrets are references, as in contacts. */
export interface Integrations {
  readonly slack?: SlackIntegration
  readonly email?: EmailIntegration
  readonly telegram?: TelegramIntegration
  /** Programs that hand in alerts and may do nothing else. */
  readonly senders?: Readonly<Record<string, Sender>>
}

export interface SlackIntegration {
  /** Of a bot. */
  readonly token: SecretReference
  readonly signingSecret: SecretReference
  readonly apiUrl?: SecretReference
  /** Hosts that results may be sent to; Slack names one with each button and command. */
  readonly responseHosts?: readonly string[]
}

export interface EmailIntegration {
  /** `smtps://user:password@host:465`. */
  readonly url: SecretReference
  /** `Firewatch <firewatch@example.org>`. */
  readonly from: string
  readonly replyTo?: string
}

export interface TelegramIntegration {
  /** What Telegram proves itself by when it brings a pressed button. */
  readonly webhookSecret: SecretReference
  readonly token?: SecretReference
  readonly apiUrl?: SecretReference
}
