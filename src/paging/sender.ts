import { setTimeout as delay } from 'node:timers/promises'
import { queueRules } from '../domain/page/bundle.ts'
import { batchOf, type ClaimedPage } from '../domain/page/batch.ts'
import type { ChannelTraits } from '../domain/page/channel-traits.ts'
import type { Page } from '../domain/page/page.ts'
import { endCalledOff } from './called-off.ts'
import { isChannel, type PagedIncident, type SenderDependencies } from './dependencies.ts'
import { type Message, sendMessage, sendTimeoutMs, triesMs } from './send-page.ts'

/** A sender that does not report by then has died: the page is taken over, as one that may have arrived. */
const leaseMs = sendTimeoutMs + 5_000
/** Messages under way at once. */
const mostAtOnce = 32
/** Pages claimed at once: what one moment's bundle can tell of. */
const mostClaimed = 500
/** How long a queued page may wait unnoticed when its notification got lost. */
const pollMs = 5_000
const pauseAfterFailureMs = 1_000
/** Other pages may fall due while a provider takes its time. */
const whileSendingMs = 250

export type PageSender = ReturnType<typeof createPageSender>

/**
 * Sends pages as they are committed: it is woken by the store, claims what is due, sends, and writes down what became of it under the same
 * claim. It needs the store and the providers, and nothing else.
 */
export function createPageSender(deps: SenderDependencies) {
  const stopping = new AbortController()
  const underWay = new Set<Promise<void>>()
  let running: Promise<void> | undefined
  let listening: { stop(): Promise<void> } | undefined
  const bell = createBell(stopping.signal)
  const store = createStoreWatch(deps.log)

  async function run(): Promise<void> {
    while (!stopping.signal.aborted) {
      bell.forget()
      try {
        // Those under way say when there is room again.
        if (underWay.size >= mostAtOnce) await bell.heard(pollMs)
        else if ((await pass(deps, begin)) < mostClaimed) await bell.heard(await idleMs())
        store.answered()
      } catch (error) {
        store.failed(error)
        await bell.heard(pauseAfterFailureMs)
      }
    }
    await Promise.all(underWay)
  }

  function begin(message: Message, incidents: ReadonlyMap<number, PagedIncident>): void {
    const sending = sendMessage(deps, message, incidents)
      .catch((error: unknown) =>
        deps.log.error(
          { err: error, page: message.page.id },
          'what became of a page could not be written down; it is looked at again',
        ),
      )
      .finally(() => {
        underWay.delete(sending)
        bell.ring()
      })
    underWay.add(sending)
  }

  /** Until the next page falls due, or somebody notices. What was begun goes out first: its end rings the bell. */
  async function idleMs(): Promise<number> {
    if (underWay.size > 0) return whileSendingMs
    const due = await deps.outbox.nextDue()
    return due === null ? pollMs : Math.min(Math.max(due.getTime() - deps.now().getTime(), 1), pollMs)
  }

  return {
    start(): void {
      listening ??= deps.listen(bell.ring)
      running ??= run()
    },

    /** Sends what is due now, and returns when all of it is written down; how many messages that were. */
    async sendDue(): Promise<number> {
      const sending: Promise<void>[] = []
      await pass(deps, (message, incidents) => void sending.push(sendMessage(deps, message, incidents)))
      await Promise.all(sending)
      return sending.length
    },

    /** Returns when every message under way is written down. */
    async stop(): Promise<void> {
      stopping.abort()
      bell.ring()
      await running
      await listening?.stop()
    },
  }
}

/** Says once that the store fails, and once that it answers again. */
function createStoreWatch(log: SenderDependencies['log']) {
  let failing = false
  return {
    failed(error: unknown): void {
      if (!failing) log.error({ err: error }, 'pages wait: the store cannot be asked for them now')
      failing = true
    },
    answered(): void {
      if (failing) log.info({}, 'pages are sent again')
      failing = false
    },
  }
}

/** Somebody sleeps until it rings; that it rang before they slept is not lost. */
function createBell(stopped: AbortSignal) {
  let wake: () => void = () => undefined
  let rang = false
  return {
    ring: (): void => {
      rang = true
      wake()
    },
    forget: (): void => {
      rang = false
    },
    /** Until it rings, at most so long. */
    heard: async (ms: number): Promise<void> => {
      if (rang || stopped.aborted) return
      const sleep = new AbortController()
      wake = () => sleep.abort()
      await delay(ms, undefined, { signal: sleep.signal }).catch(() => undefined)
    },
  }
}

type Begin = (message: Message, incidents: ReadonlyMap<number, PagedIncident>) => void

/** Claims what is due and begins its messages. Returns how many pages were claimed. */
async function pass(deps: SenderDependencies, begin: Begin): Promise<number> {
  const { outbox, channels } = deps
  const now = deps.now()
  const since = now.getTime() - queueRules.windowMs
  const due = await outbox.claim({ limit: mostClaimed, now, leaseMs, since, triesMs })
  if (due.length === 0) return 0
  const incidents = await outbox.incidents(due.map(({ page }) => page.incident))
  const ended = await endOrphans(deps, due)
  const claimed = due.flatMap(({ page, ...one }): ClaimedPage[] => {
    const about = incidents.get(page.incident)?.incident
    if (about === undefined || ended.has(page.id)) return []
    return [{ page, ...one, service: about.service, severity: about.severity }]
  })
  const bundles = (page: Page) => isChannel(channels, page.channel) && isBundled(page, channels[page.channel])
  const { messages, waits } = batchOf(claimed, bundles, now.getTime())
  const postponed = waits.map(({ page, waitMs }) => ({ page, dueAt: new Date(now.getTime() + waitMs) }))
  await endCalledOff(deps, await outbox.postpone(postponed))
  for (const message of messages) {
    const going = message.bundled.length === 0 ? message : await formBundle(deps, message)
    if (going !== undefined) begin(going, incidents)
  }
  return due.length
}

/** What takes the place of one message is of one incident, and so is what asks or tells one person. */
function isBundled({ kind }: Page, { bundles, edits }: ChannelTraits): boolean {
  const isFollowUp = kind === 'acknowledged' || kind === 'resolved'
  return bundles && (kind === 'page' || (isFollowUp && !edits))
}

/** A message of several pages, without those that were called off by now; `undefined`: nothing is left of it. */
async function formBundle(
  deps: SenderDependencies,
  { page, bundled }: Message,
): Promise<Message | undefined> {
  const { going, calledOff } = await deps.outbox.bundle([page, ...bundled])
  await endCalledOff(deps, calledOff)
  const [first, ...others] = going
  return first === undefined ? undefined : { page: first, bundled: others }
}

interface Claimed {
  readonly page: Page
  readonly calledOff: string | null
  readonly wasSending: boolean
}

/** Ends pages whose sender died, or never learnt whether they arrived, and that are not to be repeated. Returns their ids. */
async function endOrphans(deps: SenderDependencies, due: readonly Claimed[]): Promise<ReadonlySet<string>> {
  const orphans = due.filter(({ wasSending }) => wasSending)
  const arrived = await arrivedAlong(deps, orphans)
  const calledOff = orphans.flatMap(({ page, calledOff: why }) =>
    why === null || arrived.has(page.id) ? [] : [{ page, why }],
  )
  await endCalledOff(deps, calledOff)
  return new Set([...arrived, ...calledOff.map(({ page }) => page.id)])
}

/** Pages whose sender died after the message that told of them was known to have arrived: they have arrived with it. */
async function arrivedAlong(
  { outbox, now }: SenderDependencies,
  sending: readonly Claimed[],
): Promise<ReadonlySet<string>> {
  const orphans = sending.filter(({ page }) => page.leader !== null && page.leader !== page.id)
  if (orphans.length === 0) return new Set()
  const leaders = await outbox.find(orphans.flatMap(({ page }) => page.leader ?? []))
  const sent = new Set(
    leaders.filter(({ state }) => state === 'sent' || state === 'delivered').map(({ id }) => id),
  )
  const arrived = orphans.filter(({ page }) => page.leader !== null && sent.has(page.leader))
  const settlement = { state: 'sent', at: now().toISOString() } as const
  for (const { page } of arrived) await outbox.settle(page, { settlement })
  return new Set(arrived.map(({ page }) => page.id))
}
