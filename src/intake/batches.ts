import type { Configuration } from '../domain/configuration.ts'
import { groupRows, type AlertGroup, type InboxRow } from '../domain/dispatch.ts'
import type { Incident } from '../domain/incident.ts'
import { createHeldRows } from './held-rows.ts'

export type DispatchedIncident = Pick<Incident, 'number' | 'groupingKey' | 'title' | 'service' | 'severity'>

/** Where alerts wait, and where they go. */
export interface DispatchStore {
  /** Claims waiting rows for as long as `work` runs, and ticks off those whose ids it returns. Answers how many it claimed. */
  claim(
    limit: number,
    except: readonly number[],
    work: (rows: InboxRow[]) => Promise<readonly number[]>,
  ): Promise<number>
  /** Applies a group in one transaction; answers its open incident, if it has one. */
  apply(
    group: AlertGroup,
    opening: { configRevision: string; chartToken: string },
  ): Promise<DispatchedIncident | undefined>
}

export interface BatchDependencies {
  readonly store: DispatchStore
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
}

/** Groups at work at once: each takes a connection to the database and then a call to Temporal. */
const concurrency = 6

/** Delivers waiting rows batch by batch, and knows whether it gets anything through. */
export function createBatches(dependencies: BatchDependencies, size: number) {
  const { store, configuration, log, clock } = dependencies
  const held = createHeldRows(clock)
  let failures = 0

  /** @returns whether more rows may be waiting. @throws when nothing gets through */
  async function pass(): Promise<boolean> {
    const failed = new Map<AlertGroup, unknown>()
    const claimed = await store.claim(size, held.ids(), async (rows) => {
      const groups = groupRows(rows, configuration().routes)
      await eachOf(groups, (group) =>
        deliver(group, dependencies).catch((error: unknown) => void failed.set(group, error)),
      )
      const done = idsOf(groups.filter((group) => !failed.has(group)))
      held.release(done)
      return done
    })
    if (claimed === 0) return retryHeld()
    const [[first, error] = [], ...others] = failed
    if (first === undefined) return recovered(claimed === size)
    const rows = idsOf([...failed.keys()])
    const isNew = held.hold(rows)
    // Where nothing at all gets through, Temporal is away rather than the rows at fault.
    if (rows.length === claimed) throw error
    const fields = { err: error, groupingKey: first.groupingKey, others: others.length }
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

async function deliver(group: AlertGroup, dependencies: BatchDependencies): Promise<void> {
  const { store, configuration, newToken, signalIncident } = dependencies
  const opening = { configRevision: configuration().revision, chartToken: newToken() }
  const incident = await store.apply(group, opening)
  if (incident !== undefined) await signalIncident(incident)
}

function idsOf(groups: readonly AlertGroup[]): number[] {
  return groups.flatMap(({ rows }) => rows.map(({ id }) => id))
}

async function eachOf<Item>(items: readonly Item[], work: (item: Item) => Promise<void>): Promise<void> {
  const rest = items.values()
  const worker = async () => {
    for (const item of rest) await work(item)
  }
  await Promise.all(Array.from({ length: Math.min(concurrency, items.length) }, worker))
}
