import { mapOf } from './foreign.ts'
import { createVerify, type KeyObject } from 'node:crypto'
import { z } from 'zod'
import { parseJsonBody } from '../domain/values/json-body.ts'
import { storable } from '../domain/values/text.ts'
import { readCloudWatch } from './cloudwatch.ts'
import type { SenderContext, IntakeReading } from './reading.ts'
import { changeOf } from './foreign-body.ts'

/* Amazon SNS over HTTPS: https://docs.aws.amazon.com/sns/latest/dg/http-notification-json.html */

const text = z.string()

const message = {
  MessageId: text.min(1).max(250),
  TopicArn: text.min(1).max(512),
  Message: text,
  Timestamp: text,
  SignatureVersion: z.enum(['1', '2']),
  Signature: text.max(4_096),
  SigningCertURL: text.max(2_048),
}

const confirmation = { ...message, Token: text, SubscribeURL: text.max(4_096) }

const envelopeSchema = z.discriminatedUnion('Type', [
  z.looseObject({ ...message, Type: z.literal('Notification'), Subject: text.nullish() }),
  z.looseObject({ ...confirmation, Type: z.literal('SubscriptionConfirmation') }),
  z.looseObject({ ...confirmation, Type: z.literal('UnsubscribeConfirmation') }),
])

export type SnsEnvelope = z.output<typeof envelopeSchema>
export type SnsNotification = Extract<SnsEnvelope, { readonly Type: 'Notification' }>

/** What SNS sends around a message; `undefined` for whatever is none. */
export function readEnvelope(body: unknown): SnsEnvelope | undefined {
  return envelopeSchema.safeParse(body).data
}

/** In this order; a subject that there is not is left out. https://docs.aws.amazon.com/sns/latest/dg/sns-verify-signature-of-message.html */
const signedOfNotification = ['Message', 'MessageId', 'Subject', 'Timestamp', 'TopicArn', 'Type'] as const
const signedOfConfirmation = [
  'Message',
  'MessageId',
  'SubscribeURL',
  'Timestamp',
  'Token',
  'TopicArn',
  'Type',
] as const

/** What SNS signed. */
export function canonicalText(envelope: SnsEnvelope): string {
  const names = envelope.Type === 'Notification' ? signedOfNotification : signedOfConfirmation
  const values: Readonly<Record<string, unknown>> = envelope
  return names
    .flatMap((name) => {
      const value = values[name]
      return typeof value === 'string' ? [`${name}\n${value}\n`] : []
    })
    .join('')
}

/** Version 1 is RSA with SHA-1, version 2 with SHA-256. */
export function isSignedBySns(envelope: SnsEnvelope, key: KeyObject): boolean {
  try {
    return createVerify(envelope.SignatureVersion === '1' ? 'RSA-SHA1' : 'RSA-SHA256')
      .update(canonicalText(envelope), 'utf8')
      .verify(key, envelope.Signature, 'base64')
  } catch {
    // A key that is none for this.
    return false
  }
}

/**
 * An address that SNS itself answers at, in the region of the topic: what is fetched there is Amazon's, and nothing else is ever fetched.
 * @returns `undefined` for any other
 */
export function snsAddress(written: string, topicArn: string): URL | undefined {
  const url = URL.parse(written)
  const [, partition, , region] = topicArn.split(':')
  const host = `sns.${region}.amazonaws.com${partition === 'aws-cn' ? '.cn' : ''}`
  if (url === null || region === undefined || !/^[a-z0-9-]{3,40}$/.test(region)) return undefined
  const isPlain = url.port === '' && url.username === '' && url.password === '' && url.hash === ''
  return url.protocol === 'https:' && url.hostname === host && isPlain ? url : undefined
}

/** Where SNS keeps its certificates: only a file, since a query could make SNS answer with what somebody else wrote. */
export function certificateAddress({ SigningCertURL, TopicArn }: SnsEnvelope): URL | undefined {
  const url = snsAddress(SigningCertURL, TopicArn)
  return url !== undefined &&
    url.search === '' &&
    /^\/SimpleNotificationService-[A-Za-z0-9]+\.pem$/.test(url.pathname)
    ? url
    : undefined
}

/** Where a subscription is confirmed; of this topic, and nothing else is done there. */
export function subscribeAddress(envelope: SnsEnvelope): URL | undefined {
  if (envelope.Type !== 'SubscriptionConfirmation') return undefined
  const url = snsAddress(envelope.SubscribeURL, envelope.TopicArn)
  const asked = url?.searchParams
  const confirms =
    asked?.get('Action') === 'ConfirmSubscription' && asked.get('TopicArn') === envelope.TopicArn
  return confirms && url?.pathname === '/' ? url : undefined
}

/** A CloudWatch alarm as an alert; whatever else came by the topic as a change, for people to read. */
export function readSnsNotification(notification: SnsNotification, context: SenderContext): IntakeReading {
  const { TopicArn, MessageId, Message: sent, Subject, Timestamp } = notification
  const parsed = parseJsonBody(sent)
  const told = 'value' in parsed ? mapOf(storable(parsed.value)) : undefined
  const reading = told === undefined ? undefined : readCloudWatch(told, context)
  if (reading !== undefined) return reading
  const [, , , region, account, topic] = TopicArn.split(':')
  const change = changeOf(context, {
    id: `sns/${MessageId}`,
    at: Timestamp,
    words: Subject || sent,
    labels: { change: 'message', topic, region, account },
    links: {},
  })
  return { alerts: [], changes: [change], problems: [] }
}
