import { type ClickHouseClient, createClient } from '@clickhouse/client'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { backfill } from '../../../examples/feed/backfill.ts'
import { type Stores, startStores } from './stores.ts'

const now = Date.UTC(2026, 0, 15, 0, 4)
const day = 86_400_000

let stores: Stores
let clickhouse: ClickHouseClient

beforeAll(async () => {
  stores = await startStores()
  clickhouse = createClient({ url: stores.clickhouseUrl })
})

afterAll(async () => {
  await clickhouse?.close()
  await stores?.stop()
})

interface Content {
  readonly rows: number
  readonly sum: string
  readonly seconds: number
}

/** Rows from `from` to `to`, in milliseconds since 1970, with a sum over everything in them. */
async function content(table: string, from = 0, to = now + day): Promise<Content> {
  const result = await clickhouse.query({
    query: `SELECT toUInt32(count()) AS rows, toString(sum(cityHash64(*))) AS sum, toUInt32(uniqExact(time)) AS seconds
      FROM simulator.{table:Identifier}
      WHERE time >= fromUnixTimestamp({from:UInt32}) AND time < fromUnixTimestamp({to:UInt32})`,
    query_params: { table, from: from / 1_000, to: to / 1_000 },
    format: 'JSONEachRow',
  })
  const [row] = await result.json<Content>()
  if (!row) throw new Error('a count gave no row')
  return row
}

const both = async () => [await content('feed_actions'), await content('message_actions')]
const fill = () => backfill({ clickhouseUrl: stores.clickhouseUrl, now })

it('fills 20 minutes on either side of this time a day and a week ago and the last 5 of today', async () => {
  const { rows } = await fill()
  for (const ago of [day, 7 * day]) {
    const around = await content('feed_actions', now - ago - 20 * 60_000, now - ago + 20 * 60_000)
    expect(around.seconds).toBe(40 * 60)
    expect(around.rows / around.seconds).toBeGreaterThan(40)
  }
  expect((await content('feed_actions', now - 5 * 60_000, now)).seconds).toBe(5 * 60)
  const [feed, messages] = await both()
  expect((feed?.rows ?? 0) + (messages?.rows ?? 0)).toBe(rows)
})

it('changes nothing when it is run again', async () => {
  const before = await both()
  expect((await fill()).rows).toBe(0)
  expect(await both()).toEqual(before)
})

it('makes a past window whole again that an incident or a lost batch has spoilt', async () => {
  const before = await both()
  const spoilt = (now - day) / 1_000
  await clickhouse.command({
    query:
      'DELETE FROM simulator.feed_actions WHERE time >= fromUnixTimestamp({from:UInt32}) AND time < fromUnixTimestamp({to:UInt32}) AND os = {os:String}',
    query_params: { from: spoilt, to: spoilt + 60, os: 'iOS' },
  })
  expect(await both()).not.toEqual(before)
  await fill()
  expect(await both()).toEqual(before)
})

it('leaves alone what lived today, and fills only the seconds in which nothing did', async () => {
  const second = now / 1_000 - 100
  const lived = {
    receiver_id: 2,
    gender: 0,
    age: 20,
    country: 'Spain',
    city: 'Madrid',
    os: 'iOS',
    source: 'ads',
    exp_group: 0,
  }
  const from = (second - 1) * 1_000
  const window = () => content('message_actions', from, from + 3_000)
  const before = await window()
  await clickhouse.command({
    query:
      'DELETE FROM simulator.message_actions WHERE time >= fromUnixTimestamp({from:UInt32}) AND time < fromUnixTimestamp({to:UInt32})',
    query_params: { from: second - 1, to: second + 2 },
  })
  await clickhouse.insert({
    table: 'simulator.message_actions',
    values: [{ user_id: 1, time: second, ...lived }],
    format: 'JSONEachRow',
  })
  await fill()
  expect((await content('message_actions', second * 1_000, (second + 1) * 1_000)).rows).toBe(1)
  const after = await window()
  expect(after.seconds).toBe(3)
  expect(after.rows).toBeLessThan(before.rows)
})
