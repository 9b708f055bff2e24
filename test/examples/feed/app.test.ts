import { expect, test, vi } from 'vitest'
import { createFeedApp } from '../../../examples/feed/service/app.ts'
import { createActivityRows } from '../../../examples/feed/service/activity-rows.ts'
import { createFeedCache } from '../../../examples/feed/service/feed-cache.ts'
import { createPopulation } from '../../../examples/feed/population.ts'

const now = () => Date.parse('2026-03-02T12:00:00Z')
const [person] = createPopulation(1, 100).of.iOS

test.each([
  ['when it did by its own clock', now() - 5_400, '2026-03-02T11:59:54Z'],
  ['now, when its clock is a minute slow', now() - 61_000, '2026-03-02T12:00:00Z'],
  ['now, when its clock is fast', now() + 1_000, '2026-03-02T12:00:00Z'],
])('a phone acted %s', async (_, at, second) => {
  const insert = vi.fn(async () => undefined)
  const activity = createActivityRows({ insert }, now)
  const app = createFeedApp({
    rank: () => Promise.reject(new Error('nobody opens the feed here')),
    cache: createFeedCache({ ttlMs: 1_000, now }),
    prefetched: { get: () => undefined, refresh: async () => undefined },
    activity,
    instance: 'test',
    startedAt: '2026-03-02T11:00:00Z',
    now,
  })
  const actions = [{ post_id: 1, action: 'view' }]
  await app.inject({ method: 'POST', url: '/actions', payload: { person, at, actions } })
  await app.inject({ method: 'POST', url: '/messages', payload: { person, at, receivers: [7] } })
  await activity.write()
  const row = expect.objectContaining({ time: Date.parse(second) / 1_000 })
  expect(insert.mock.calls).toEqual([
    [expect.objectContaining({ table: 'simulator.feed_actions', values: [row] })],
    [expect.objectContaining({ table: 'simulator.message_actions', values: [row] })],
  ])
})
