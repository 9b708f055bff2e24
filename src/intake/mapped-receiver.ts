import type { Integrations } from '../domain/configuration/integrations.ts'
import type { JsonSender } from '../domain/configuration/sender.ts'
import { errorMessage } from '../domain/values/error-message.ts'
import { own } from '../domain/values/own.ts'
import { BodyRefused, type IntakeReading, type SenderContext } from './reading.ts'
import { readMapped } from './json-map.ts'
import { type JsonMapEvaluator, MapEnded } from './json-map-evaluator.ts'
import type { IntakeReceipt } from './reception.ts'
import { withService } from './sender-service.ts'

export interface MappedReceiverDependencies {
  /** As configured now. */
  readonly senders: () => Integrations['senders']
  readonly evaluator: JsonMapEvaluator
  /** Reads and hands in; returns only after it is committed. */
  readonly receive: (read: () => Promise<IntakeReading>) => Promise<IntakeReceipt>
  readonly contextOf: (sender: string) => SenderContext
  readonly log: (message: string, error: unknown) => void
}

type Unread = { readonly kind: 'unknown-sender' } | { readonly kind: 'not-now'; readonly why: string }

export type MappedReceipt = ({ readonly kind: 'taken' } & IntakeReceipt) | Unread

export type MapTrial = ({ readonly kind: 'read' } & IntakeReading) | Unread

/** Takes bodies of any form, by the maps of their senders. Both throw {@link BodyRefused} when a map cannot be gone through with a body. */
export function createMappedReceiver(dependencies: MappedReceiverDependencies) {
  const { senders, evaluator, receive, contextOf, log } = dependencies

  async function read({ name, map }: JsonSender, body: unknown): Promise<IntakeReading> {
    try {
      const answer = await evaluator.evaluate({ map, body })
      const context = contextOf(name)
      return withService(readMapped(answer, name, context), context)
    } catch (error) {
      if (!(error instanceof MapEnded) || error.isBusy) throw error
      log(`the map of the sender ${name} was ended: nothing of the body was stored`, error)
      throw new BodyRefused(`the map of ${name} was ended, and nothing was stored`, [errorMessage(error)])
    }
  }

  async function ofSender<Receipt>(
    name: string,
    work: (sender: JsonSender) => Promise<Receipt>,
  ): Promise<Receipt | Unread> {
    const sender = own(senders() ?? {}, name)
    if (sender?.kind !== 'json') return { kind: 'unknown-sender' }
    try {
      return await work(sender)
    } catch (error) {
      if (!(error instanceof MapEnded)) throw error
      return { kind: 'not-now', why: errorMessage(error) }
    }
  }

  return {
    /** What the map makes of a body. Nothing is stored. */
    tryOut: (name: string, body: unknown): Promise<MapTrial> =>
      ofSender(name, async (sender) => ({ kind: 'read', ...(await read(sender, body)) })),

    receive: (name: string, body: unknown): Promise<MappedReceipt> =>
      ofSender(name, async (sender) => ({ kind: 'taken', ...(await receive(() => read(sender, body))) })),
  }
}
