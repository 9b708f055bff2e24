import { afterEach, describe, expect, it } from 'vitest'
import { createHeartbeatWatch, type HeartbeatWatch } from '../../src/intake/heartbeat-watch.ts'

const lookWithinMs = 20_000

/** A watch over a clock that goes only when it is told to. */
function world(answer: (looks: number) => Promise<number | undefined>) {
  let at = 1_000_000
  const looks: number[] = []
  const logged: string[] = []
  const waits: { readonly ms: number; readonly end: () => void }[] = []
  const watch = createHeartbeatWatch({
    look: (when) => {
      looks.push(when.getTime())
      return answer(looks.length)
    },
    now: () => new Date(at),
    log: {
      info: (_fields, message) => void logged.push(message),
      error: (_fields, message) => void logged.push(message),
    },
    wait: (ms, signal) =>
      new Promise((resolve) => {
        if (signal.aborted) return resolve()
        const wait = { ms, end: () => resolve() }
        waits.push(wait)
        signal.addEventListener('abort', () => {
          waits.splice(waits.indexOf(wait), 1)
          resolve()
        })
        return undefined
      }),
  })
  running = watch
  watch.start()
  return {
    watch,
    looks,
    logged,
    /** How long it waits now, once it has looked so often. */
    waitsAfter: async (count: number): Promise<number | undefined> => {
      await expect.poll(() => looks.length).toBe(count)
      await expect.poll(() => waits.filter(({ ms }) => ms !== lookWithinMs).length).toBe(1)
      return waits.find(({ ms }) => ms !== lookWithinMs)?.ms
    },
    /** The wait of so long is over. */
    pass: (ms: number): void => {
      at += ms
      const index = waits.findIndex((one) => one.ms === ms)
      waits.splice(index, 1)[0]?.end()
    },
  }
}

let running: HeartbeatWatch
afterEach(() => running.stop())

describe('the watch over heartbeats', () => {
  it('looks at once, then when the next one may fall silent, and at least every 30 s', async () => {
    const next = [1_012_000, 1_100_000, undefined, 0]
    const { waitsAfter, pass, looks } = world(async (count) => next[count - 1])
    expect(await waitsAfter(1)).toBe(12_000)
    pass(12_000)
    expect(await waitsAfter(2)).toBe(30_000)
    pass(30_000)
    expect(await waitsAfter(3)).toBe(30_000)
    pass(30_000)
    expect(await waitsAfter(4)).toBe(0)
    expect(looks).toEqual([1_000_000, 1_012_000, 1_042_000, 1_072_000])
  })

  it('looks at once when a beat came in, also while it looks', async () => {
    const during = Promise.withResolvers<number | undefined>()
    const { waitsAfter, watch, looks } = world((count) =>
      count === 2 ? during.promise : Promise.resolve(undefined),
    )
    await waitsAfter(1)
    watch.notice()
    await expect.poll(() => looks.length).toBe(2)
    watch.notice()
    during.resolve(undefined)
    expect(await waitsAfter(3)).toBe(30_000)
  })

  it('tries again later and later while PostgreSQL is away, and says so once', async () => {
    const { waitsAfter, pass, watch, logged } = world(async (count) => {
      if (count > 7) return undefined
      throw new Error('away')
    })
    for (const [index, ms] of [100, 200, 400, 800, 1_600, 2_000, 2_000].entries()) {
      expect(await waitsAfter(index + 1)).toBe(ms)
      watch.notice()
      pass(ms)
    }
    expect(await waitsAfter(8)).toBe(30_000)
    expect(logged).toEqual(['heartbeats cannot be watched now', 'heartbeats are watched again'])
  })

  it('gives up a look that takes too long', async () => {
    const { waitsAfter, pass, logged, looks } = world((count) =>
      count === 1 ? new Promise(() => undefined) : Promise.resolve(undefined),
    )
    await expect.poll(() => looks.length).toBe(1)
    pass(lookWithinMs)
    expect(await waitsAfter(1)).toBe(100)
    pass(100)
    expect(await waitsAfter(2)).toBe(30_000)
    expect(logged).toHaveLength(2)
  })

  it('stops at once, and looks no more', async () => {
    const { waitsAfter, watch, looks } = world(async () => undefined)
    await waitsAfter(1)
    await watch.stop()
    watch.notice()
    expect(looks).toHaveLength(1)
  })
})
