import type { Configuration } from '../domain/configuration/configuration.ts'
import { isPossibleSource } from '../domain/alert/inhibition.ts'
import { groupRows, type AlertGroup, type Grouped } from '../domain/alert/grouping.ts'
import type { InboxRow } from '../domain/alert/stored-alert.ts'
import { incidentName } from '../domain/investigate/evidence.ts'
import { createHeldRows } from './held-rows.ts'

/** Where alerts wait, and where they go. */
export interface DispatchStore {
  /** Takes waiting rows for as long as the lease lasts; nobody else sees them meanwhile. */
  claim(limit: number, except: readonly number[], leaseMs: number): Promise<readonly InboxRow[]>
  /** Gives rows back before their lease is over. */
  release(ids: readonly number[]): Promise<void>
  /** Applies a group and ticks off those of its rows that are of no other, both or neither; answers the number of its open incident, if it has one. */
  apply(
    group: AlertGroup,
    opening: { configRevision: string; chartToken: string },
    at: Date,
  ): Promise<number | undefined>
  /** Applies events that are of no incident, and ticks them off. */
  keep(rows: readonly InboxRow[]): Promise<void>
  /** Ticks off rows whose groups were all applied. */
  tickOff(ids: readonly number[]): Promise<void>
}

export interface BatchDependencies {
  readonly store: DispatchStore
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
  readonly now: () => Date
}

/** Groups at work at once: each takes a connection to the database. */
const concurrency = 6
/** Whoever died with rows in hand leaves them to the next after this. */
const leaseMs = 30_000

/** Delivers waiting rows batch by batch, and knows whether it gets anything through. */
export function createBatches(dependencies: BatchDependencies, size: number) {
  const { store, configuration, log, clock } = dependencies
  const held = createHeldRows(clock)
  let failures = 0

  /** @returns whether more rows may be waiting. @throws when nothing gets through */
  async function pass(): Promise<boolean> {
    const rows = await store.claim(size, held.ids(), leaseMs)
    if (rows.length === 0) return retryHeld()
    const grouped = groupRows(rows, configuration())
    const failed = await deliverAll(grouped, dependencies)
    const left = [...new Set(failed.flatMap(({ ids }) => ids))]
    held.release(rows.map(({ id }) => id).filter((id) => !left.includes(id)))
    const [first, ...others] = failed
    if (first === undefined) return recovered(rows.length === size)
    const isNew = held.hold(left)
    await store.release(left)
    // Where nothing at all gets through, the store is at fault rather than the rows.
    if (left.length === rows.length) throw first.error
    const fields = { err: first.error, groupingKey: first.groupingKey, others: others.length }
    if (isNew) log.error(fields, 'alerts of a group cannot be dispatched; others are')
    return recovered(true)
  }

  /** While nothing gets through, every batch has its try before the first has another: rows at fault must not hide sound ones behind them. */
  function retryHeld(): boolean {
    if (failures > 0) held.clear()
    return failures > 0
  }

  function recovered(more: boolean): boolean {
    if (failures > 0) {
      log.info({ failures }, 'alerts are dispatched again')
      held.clear()
    }
    failures = 0
    return more
  }

  return {
    /** Delivers one batch. `failures` counts the batches in a row of which nothing got through. */
    async next(): Promise<{ readonly more: boolean; readonly failures: number }> {
      try {
        return { more: await pass(), failures: 0 }
      } catch (error) {
        if (failures++ === 0)
          log.error({ err: error }, 'alerts wait in the inbox: they cannot be dispatched now')
        return { more: true, failures }
      }
    },
  }
}

/** What could not be applied. */
interface FailedGroup {
  readonly groupingKey: string | null
  readonly ids: readonly number[]
  readonly error: unknown
}

/** Applies all groups, and what is of none; what fails holds up nothing else. */
async function deliverAll(
  { groups, shared, ungrouped }: Grouped,
  dependencies: BatchDependencies,
): Promise<FailedGroup[]> {
  const { store } = dependencies
  const failed: FailedGroup[] = []
  const fail = (groupingKey: string | null, ids: readonly number[]) => (error: unknown) =>
    void failed.push({ groupingKey, ids, error })
  const deliverThose = (those: readonly AlertGroup[]) =>
    eachOf(those, (group) => deliver(group, dependencies).catch(fail(group.groupingKey, idsOf(group.rows))))
  // What keeps others from paging is known before they are decided on.
  const rules = dependencies.configuration().inhibit ?? []
  const isFirst = ({ rows }: AlertGroup) => rows.some(({ labels }) => isPossibleSource(labels, rules))
  const [first, others] = rules.length === 0 ? [[], groups] : parted(groups, isFirst)
  await deliverThose(first)
  await deliverThose(others)
  if (ungrouped.length > 0) await store.keep(ungrouped).catch(fail(null, idsOf(ungrouped)))
  const left = new Set(failed.flatMap(({ ids }) => ids))
  const done = shared.filter((id) => !left.has(id))
  if (done.length > 0) await store.tickOff(done).catch(fail(null, done))
  return failed
}

async function deliver(group: AlertGroup, dependencies: BatchDependencies): Promise<void> {
  const { store, configuration, newToken, now, log } = dependencies
  const opening = { configRevision: configuration().revision, chartToken: newToken() }
  const incident = await store.apply(group, opening, now())
  if (incident === undefined) return
  const { groupingKey, rows } = group
  const fields = { incident: incidentName(incident), groupingKey, alerts: rows.length }
  log.info(fields, 'alerts brought to their incident')
}

function parted<Item>(items: readonly Item[], isFirst: (item: Item) => boolean): [Item[], Item[]] {
  return [items.filter(isFirst), items.filter((item) => !isFirst(item))]
}

function idsOf(rows: readonly InboxRow[]): number[] {
  return rows.map(({ id }) => id)
}

async function eachOf<Item>(items: readonly Item[], work: (item: Item) => Promise<void>): Promise<void> {
  const rest = items.values()
  const worker = async () => {
    for (const item of rest) await work(item)
  }
  await Promise.all(Array.from({ length: Math.min(concurrency, items.length) }, worker))
}
