import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createChangeFeed } from '../../src/web/change-feed.ts'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

function world() {
  const heard: string[] = []
  const logged: string[] = []
  const state = { mark: 'a', asked: 0, away: false }
  const feed = createChangeFeed(
    async () => {
      state.asked++
      if (state.away) throw new Error('connect ECONNREFUSED')
      return state.mark
    },
    (message) => logged.push(message),
    1_000,
  )
  const watcher = (name: string) => ({
    changed: (mark: string) => heard.push(`${name} ${mark}`),
    unchanged: () => heard.push(`${name} alive`),
    lost: () => heard.push(`${name} lost`),
  })
  return { feed, heard, logged, state, watcher }
}

describe('watching incidents', () => {
  it('tells the mark at first, then only its changes, and that it is alive in between', async () => {
    const { feed, heard, state, watcher } = world()
    feed.watch(42, watcher('ana'))
    await vi.advanceTimersByTimeAsync(5_000)
    expect(heard).toEqual(['ana a'])
    state.mark = 'b'
    await vi.advanceTimersByTimeAsync(1_000)
    expect(heard).toEqual(['ana a', 'ana b'])
    await vi.advanceTimersByTimeAsync(10_000)
    expect(heard).toEqual(['ana a', 'ana b', 'ana alive'])
  })

  it('asks once for all who watch the same, and not at all when nobody does', async () => {
    const { feed, heard, state, watcher } = world()
    const stops = [feed.watch(42, watcher('ana')), feed.watch(42, watcher('ben'))]
    await vi.advanceTimersByTimeAsync(3_000)
    expect(state.asked).toBe(4)
    const late = feed.watch(42, watcher('carol'))
    expect(heard).toEqual(['ana a', 'ben a', 'carol a'])
    for (const stop of [...stops, late]) stop()
    await vi.advanceTimersByTimeAsync(10_000)
    expect(state.asked).toBe(4)
  })

  it('ends the watching when the records cannot be read, and begins anew for the next', async () => {
    const { feed, heard, logged, state, watcher } = world()
    feed.watch(null, watcher('ana'))
    await vi.advanceTimersByTimeAsync(0)
    state.away = true
    await vi.advanceTimersByTimeAsync(5_000)
    expect([heard, logged, state.asked]).toEqual([['ana a', 'ana lost'], ['incidents cannot be watched'], 2])
    state.away = false
    feed.watch(null, watcher('ana'))
    await vi.advanceTimersByTimeAsync(0)
    expect(heard.at(-1)).toBe('ana a')
  })

  it('lets go of everybody when the server ends', async () => {
    const { feed, heard, state, watcher } = world()
    feed.watch(42, watcher('ana'))
    await vi.advanceTimersByTimeAsync(0)
    feed.close()
    await vi.advanceTimersByTimeAsync(5_000)
    expect([heard, state.asked]).toEqual([['ana a', 'ana lost'], 1])
  })
})
