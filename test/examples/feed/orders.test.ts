import { expect, it, vi } from 'vitest'
import { createOnce } from '../../../examples/feed/service/orders.ts'

it('acts once under a key, also for those who ask while it acts', async () => {
  const once = createOnce<number>()
  const act = vi.fn(async () => act.mock.calls.length)
  const both = await Promise.all([once.run('a', act), once.run('a', act)])
  expect(both).toEqual([
    { result: 1, repeated: false },
    { result: 1, repeated: true },
  ])
  expect(await once.run('b', act)).toEqual({ result: 2, repeated: false })
})

it('acts each time without a key', async () => {
  const once = createOnce<number>()
  const act = vi.fn(async () => 1)
  await once.run(undefined, act)
  await once.run(undefined, act)
  expect(act).toHaveBeenCalledTimes(2)
})

it('tells what was applied, and lets what failed be tried again', async () => {
  const once = createOnce<number>()
  expect(await once.applied('a')).toBe(false)
  const failing = once.run('a', () => Promise.reject(new Error('no')))
  const asked = once.applied('a')
  await expect(failing).rejects.toThrow('no')
  expect(await asked).toBe(false)
  await once.run('a', async () => 1)
  expect(await once.applied('a')).toBe(true)
})

it('forgets the oldest keys, not the newest', async () => {
  const once = createOnce<string>(2)
  for (const key of ['a', 'b', 'c']) await once.run(key, async () => key)
  expect(await Promise.all(['a', 'b', 'c'].map((key) => once.applied(key)))).toEqual([false, true, true])
})
