import { setTimeout as delay } from 'node:timers/promises'
import type { Configuration } from '../domain/configuration.ts'
import { groupRows, type AlertGroup, type InboxRow } from '../domain/dispatch.ts'
import type { Incident } from '../domain/incident.ts'

type DispatchedIncident = Pick<Incident, 'number' | 'groupingKey' | 'title' | 'service' | 'severity'>

/** Where alerts wait, and where they go. */
export interface DispatchStore {
  /** Claims waiting rows for as long as `work` runs, and ticks off those whose ids it returns. Answers how many it claimed. */
  claim(limit: number, except: readonly number[], work: (rows: InboxRow[]) => Promise<readonly number[]>): Promise<number>
  /** Applies a group in one transaction; answers its open incident, if it has one. */
  apply(group: AlertGroup, opening: { configRevision: string; chartToken: string }): Promise<DispatchedIncident | undefined>
}

export interface DispatcherDependencies {
  readonly store: DispatchStore
  /** Calls back when rows may have come in. */
  readonly listen: (onNotify: () => void) => { stop(): Promise<void> }
  /** Starts the incident's workflow or tells it that its alerts changed. Rejects when Temporal did not take it. */
  readonly signalIncident: (incident: DispatchedIncident) => Promise<void>
  /** As it is now; each incident keeps the revision that it was opened with. */
  readonly configuration: () => Configuration
  readonly log: {
    info(fields: object, message: string): void
    error(fields: object, message: string): void
  }
  /** 128 random bits in hex. */
  readonly newToken: () => string
  /** Milliseconds of any clock that does not go back. */
  readonly clock: () => number
  readonly batch?: number
  /** How long a row may wait unnoticed when its notification got lost. */
  readonly pollMs?: number
}

const defaultBatch = 500
const defaultPollMs = 1_000
/** Groups at work at once: each takes a connection to the database and then a call to Temporal. */
const concurrency = 6
const firstPauseMs = 100
const longestPauseMs = 2_000

export type Dispatcher = ReturnType<typeof createDispatcher>

/**
 * Brings accepted alerts to their incidents: a transaction per group, then a signal, and only then is a row ticked off. Whatever
 * breaks in between, the row is delivered again, and a repeat changes nothing.
 */
export function createDispatcher(dependencies: DispatcherDependencies) {
  const { store, listen, clock, batch = defaultBatch, pollMs = defaultPollMs } = dependencies
  const stopping = new AbortController()
  const held = createHeld(clock)
  let running: Promise<void> | undefined
  let listening: { stop(): Promise<void> } | undefined
  let wake: () => void = () => undefined
  let noticed = false
  let failures = 0

  /** One batch. True when more rows may be waiting. @throws when nothing gets through */
  async function pass(): Promise<boolean> {
    const failed = new Map<AlertGroup, unknown>()
    const claimed = await store.claim(batch, held.ids(), async (rows) => {
      const groups = groupRows(rows, dependencies.configuration().routes)
      await eachOf(groups, (group) => deliver(group, dependencies).catch((error: unknown) => void failed.set(group, error)))
      const done = idsOf(groups.filter((group) => !failed.has(group)))
      held.release(done)
      return failed.size < groups.length ? done : []
    })
    const [[first, error] = [], ...others] = failed
    if (first === undefined) return claimed === batch
    const rows = idsOf([...failed.keys()])
    // Where nothing at all gets through, no row is to blame.
    if (rows.length === claimed) throw error
    if (held.hold(rows)) dependencies.log.error({ err: error, groupingKey: first.groupingKey, others: others.length }, 'alerts of a group cannot be dispatched; others are')
    return true
  }

  async function run(): Promise<void> {
    while (!stopping.signal.aborted) {
      noticed = false
      try {
        const more = await pass()
        recovered()
        if (!more) await untilNoticed()
      } catch (error) {
        failing(error)
        await delay(pauseAfter(failures), undefined, { signal: stopping.signal }).catch(() => undefined)
      }
    }
  }

  async function untilNoticed(): Promise<void> {
    if (noticed || stopping.signal.aborted) return
    const sleep = new AbortController()
    wake = () => sleep.abort()
    await delay(pollMs, undefined, { signal: sleep.signal }).catch(() => undefined)
  }

  function notice(): void {
    noticed = true
    wake()
  }

  function failing(error: unknown): void {
    if (failures++ === 0) dependencies.log.error({ err: error }, 'alerts wait in the inbox: they cannot be dispatched now')
  }

  function recovered(): void {
    if (failures > 0) dependencies.log.info({ failures }, 'alerts are dispatched again')
    failures = 0
  }

  return {
    start(): void {
      listening ??= listen(notice)
      running ??= run()
    },

    /** Returns when the batch at work is done. Rows that wait keep waiting. */
    async stop(): Promise<void> {
      stopping.abort()
      wake()
      await running
      await listening?.stop()
    },
  }
}

async function deliver(group: AlertGroup, dependencies: DispatcherDependencies): Promise<void> {
  const { store, configuration, newToken, signalIncident } = dependencies
  const incident = await store.apply(group, { configRevision: configuration().revision, chartToken: newToken() })
  if (incident !== undefined) await signalIncident(incident)
}

function idsOf(groups: readonly AlertGroup[]): number[] {
  return groups.flatMap(({ rows }) => rows.map(({ id }) => id))
}

/** Rows that failed while others got through: they are passed over for a while, longer each time, so that they hold nobody up. */
function createHeld(clock: () => number) {
  const rows = new Map<number, { until: number; tries: number }>()
  return {
    ids: () => [...rows].filter(([, { until }]) => until > clock()).map(([id]) => id),
    /** True when one of them fails for the first time. */
    hold(ids: readonly number[]): boolean {
      const known = rows.size
      for (const id of ids) {
        const tries = (rows.get(id)?.tries ?? 0) + 1
        rows.set(id, { tries, until: clock() + 10 * pauseAfter(tries) })
      }
      return rows.size > known
    },
    release: (ids: readonly number[]) => ids.forEach((id) => rows.delete(id)),
  }
}

function pauseAfter(failures: number): number {
  return Math.min(firstPauseMs * 2 ** (failures - 1), longestPauseMs)
}

async function eachOf<Item>(items: readonly Item[], work: (item: Item) => Promise<void>): Promise<void> {
  const rest = items.values()
  const worker = async () => {
    for (const item of rest) await work(item)
  }
  await Promise.all(Array.from({ length: Math.min(concurrency, items.length) }, worker))
}
