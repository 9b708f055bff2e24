import type { Configuration } from '../domain/configuration/configuration.ts'
import type { Contact } from '../domain/configuration/people.ts'
import {
  composeTestPage,
  type DueTestPage,
  type TestOutcome,
  testOutcomeOf,
} from '../domain/page/test-page.ts'
import { errorMessage } from '../domain/values/error-message.ts'
import { own } from '../domain/values/own.ts'
import type { Channel, SenderDependencies } from './dependencies.ts'

/** For one contact, with all its ways round a refusal; less than the server waits for the answer. */
const longestMs = 10_000
const mostClaimed = 20

export interface TestPageSenderDependencies
  extends Pick<SenderDependencies, 'channels' | 'running' | 'publicUrl' | 'log' | 'now'> {
  readonly testPages: {
    claim(options: { readonly now: Date; readonly limit: number }): Promise<readonly DueTestPage[]>
    settle(id: number, outcome: TestOutcome): Promise<void>
  }
}

/** Sends test pages from where real ones go out, by the same channels; each is tried once. */
export function createTestPageSender(deps: TestPageSenderDependencies) {
  return {
    mostClaimed,
    /** Sends what waits now; how many that were. */
    async sendDue(): Promise<number> {
      const due = await deps.testPages.claim({ now: deps.now(), limit: mostClaimed })
      await Promise.all(due.map((one) => sendTestPage(deps, one)))
      return due.length
    },
  }
}

async function sendTestPage(deps: TestPageSenderDependencies, due: DueTestPage): Promise<void> {
  const outcome = await outcomeOf(deps, due)
  await deps.testPages.settle(due.id, outcome)
  const about = { receiver: due.receiver, contact: due.contact, outcome }
  if (outcome.kind === 'sent') deps.log.info(about, 'test page sent')
  else deps.log.warn(about, 'a test page could not be sent')
}

async function outcomeOf(deps: TestPageSenderDependencies, due: DueTestPage): Promise<TestOutcome> {
  const running = deps.running()
  const contact = contactOf(running, due)
  if (running.revision !== due.revision || contact === undefined)
    return { kind: 'other-configuration', revision: running.revision }
  const message = composeTestPage(due, deps.publicUrl)
  return tried(deps.channels[contact.channel], contact, message)
}

function contactOf({ users, channels }: Configuration, { receiver, contact }: DueTestPage) {
  return contact === 0 ? own(channels, receiver)?.contact : own(users, receiver)?.contacts[contact - 1]
}

async function tried(
  channel: Channel,
  contact: Contact,
  message: Parameters<Channel['send']>[1],
): Promise<TestOutcome> {
  const late = AbortSignal.timeout(longestMs)
  const overdue = new Promise<TestOutcome>((resolve) => {
    late.addEventListener('abort', () => resolve({ kind: 'no-answer', afterMs: longestMs }), { once: true })
  })
  const sent = channel
    .send(contact, message, late)
    .then(testOutcomeOf, (error: unknown) => ({ kind: 'refused', reason: errorMessage(error) }) as const)
  return Promise.race([sent, overdue])
}
