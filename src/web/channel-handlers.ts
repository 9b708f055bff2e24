import type { AnswerResult } from '../domain/page/channel-answers.ts'
import type { Incident } from '../domain/incident/incident.ts'

/** What a provider is answered: 401 when it could not prove itself, and then nothing was done. */
export type WebhookReceipt =
  | { readonly status: 401 }
  | { readonly status: 200; readonly reply?: Readonly<Record<string, unknown>> }

export interface SlackWebhookHandler {
  interactions(request: SlackRequest): Promise<WebhookReceipt>
  commands(request: SlackRequest): Promise<WebhookReceipt>
}

export interface SlackRequest {
  readonly timestamp: string | undefined
  readonly signature: string | undefined
  /** Byte by byte as it came in. */
  readonly body: Uint8Array
}

export interface TelegramWebhookHandler {
  receive(update: { readonly secret: string | undefined; readonly body: Uint8Array }): Promise<WebhookReceipt>
}

/** Links in mails; the token is the proof of who opens one. */
export interface AnswerLinkHandler {
  /** Changes nothing. `undefined` when the token is not ours or no longer good. */
  look(
    token: string,
  ): Promise<{ readonly person: string; readonly incident: Incident; readonly count: number } | undefined>
  acknowledge(token: string): Promise<AnswerResult | undefined>
}
