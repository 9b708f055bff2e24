import { setTimeout as delay } from 'node:timers/promises'
import type { Configuration } from '../domain/configuration/configuration.ts'
import type { Contact } from '../domain/configuration/people.ts'
import type { TestedContact, TestOutcome } from '../domain/page/test-page.ts'
import { own } from '../domain/values/own.ts'
import { didYouMean } from '../domain/values/suggestion.ts'
import type { AskedTestPages, TestPageProgress } from '../postgres/test-pages.ts'
import type { TestPages } from '../web/test-pages.ts'

export interface TestPageParts {
  readonly configuration: () => Configuration
  readonly testPages: {
    ask(asked: AskedTestPages, at: Date): Promise<number | undefined>
    progress(request: string): Promise<readonly TestPageProgress[]>
    withdraw(request: string): Promise<void>
  }
  readonly now: () => Date
  readonly newId: () => string
  readonly timeouts: TestPageTimeouts
}

/** How long a server waits for what workers do. */
interface TestPageTimeouts {
  readonly claimMs: number
  readonly answerMs: number
}

/** A worker looks every 5 s where it is not notified, and whoever asks the server waits 15 s. */
export const testPageTimeouts: TestPageTimeouts = { claimMs: 6_000, answerMs: 13_000 }
const askEveryMs = 100

interface Receiver {
  readonly name: string
  readonly title: string
  /** With the number that it has in the configuration; 0 for the one of a shared channel. */
  readonly contacts: readonly { readonly contact: Contact; readonly number: number }[]
}

/** Asks the workers for test pages and waits for what became of them: only from where pages go out is it proved that they arrive. */
export function createTestPages(parts: TestPageParts): TestPages {
  return {
    receivers: () =>
      receiversOf(parts.configuration()).map(({ name, title, contacts }) => ({
        name,
        title,
        channels: contacts.map(({ contact }) => contact.channel),
      })),

    async send({ name, channel, by }) {
      const configuration = parts.configuration()
      const receivers = new Map(receiversOf(configuration).map((one) => [one.name, one]))
      const receiver = receivers.get(name)
      if (receiver === undefined) return { kind: 'unknown-name', hint: didYouMean(name, receivers.keys()) }
      const wanted = receiver.contacts.filter(
        ({ contact }) => (channel ?? contact.channel) === contact.channel,
      )
      if (wanted.length === 0)
        return { kind: 'no-contact', channels: receiver.contacts.map(({ contact }) => contact.channel) }
      const request = parts.newId()
      const contacts = wanted.map(({ number }) => number)
      const waitMs = await parts.testPages.ask(
        { request, receiver: name, contacts, revision: configuration.revision, by },
        parts.now(),
      )
      if (waitMs !== undefined) return { kind: 'too-often', retryAfterMs: waitMs }
      const outcomes = await outcomesOf(parts, request)
      return {
        kind: 'tried',
        name,
        contacts: wanted.map(
          ({ contact, number }): TestedContact => ({
            channel: contact.channel,
            contact: number,
            outcome: outcomes.get(number) ?? { kind: 'no-worker' },
          }),
        ),
      }
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

/** By contact; those that no worker has begun in time are withdrawn and not in it. */
async function outcomesOf(
  { testPages, timeouts }: TestPageParts,
  request: string,
): Promise<ReadonlyMap<number, TestOutcome>> {
  const begunAt = performance.now()
  const waitedMs = () => performance.now() - begunAt
  let progress = await testPages.progress(request)
  let withdrawn = false
  while (progress.some(({ outcome }) => outcome === null) && waitedMs() < timeouts.answerMs) {
    await delay(askEveryMs)
    if (!withdrawn && waitedMs() > timeouts.claimMs) {
      await testPages.withdraw(request)
      withdrawn = true
    }
    progress = await testPages.progress(request)
  }
  const late: TestOutcome = { kind: 'no-answer', afterMs: timeouts.answerMs }
  return new Map(progress.map(({ contact, outcome }) => [contact, outcome ?? late]))
}
