import type { Logger } from 'pino'
import { didYouMean } from '../domain/values/suggestion.ts'
import type { Configuration } from '../domain/configuration/configuration.ts'
import type { Contact } from '../domain/configuration/people.ts'
import type { PageMessage } from '../domain/page/page.ts'
import {
  composeTestPage,
  type TestedContact,
  testOutcomeOf,
  type TestOutcome,
} from '../domain/page/test-page.ts'
import { errorMessage } from '../domain/values/error-message.ts'
import { own } from '../domain/values/own.ts'
import type { Channel } from '../paging/dependencies.ts'
import type { TestPages } from '../web/test-pages.ts'

export interface TestPageParts {
  readonly configuration: () => Configuration
  readonly publicUrl: string
  readonly resolveSecret: (reference: string) => Promise<string>
  readonly log: Pick<Logger, 'warn'>
  readonly now: () => Date
  readonly newId: () => string
}

/** For one contact, with all its ways round a refusal; less than callers wait for the answer. */
const longestMs = 12_000
/** Nobody is woken twice by an impatient finger. */
const everyMs = 10_000

interface Receiver {
  readonly name: string
  readonly title: string
  /** With the number that it has in the configuration; 0 for the one of a shared channel. */
  readonly contacts: readonly { readonly contact: Contact; readonly number: number }[]
}

/** Sends from this process, with the secrets and by the channels that real pages use. No incident and no page is stored. */
export function createTestPages(parts: TestPageParts): TestPages {
  const lastAt = new Map<string, number>()
  return {
    receivers: () =>
      receiversOf(parts.configuration()).map(({ name, title, contacts }) => ({
        name,
        title,
        channels: contacts.map(({ contact }) => contact.channel),
      })),

    async send({ name, channel, by }) {
      const receivers = new Map(receiversOf(parts.configuration()).map((one) => [one.name, one]))
      const receiver = receivers.get(name)
      if (receiver === undefined) return { kind: 'unknown-name', hint: didYouMean(name, receivers.keys()) }
      const wanted = receiver.contacts.filter(
        ({ contact }) => (channel ?? contact.channel) === contact.channel,
      )
      if (wanted.length === 0)
        return { kind: 'no-contact', channels: receiver.contacts.map(({ contact }) => contact.channel) }
      const at = parts.now().getTime()
      const waitMs = (lastAt.get(name) ?? Number.NEGATIVE_INFINITY) + everyMs - at
      if (waitMs > 0) return { kind: 'too-often', retryAfterMs: waitMs }
      lastAt.set(name, at)
      const facts = {
        id: parts.newId(),
        name,
        by,
        at: new Date(at).toISOString(),
        publicUrl: parts.publicUrl,
      }
      return { kind: 'tried', name, contacts: await sendAll(parts, wanted, composeTestPage(facts)) }
    },
  }
}

/** Users and shared channels that can be reached; where both have a name, the user has it. */
function receiversOf({ users, channels }: Configuration): Receiver[] {
  const people = Object.values(users).map(({ name, title, contacts }) => ({
    name,
    title,
    contacts: contacts.map((contact, index) => ({ contact, number: index + 1 })),
  }))
  const shared = Object.values(channels).flatMap(({ name, title, contact }) =>
    own(users, name) === undefined ? [{ name, title, contacts: [{ contact, number: 0 }] }] : [],
  )
  return [...people, ...shared]
}

async function sendAll(
  parts: TestPageParts,
  wanted: Receiver['contacts'],
  message: PageMessage,
): Promise<TestedContact[]> {
  // What speaks to providers takes its memory only where somebody asks for it.
  const { createChannels } = await import('./edges.ts')
  const integrations = () => parts.configuration().integrations
  const chartOf = async () => undefined
  const channels = createChannels(parts.resolveSecret, parts.now, chartOf, parts.log, integrations)
  return Promise.all(
    wanted.map(async ({ contact, number }) => {
      const key = { ...message, idempotencyKey: `${message.idempotencyKey}/${number}` }
      const outcome = await tried(channels[contact.channel], contact, key)
      return { channel: contact.channel, contact: number, outcome }
    }),
  )
}

async function tried(channel: Channel, contact: Contact, message: PageMessage): Promise<TestOutcome> {
  const late = AbortSignal.timeout(longestMs)
  const overdue = new Promise<TestOutcome>((resolve) => {
    late.addEventListener('abort', () => resolve({ kind: 'no-answer', afterMs: longestMs }), { once: true })
  })
  const sent = channel
    .send(contact, message, late)
    .then(testOutcomeOf, (error: unknown) => ({ kind: 'refused', reason: errorMessage(error) }) as const)
  return Promise.race([sent, overdue])
}
