import { Context } from '@temporalio/activity'
import { ApplicationFailure } from '@temporalio/common'
import { type NewPage, nextContactPage, type PageRef } from '../src/domain/escalate.ts'
import type { FailPageInput, PageResult } from '../src/domain/escalate-messages.ts'
import { type Lane, laneRules, laneWaitMs, type PageClaim, spreadWaitMs } from '../src/domain/bundle.ts'
import { pageEntry } from '../src/domain/escalate-record.ts'
import { reachableOf } from '../src/domain/escalate-targets.ts'
import type { Incident } from '../src/domain/incident.ts'
import type { Page, SendOutcome } from '../src/domain/page.ts'
import { type PageSettlement, retryDelayMs } from '../src/domain/page-state.ts'
import { type EscalateDependencies, isChannel, timestamp } from './escalate-dependencies.ts'
import { messageOf } from './escalate-message.ts'

const defaultRetryBaseMs = 500
/** After so many tries with an unknown end, the next one with such an end was the last. */
const mostUnknownTries = 1
const takenAlongMs = 1_000

/** Sends one page, and says what became of it: see `deliverPage` of the activities. */
export async function deliverPage(deps: EscalateDependencies, id: string): Promise<PageResult> {
  const known = await pageNamed(deps, id)
  const incident = await deps.incidents.get(known.incident)
  if (incident.state === 'resolved' && known.kind !== 'resolved') await dropStale(deps, known)
  const claim = await deps.pages.claim(id, laneOf(deps, known, incident), timestamp(deps))
  if (claim.kind === 'over') return settled(deps, await pageNamed(deps, id))
  if (claim.kind === 'wait')
    return { state: known.state, next: null, waitMs: waitMsOf(deps, known, incident, claim) }
  const { page, bundled } = claim
  const outcome = await send(deps, page, incident, bundled)
  const at = timestamp(deps)
  switch (outcome.kind) {
    case 'sent': {
      // What follows must not take the place of a message that told of others too.
      const isAlone = outcome.providerId !== undefined && bundled.length === 0
      const providerId = isAlone ? { providerId: outcome.providerId } : {}
      return settled(deps, await deps.pages.settle(id, { state: 'sent', at, ...providerId }))
    }
    case 'wait': {
      const now = await deps.pages.giveBack(id)
      return now.finishedAt === null
        ? { state: now.state, next: null, waitMs: outcome.waitMs }
        : settled(deps, now)
    }
    case 'retry':
      return tryAgain(deps, page, outcome)
    case 'final':
      return giveUp(deps, page, { state: 'failed', at, error: outcome.error, final: true })
    case 'unknown':
      return page.unknownTries < mostUnknownTries
        ? repeatOnce(deps, page, outcome.error)
        : giveUp(deps, page, { state: 'unknown', at, error: outcome.error })
  }
}

/** Only what wakes a person queues up for them. */
function laneOf(deps: EscalateDependencies, { kind, channel }: Page, { severity }: Incident): Lane {
  const now = deps.now().getTime()
  const bundles = kind === 'page' && isChannel(deps, channel) && deps.channels[channel].bundles
  const waitMs = (begun: readonly number[]) => (bundles ? laneWaitMs(begun, now, severity) : 0)
  return { since: now - laneRules.gapMs, waitMs, bundles }
}

/** One that is being taken along is looked at again soon; nothing is left to do then. */
function waitMsOf(
  { now }: EscalateDependencies,
  { id }: Page,
  { severity }: Incident,
  { begun, leader }: Extract<PageClaim, { kind: 'wait' }>,
): number {
  const waitMs = leader === null ? laneWaitMs(begun, now().getTime(), severity) : takenAlongMs
  return spreadWaitMs(waitMs, id)
}

/** Gives up a page that no further try is due for: see `failPage` of the activities. */
export async function failPage(
  deps: EscalateDependencies,
  { page: id, reason }: FailPageInput,
): Promise<PageResult> {
  const page = await pageNamed(deps, id)
  const at = timestamp(deps)
  // A try that never reported may have reached the provider.
  if (page.state === 'sending') return giveUp(deps, page, { state: 'unknown', at, error: reason })
  return giveUp(deps, page, { state: 'failed', at, error: page.lastError ?? reason, final: true })
}

/** A page that waited until its incident was over wakes nobody any more. */
async function dropStale(deps: EscalateDependencies, { id, state }: Page): Promise<void> {
  const at = timestamp(deps)
  const reason = 'the incident was resolved before'
  if (state === 'sending') await deps.pages.settle(id, { state: 'unknown', at, error: reason })
  else await deps.pages.settle(id, { state: 'cancelled', at, reason })
}

async function send(
  deps: EscalateDependencies,
  page: Page,
  incident: Incident,
  bundled: readonly Page[],
): Promise<SendOutcome> {
  const configuration = await deps.configurations.get(incident.configRevision)
  const contact = reachableOf(page.person, deps.running(), configuration)?.contacts[page.contact]
  if (contact === undefined || contact.channel !== page.channel) {
    return {
      kind: 'final',
      error: `the configuration has changed: ${page.person} is no longer reached this way`,
    }
  }
  const channel = deps.channels[contact.channel]
  if (!channel.hasKey && page.unknownTries > mostUnknownTries) {
    return { kind: 'unknown', error: `${page.unknownTries} tries did not report back` }
  }
  const message = await messageOf(deps, page, incident, bundled)
  return channel.send(contact, message, Context.current().cancellationSignal)
}

/** Leaves the page as one that is being sent: its next try finds it so, counts this one as unknown and is marked as a possible repeat. */
async function repeatOnce(deps: EscalateDependencies, page: Page, error: string): Promise<PageResult> {
  const now = await pageNamed(deps, page.id)
  if (now.state !== 'sending') return settled(deps, now)
  throw notSent(deps, page, error)
}

type Retry = Extract<SendOutcome, { kind: 'retry' }>

async function tryAgain(
  deps: EscalateDependencies,
  page: Page,
  { error, retryAfterMs = 0 }: Retry,
): Promise<PageResult> {
  const settlement = { state: 'failed', at: timestamp(deps), error, final: false } as const
  const now = await deps.pages.settle(page.id, settlement)
  // Anything else was decided while the try was under way: there is no further one.
  if (now.state !== 'failed' || now.finishedAt !== null) return settled(deps, now)
  throw notSent(deps, page, error, retryAfterMs)
}

function notSent(
  deps: EscalateDependencies,
  page: Page,
  error: string,
  retryAfterMs = 0,
): ApplicationFailure {
  const nextRetryDelay = Math.max(retryAfterMs, retryDelayMs(page, deps.retryBaseMs ?? defaultRetryBaseMs))
  return ApplicationFailure.create({ type: 'PageNotSent', message: error, nextRetryDelay })
}

async function giveUp(
  deps: EscalateDependencies,
  page: Page,
  settlement: PageSettlement,
): Promise<PageResult> {
  const next = await successorOf(deps, page)
  return settled(deps, await deps.pages.settle(page.id, settlement, next))
}

/** What is said of a page that needs no further try: to the timeline, once, and to the workflow. */
async function settled(deps: EscalateDependencies, page: Page): Promise<PageResult> {
  const entry = pageEntry(page)
  if (entry !== undefined) await deps.timeline.append(entry)
  if (page.state !== 'failed' && page.state !== 'unknown')
    return { state: page.state, next: null, waitMs: null }
  const successor = await successorOf(deps, page)
  // Only one that was queued with this end: a page that was called off while it was being sent has none.
  const queued = successor === undefined ? undefined : await deps.pages.find(successor.id)
  return { state: page.state, next: queued === undefined ? null : refOf(queued), waitMs: null }
}

async function successorOf(deps: EscalateDependencies, page: Page): Promise<NewPage | undefined> {
  const { configRevision } = await deps.incidents.get(page.incident)
  const atStart = await deps.configurations.get(configRevision)
  return nextContactPage(page, reachableOf(page.person, deps.running(), atStart))
}

async function pageNamed(deps: EscalateDependencies, id: string): Promise<Page> {
  const page = await deps.pages.find(id)
  if (page === undefined)
    throw ApplicationFailure.nonRetryable(`there is no page ${id}: queue it first`, 'NoSuchPage')
  return page
}

export function refOf({ id, person, channel }: PageRef): PageRef {
  return { id, person, channel }
}
