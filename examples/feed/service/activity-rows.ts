import { randomUUID } from 'node:crypto'
import type { FeedAction, MessageAction, Table } from '../tables.ts'

/** Where rows go: the part of a ClickHouse client that is needed here. */
export interface RowSink {
  insert(batch: {
    readonly table: Table
    readonly values: readonly (FeedAction | MessageAction)[]
    readonly format: 'JSONEachRow'
    readonly clickhouse_settings: { readonly insert_deduplication_token: string }
  }): Promise<unknown>
}

interface Batch {
  readonly table: Table
  readonly rows: readonly (FeedAction | MessageAction)[]
  readonly token: string
  readonly madeAt: number
}

export interface ActivityState {
  readonly waiting: number
  readonly written: number
  readonly dropped: number
}

export interface ActivityRows {
  addFeedActions(rows: readonly FeedAction[]): void
  addMessages(rows: readonly MessageAction[]): void
  /** Writes what is waiting, the oldest batch first. Stops at the first batch that cannot be written, and keeps it. */
  write(): Promise<void>
  state(): ActivityState
}

/** With ClickHouse away, rows wait this long and no more than so many. About 5 minutes of the usual load fit. */
const keepMs = 300_000
const keepRows = 30_000
const batchRows = 5_000

/** What people did, on its way to ClickHouse: gathered in memory, written in batches, kept for a while if that fails. */
export function createActivityRows(sink: RowSink, now: () => number): ActivityRows {
  const gathered: { table: Table; rows: (FeedAction | MessageAction)[] }[] = [
    { table: 'simulator.feed_actions', rows: [] },
    { table: 'simulator.message_actions', rows: [] },
  ]
  let batches: Batch[] = []
  let written = 0
  let dropped = 0

  const gather = (table: Table, rows: readonly (FeedAction | MessageAction)[]) =>
    gathered.find((entry) => entry.table === table)?.rows.push(...rows)

  const seal = () => {
    for (const { table, rows } of gathered)
      while (rows.length > 0)
        batches.push({ table, rows: rows.splice(0, batchRows), token: randomUUID(), madeAt: now() })
  }

  const dropOld = () => {
    let room = keepRows
    const kept = batches
      .toReversed()
      .filter(({ rows, madeAt }) => (room -= rows.length) >= 0 && now() - madeAt <= keepMs)
    dropped += count(batches) - count(kept)
    batches = kept.toReversed()
  }

  return {
    addFeedActions: (rows) => void gather('simulator.feed_actions', rows),
    addMessages: (rows) => void gather('simulator.message_actions', rows),
    async write() {
      seal()
      dropOld()
      for (let batch = batches[0]; batch; batch = batches[0]) {
        await insert(sink, batch)
        written += batch.rows.length
        batches.shift()
      }
    },
    state: () => ({
      waiting: count(batches) + gathered.reduce((sum, { rows }) => sum + rows.length, 0),
      written,
      dropped,
    }),
  }
}

async function insert(sink: RowSink, { table, rows, token }: Batch): Promise<void> {
  await sink.insert({
    table,
    values: rows,
    format: 'JSONEachRow',
    clickhouse_settings: { insert_deduplication_token: token },
  })
}

function count(batches: readonly Batch[]): number {
  return batches.reduce((sum, { rows }) => sum + rows.length, 0)
}
