import { randomUUID } from 'node:crypto'
import { Readable } from 'node:stream'
import { type ClickHouseClient, createClient } from '@clickhouse/client'
import { pinnedPost, postCount } from './audience.ts'
import { conversationsIn, read, type Town, visitsIn } from './behaviour.ts'
import { draw } from './chance.ts'
import { createPopulation, type Person } from './population.ts'
import { createTables, type Table } from './tables.ts'

export interface BackfillOptions {
  readonly clickhouseUrl: string
  /** Milliseconds since 1970. The users' `liveFrom`, if they live already: what they do from then on they write themselves. */
  readonly now: number
  /** Half the width of the windows around this time a day and a week ago. */
  readonly aroundMinutes?: number
  /** How much of today before `now`. */
  readonly recentMinutes?: number
  /** As the users' own, so that past and present are of one kind. */
  readonly seed?: number
  readonly scale?: number
}

export interface BackfillReport {
  readonly rows: number
  readonly tookMs: number
}

/** Whole seconds since 1970, half-open. */
interface Window {
  readonly from: number
  readonly to: number
}

const daySeconds = 86_400

/**
 * Writes what a sound service would have written: around this time a day and a week ago, and in the minutes before `now`. May be run again at any
 * time: a past window is made to hold exactly what belongs there, and in today's only seconds without any rows are filled.
 */
export async function backfill(options: BackfillOptions): Promise<BackfillReport> {
  const { aroundMinutes = 20, recentMinutes = 5, seed = 1, scale = 1 } = options
  const startedAt = performance.now()
  const clickhouse = createClient({ url: options.clickhouseUrl })
  try {
    await createTables(clickhouse)
    const town: Town = { population: createPopulation(seed), rhythm: { seed, scale } }
    const now = Math.floor(options.now / 1_000)
    const around = Math.round(aroundMinutes * 60)
    const past = [daySeconds, 7 * daySeconds].map((ago) => ({
      from: now - ago - around,
      to: now - ago + around,
    }))
    const recent = { from: now - Math.round(recentMinutes * 60), to: now }
    // At the same time, so that the next rows are made up while ClickHouse takes in the last ones.
    const written = await Promise.all(
      contents.flatMap((content) => [
        ...past.map((window) => fill(clickhouse, town, content, window, 'replace')),
        fill(clickhouse, town, content, recent, 'keep'),
      ]),
    )
    const rows = written.reduce((sum, count) => sum + count, 0)
    return { rows, tookMs: performance.now() - startedAt }
  } finally {
    await clickhouse.close()
  }
}

type Lines = (town: Town, second: number) => string[]

const contents: readonly (readonly [Table, Lines])[] = [
  ['simulator.feed_actions', feedLines],
  ['simulator.message_actions', messageLines],
]

async function fill(
  clickhouse: ClickHouseClient,
  town: Town,
  [table, linesIn]: (typeof contents)[number],
  window: Window,
  others: 'replace' | 'keep',
): Promise<number> {
  let present = await countBySecond(clickhouse, table, window)
  const planned = Array.from({ length: window.to - window.from }, (_, nth) =>
    linesIn(town, window.from + nth),
  )
  const asPlanned = planned.every((lines, nth) => {
    const rows = present.get(window.from + nth)
    return rows === undefined || rows === lines.length
  })
  if (!asPlanned && others === 'replace') {
    await clear(clickhouse, table, window)
    present = new Map()
  }
  const missing = planned.filter((_, nth) => !present.has(window.from + nth))
  return insert(clickhouse, table, missing.flat())
}

async function countBySecond(
  clickhouse: ClickHouseClient,
  table: Table,
  window: Window,
): Promise<Map<number, number>> {
  const result = await clickhouse.query({
    query: `SELECT toUnixTimestamp(time) AS second, toUInt32(count()) AS rows FROM {table:Identifier}.{name:Identifier}
      WHERE time >= fromUnixTimestamp({from:UInt32}) AND time < fromUnixTimestamp({to:UInt32}) GROUP BY second`,
    query_params: { ...identifiers(table), ...window },
    format: 'JSONEachRow',
  })
  const rows = await result.json<{ second: number; rows: number }>()
  return new Map(rows.map(({ second, rows: count }) => [second, count]))
}

async function clear(clickhouse: ClickHouseClient, table: Table, window: Window): Promise<void> {
  await clickhouse.command({
    query: `DELETE FROM {table:Identifier}.{name:Identifier}
      WHERE time >= fromUnixTimestamp({from:UInt32}) AND time < fromUnixTimestamp({to:UInt32})`,
    query_params: { ...identifiers(table), ...window },
  })
}

function identifiers(table: Table) {
  const [database, name] = table.split('.')
  return { table: database, name }
}

const batchLines = 50_000

async function insert(clickhouse: ClickHouseClient, table: Table, lines: readonly string[]): Promise<number> {
  for (let from = 0; from < lines.length; from += batchLines) {
    await clickhouse.insert({
      table,
      values: Readable.from([lines.slice(from, from + batchLines).join('')], { objectMode: false }),
      format: 'TabSeparated',
      // A token of its own, or rows that were here before, were deleted and come again would be taken for a repetition.
      clickhouse_settings: { insert_deduplication_token: randomUUID() },
    })
  }
  return lines.length
}

/** Lines of TSV with the columns in the order of the table. Nothing in them needs escaping. */
function feedLines(town: Town, second: number): string[] {
  return visitsIn(town, second).flatMap((visit, nth) => {
    const shown = Array.from({ length: visit.patience }, (_, place) => postAt(town, second, nth, place))
    return read(visit, shown).map(({ post_id, action }) =>
      line([visit.person.user_id, post_id, action, second], visit.person),
    )
  })
}

function messageLines(town: Town, second: number): string[] {
  return conversationsIn(town, second).flatMap(({ person, receivers }) =>
    receivers.map((receiver) => line([person.user_id, receiver, second], person)),
  )
}

function postAt({ rhythm }: Town, second: number, nth: number, place: number): number {
  return place === 0 ? pinnedPost : 1 + Math.floor(draw(rhythm.seed, second, nth, place, 77) * postCount)
}

function line(first: readonly (number | string)[], person: Person): string {
  const { gender, age, country, city, os, source, exp_group } = person
  return `${[...first, gender, age, country, city, os, source, exp_group].join('\t')}\n`
}
