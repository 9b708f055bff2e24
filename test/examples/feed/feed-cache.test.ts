import { expect, it, vi } from 'vitest'
import { createFeedCache } from '../../../examples/feed/service/feed-cache.ts'

function cacheAt(start: number) {
  const clock = { at: start }
  return { clock, cache: createFeedCache<string>({ ttlMs: 100, now: () => clock.at }) }
}

it('loads once for all who miss at the same time, and again when the entry has expired', async () => {
  const { clock, cache } = cacheAt(0)
  const load = vi.fn(async () => 'fresh')
  expect(await Promise.all([cache.get('iOS', load), cache.get('iOS', load)])).toEqual(['fresh', 'fresh'])
  clock.at = 99
  await cache.get('iOS', load)
  expect(load).toHaveBeenCalledTimes(1)
  clock.at = 100
  await cache.get('iOS', load)
  expect(load).toHaveBeenCalledTimes(2)
})

it('keeps nothing of a load that failed', async () => {
  const { cache } = cacheAt(0)
  await expect(cache.get('iOS', () => Promise.reject(new Error('no connection')))).rejects.toThrow(
    'no connection',
  )
  expect(await cache.get('iOS', async () => 'fresh')).toBe('fresh')
})

it('shows a warmed entry until its own end, and lets no load replace it', async () => {
  const { clock, cache } = cacheAt(0)
  let finish = (_value: string): void => undefined
  const slow = cache.get('iOS', () => new Promise((resolve) => (finish = resolve)))
  cache.warm('iOS', 'warmed', 10_000)
  finish('loaded')
  expect(await slow).toBe('loaded')
  clock.at = 9_999
  expect(await cache.get('iOS', async () => 'loaded')).toBe('warmed')
  expect(cache.state()).toEqual({ entries: 1, ttlMs: 100, longestLeftMs: 1 })
})

it('flushes what is live, says how much that was, and keeps out what was being loaded', async () => {
  const { clock, cache } = cacheAt(0)
  await cache.get('old', async () => 'expired by now')
  clock.at = 150
  await cache.get('iOS', async () => 'kept')
  let finish = (_value: string): void => undefined
  const slow = cache.get('Android', () => new Promise((resolve) => (finish = resolve)))
  expect(cache.flush()).toBe(1)
  expect(cache.flush()).toBe(0)
  finish('from before the flush')
  expect(await slow).toBe('from before the flush')
  expect(await cache.get('Android', async () => 'from after it')).toBe('from after it')
})
