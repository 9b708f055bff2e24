import { incidentName } from '../domain/investigate/evidence.ts'
import { type NewPage, nextContactPage } from '../domain/escalate/escalate.ts'
import { reachableOf } from '../domain/escalate/targets.ts'
import type { Incident } from '../domain/incident/incident.ts'
import type { Page, SendOutcome } from '../domain/page/page.ts'
import { retryDelayMs } from '../domain/page/state.ts'
import { endCalledOff } from './called-off.ts'
import { isChannel, type PagedIncident, type SenderDependencies } from './dependencies.ts'
import { messageOf } from './message.ts'

const defaultRetryBaseMs = 500
/** A page is tried so often, then its person's next contact is. */
const mostTries = 4
/** After so many tries with an unknown end, the next one with such an end was the last, where the other side has no key. */
const mostUnknownTries = 1
/** An exchange with a provider is given up after this. */
export const sendTimeoutMs = 15_000
/** No try begins later than this after the first: a person should hear soon, by another contact or from the next step. */
export const triesMs = 60_000

/** A message to be sent: a page, and those that are bundled with it. */
export interface Message {
  readonly page: Page
  readonly bundled: readonly Page[]
}

/** Sends one message, and writes down what became of every page in it. Never rejects for what a provider does. */
export async function sendMessage(
  deps: SenderDependencies,
  { page, bundled }: Message,
  incidents: ReadonlyMap<number, PagedIncident>,
): Promise<void> {
  const about = incidents.get(page.incident)
  if (about === undefined) throw new Error(`page ${page.id} is of an incident that is not there`)
  const outcome = await trySending(deps, page, bundled, incidents, about)
  if (outcome.kind === 'wait') {
    const dueAt = new Date(deps.now().getTime() + outcome.waitMs)
    const postponed = [page, ...bundled].map((one) => ({ page: one, dueAt }))
    return endCalledOff(deps, await deps.outbox.postpone(postponed))
  }
  const retryAt = retryAtOf(deps, page, outcome)
  // Under one key its receiver would look at nothing new: such a bundle is repeated as it was.
  const isRepeated = retryAt !== undefined && bundled.length > 0 && hasKey(deps, page)
  const ended: Tried =
    isRepeated && outcome.kind === 'retry' ? { kind: 'unknown', error: outcome.error } : outcome
  await settle(deps, page, about.incident, ended, retryAt)
  await settleBundled(deps, bundled, ended, retryAt)
}

type Tried = Exclude<SendOutcome, { kind: 'wait' }>

async function trySending(
  deps: SenderDependencies,
  page: Page,
  bundled: readonly Page[],
  incidents: ReadonlyMap<number, PagedIncident>,
  about: PagedIncident,
): Promise<SendOutcome> {
  const atStart = await atStartOf(deps, about.incident)
  const contact = reachableOf(page.person, deps.running(), atStart)?.contacts[page.contact]
  if (contact === undefined || contact.channel !== page.channel) {
    const error = `the configuration has changed: ${page.person} is no longer reached this way`
    return { kind: 'final', error }
  }
  const channel = deps.channels[contact.channel]
  if (!channel.hasKey && page.unknownTries > mostUnknownTries)
    return { kind: 'unknown', error: `${page.unknownTries} tries did not report back` }
  const message = await messageOf(deps, page, bundled, incidents, atStart)
  return channel.send(contact, message, AbortSignal.timeout(sendTimeoutMs))
}

async function settle(
  deps: SenderDependencies,
  page: Page,
  incident: Incident,
  outcome: Tried,
  retryAt: Date | undefined,
): Promise<void> {
  const next = retryAt === undefined ? await nextOf(deps, page, incident) : undefined
  const settled = await deps.outbox.settle(page, {
    settlement: settlementOf(outcome, deps.now().toISOString()),
    ...(retryAt === undefined ? {} : { retryAt }),
    ...(next === undefined ? {} : { next }),
    ...(outcome.kind === 'sent' && outcome.replaced !== undefined ? { replaced: outcome.replaced } : {}),
  })
  if (settled?.ended === true) deps.ended?.(settled.page)
  if (settled === undefined) return
  const { id, person, channel, lastError, attempts, state } = settled.page
  const about = { incident: incidentName(page.incident), page: id, person, channel, attempts }
  if (state === 'sent') deps.log.info(about, 'page sent')
  if (state !== 'failed' && state !== 'unknown') return
  deps.log.warn(
    { ...about, reason: lastError, retryAt, next: next?.id },
    settled.ended ? 'a page could not be delivered' : 'a page could not be sent yet',
  )
}

function settlementOf(outcome: Tried, at: string) {
  switch (outcome.kind) {
    case 'sent': {
      const providerId = outcome.providerId === undefined ? {} : { providerId: outcome.providerId }
      return { state: 'sent', at, ...providerId } as const
    }
    case 'retry':
    case 'final':
      return { state: 'failed', at, error: outcome.error, final: outcome.kind === 'final' } as const
    case 'unknown':
      return { state: 'unknown', at, error: outcome.error } as const
  }
}

/** When the page is tried again; `undefined`: that was the last try. */
function retryAtOf(deps: SenderDependencies, page: Page, outcome: Tried): Date | undefined {
  if (outcome.kind === 'sent' || outcome.kind === 'final') return undefined
  const { now, retryBaseMs = defaultRetryBaseMs } = deps
  if (outcome.kind === 'unknown' && !hasKey(deps, page) && page.unknownTries >= mostUnknownTries)
    return undefined
  const asked = outcome.kind === 'retry' ? (outcome.retryAfterMs ?? 0) : 0
  const at = now().getTime() + Math.max(asked, retryDelayMs(page, retryBaseMs))
  const isLate = page.triesUntil !== null && at > Date.parse(page.triesUntil)
  return page.attempts >= mostTries || isLate ? undefined : new Date(at)
}

function hasKey({ channels }: SenderDependencies, { channel }: Page): boolean {
  return isChannel(channels, channel) && channels[channel].hasKey
}

async function nextOf(
  deps: SenderDependencies,
  page: Page,
  incident: Incident,
): Promise<NewPage | undefined> {
  return nextContactPage(page, reachableOf(page.person, deps.running(), await atStartOf(deps, incident)))
}

/** Those that were bundled with it have arrived too, or are tried again when the page is: repeated with it when it may have arrived. */
async function settleBundled(
  deps: SenderDependencies,
  bundled: readonly Page[],
  outcome: Tried,
  retryAt: Date | undefined,
): Promise<void> {
  const { outbox, now, ended } = deps
  const isUnknown = outcome.kind === 'unknown'
  if (isUnknown && retryAt !== undefined) return outbox.repeat(bundled, retryAt)
  if (outcome.kind !== 'sent')
    return endCalledOff(deps, await outbox.release(bundled, { at: retryAt ?? now(), isUnknown }))
  const settlement = { state: 'sent', at: now().toISOString() } as const
  for (const page of bundled) {
    const settled = await outbox.settle(page, { settlement })
    if (settled?.ended === true) ended?.(settled.page)
  }
}

/** A revision that is gone keeps nobody from hearing. */
async function atStartOf({ configurations, running }: SenderDependencies, { configRevision }: Incident) {
  const now = running()
  return now.revision === configRevision ? now : configurations.get(configRevision).catch(() => now)
}
