import type { SnsSender } from '../domain/configuration/sender.ts'
import { storable } from '../domain/values/text.ts'
import type { SenderContext, IntakeReading } from './reading.ts'
import { exactBody } from './foreign-body.ts'
import {
  certificateAddress,
  isSignedBySns,
  readEnvelope,
  readSnsNotification,
  type SnsEnvelope,
  subscribeAddress,
} from './sns.ts'
import { createSnsCertificates, type HttpGet, SnsAway } from './sns-certificates.ts'

export interface SnsDependencies {
  readonly get: HttpGet
  readonly now: () => Date
  readonly log: { info(fields: object, message: string): void; warn(fields: object, message: string): void }
}

const nothing: IntakeReading = { alerts: [], changes: [], problems: [] }

/**
 * Reads what SNS brings.
 * @returns `undefined` when SNS did not send it, or by another topic
 * @throws {BodyRefused} when it is not JSON
 * @throws {SnsAway} when SNS cannot be asked for what that takes
 */
export type SnsReader = (
  body: Uint8Array,
  sender: SnsSender,
  context: SenderContext,
) => Promise<IntakeReading | undefined>

/** Reads what SNS brings, and confirms subscriptions of the topics that are configured. */
export function createSnsReader({ get, now, log }: SnsDependencies): SnsReader {
  const keyAt = createSnsCertificates(get, now)

  async function isFromSns(envelope: SnsEnvelope, { topics }: SnsSender): Promise<boolean> {
    if (!topics.includes(envelope.TopicArn)) return false
    const url = certificateAddress(envelope)
    return url !== undefined && isSignedBySns(envelope, await keyAt(url))
  }

  async function confirm(envelope: SnsEnvelope, sender: string): Promise<void> {
    const url = subscribeAddress(envelope)
    if (url === undefined) throw new SnsAway('the address that confirms the subscription is not one of SNS')
    const { status } = await get(url).catch((cause: unknown) => {
      throw new SnsAway('the subscription cannot be confirmed now', { cause })
    })
    if (status !== 200) throw new SnsAway(`the subscription cannot be confirmed now: SNS answered ${status}`)
    log.info({ sender, topic: envelope.TopicArn }, 'subscribed to a topic of SNS')
  }

  return async (body, sender, context) => {
    // The signature stands in the body and is over what it says, so that much has to be read before it is believed.
    const envelope = readEnvelope(exactBody(body))
    if (envelope === undefined || !(await isFromSns(envelope, sender))) return undefined
    if (envelope.Type === 'Notification') {
      return readSnsNotification(storable(envelope) as typeof envelope, context)
    }
    if (envelope.Type === 'SubscriptionConfirmation') await confirm(envelope, sender.name)
    else
      log.warn(
        { sender: sender.name, topic: envelope.TopicArn },
        'a topic of SNS is unsubscribed: its alarms do not come in any more',
      )
    return nothing
  }
}
