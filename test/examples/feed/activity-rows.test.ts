import { expect, it } from 'vitest'
import type { Person } from '../../../examples/feed/population.ts'
import { createActivityRows, type RowSink } from '../../../examples/feed/service/activity-rows.ts'

const person: Person = {
  user_id: 7,
  gender: 1,
  age: 30,
  country: 'Spain',
  city: 'Madrid',
  os: 'iOS',
  source: 'ads',
  exp_group: 0,
}
const rowsOf = (count: number, time = 1) =>
  Array.from({ length: count }, () => ({ ...person, receiver_id: 9, time }))

/** A ClickHouse that can be away. */
function createSink() {
  const sink = { away: false, tokens: [] as string[], rows: 0 }
  const insert: RowSink['insert'] = async ({ values, clickhouse_settings }) => {
    sink.tokens.push(clickhouse_settings.insert_deduplication_token)
    if (sink.away) throw new Error('connect ECONNREFUSED')
    sink.rows += values.length
  }
  return Object.assign(sink, { insert })
}

it('keeps rows while ClickHouse is away, and sends the same batch under the same token', async () => {
  const sink = createSink()
  const activity = createActivityRows(sink, () => 0)
  sink.away = true
  activity.addMessages(rowsOf(2))
  await expect(activity.write()).rejects.toThrow('ECONNREFUSED')
  activity.addMessages(rowsOf(3))
  await expect(activity.write()).rejects.toThrow('ECONNREFUSED')
  expect(activity.state()).toEqual({ waiting: 5, written: 0, dropped: 0 })
  sink.away = false
  await activity.write()
  expect(activity.state()).toEqual({ waiting: 0, written: 5, dropped: 0 })
  expect(sink.rows).toBe(5)
  expect(new Set(sink.tokens.slice(0, 3)).size).toBe(1)
  expect(sink.tokens[3]).not.toBe(sink.tokens[2])
})

it('drops the oldest rows when too many wait or when they have waited too long, and counts them', async () => {
  const sink = createSink()
  let now = 0
  const activity = createActivityRows(sink, () => now)
  sink.away = true
  for (let batch = 0; batch < 7; batch += 1) {
    activity.addMessages(rowsOf(5_000))
    await expect(activity.write()).rejects.toThrow('ECONNREFUSED')
  }
  expect(activity.state()).toEqual({ waiting: 30_000, written: 0, dropped: 5_000 })
  now = 301_000
  sink.away = false
  activity.addMessages(rowsOf(1))
  await activity.write()
  expect(activity.state()).toEqual({ waiting: 0, written: 1, dropped: 35_000 })
})
