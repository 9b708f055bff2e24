import type { SecretReference } from './secret-reference.ts'

/** A program that hands in alerts and may do nothing else. Without a `kind` it proves itself by a token, whatever it speaks. */
export type Sender = TokenSender | GrafanaSender | JsonSender | SnsSender | SignedSender

interface Named {
  readonly name: string
  readonly title: string
  /** What its alerts are about where they name no service themselves, as an integration of PagerDuty belongs to one. */
  readonly service?: string
  readonly limit?: SenderLimit
}

/** What a sender may bring before it is held back; each server process counts for itself. */
interface SenderLimit {
  /** Alerts and changes: so many at once after a rest, and so many a minute in the long run. */
  readonly alertsPerMinute: number
}

export interface TokenSender extends Named {
  readonly kind?: never
}

/** Grafana, which signs its webhook with a secret. */
export interface GrafanaSender extends Named {
  readonly kind: 'grafana'
  readonly secret: SecretReference
  /** The header that Grafana was told to put its timestamp in; with it, the signature is over `timestamp:body`. */
  readonly timestampHeader?: string
}

/** Any program that posts JSON, by a token. */
export interface JsonSender extends Named {
  readonly kind: 'json'
  readonly map: JsonMap
}

/** CloudWatch and others by way of Amazon SNS, which signs with a certificate of its own. */
export interface SnsSender extends Named {
  readonly kind: 'sns'
  /** ARNs of the topics that may send. */
  readonly topics: readonly string[]
}

/** Programs that prove themselves by a secret that both sides know. */
export interface SignedSender extends Named {
  readonly kind: 'sentry' | 'github' | 'gitlab'
  readonly secret: SecretReference
}

/** What is made of each alert of a foreign body. */
export const jsonMapFields = ['labels', 'annotations', 'status', 'startsAt', 'endsAt', 'fingerprint'] as const

export type JsonMapField = (typeof jsonMapFields)[number]

/** JSONata expressions: https://docs.jsonata.org/ */
export interface JsonMap extends Readonly<Partial<Record<JsonMapField, string>>> {
  /** Of the body: one item or a list of them, an alert each. */
  readonly alerts?: string
  /** Of the body: one change or a list of them. */
  readonly changes?: string
}
