import { afterEach, describe, expect, it, vi } from 'vitest'
import {
  createWorkflowNotifier,
  type StirredIncident,
  type WorkflowNotifier,
} from '../../src/intake/workflow-notifier.ts'

let running: WorkflowNotifier[] = []
afterEach(async () => {
  await Promise.all(running.map((notifier) => notifier.stop()))
  running = []
})

/** Incidents and their workflows: a store in memory that leases like the real one, and a Temporal that may refuse. */
function createWorld() {
  const fresh = { decisions: 0, told: 0, leasedUntil: 0 }
  const rows = new Map<number, { decisions: number; told: number; leasedUntil: number }>()
  const refused = new Set<number>()
  const world = {
    /** Epoch milliseconds; leases run by it. */
    clock: 0,
    isStoreAway: false,
    /** Every call to Temporal, refused ones too. */
    calls: [] as number[],
    refused,
    logged: [] as string[],
    listening: 'not yet' as 'not yet' | 'yes' | 'stopped',
    /** What a call waits for before Temporal takes it. */
    held: Promise.resolve(),
    wake: (): void => undefined,
    decide(...numbers: readonly number[]): void {
      for (const number of numbers) {
        const { decisions, told, leasedUntil } = rows.get(number) ?? fresh
        rows.set(number, { decisions: decisions + 1, told, leasedUntil })
      }
    },
    waiting: () => [...rows].flatMap(([number, { decisions, told }]) => (decisions > told ? number : [])),
    start(): WorkflowNotifier {
      const notifier = createWorkflowNotifier({
        notifications: { claim, delivered },
        notify,
        listen(onNotify) {
          world.listening = 'yes'
          world.wake = onNotify
          return { stop: async () => void (world.listening = 'stopped') }
        },
        log: {
          info: (_fields, message) => world.logged.push(`info: ${message}`),
          warn: (_fields, message) => world.logged.push(`warn: ${message}`),
        },
        now: () => new Date(world.clock),
      })
      running.push(notifier)
      notifier.start()
      return notifier
    },
  }

  async function claim(limit: number, now: Date, leaseMs: number): Promise<StirredIncident[]> {
    if (world.isStoreAway) throw new Error('the store is away')
    const free = world.waiting().filter((number) => (rows.get(number)?.leasedUntil ?? 0) <= now.getTime())
    return free.slice(0, limit).map((number) => {
      const row = rows.get(number) ?? { ...fresh }
      row.leasedUntil = now.getTime() + leaseMs
      return { number, title: 'Likes down', service: 'feed', severity: 'P1', decisions: row.decisions }
    })
  }

  async function delivered(incidents: readonly StirredIncident[]): Promise<void> {
    for (const { number, decisions } of incidents) {
      const row = rows.get(number)
      if (row !== undefined) Object.assign(row, { told: decisions, leasedUntil: 0 })
    }
  }

  async function notify({ number }: StirredIncident): Promise<void> {
    world.calls.push(number)
    await world.held
    if (refused.has(number)) throw new Error('no connection')
  }
  return world
}

/** Longer than a lease, by the store's clock. */
const leaseMs = 20_000
const until = (condition: () => void) => vi.waitFor(condition, { timeout: 4_000, interval: 5 })
const cannot = 'warn: workflows cannot be notified now: pages go out, and what is due later waits'
const again = 'info: workflows are notified again'

describe('the notifier of workflows', () => {
  it('marks as delivered only what Temporal took', async () => {
    const world = createWorld()
    world.refused.add(2)
    world.decide(1, 2, 3)
    world.start()
    await until(() => expect(world.waiting()).toEqual([2]))
    expect(world.calls).toEqual([1, 2, 3])
  })

  it('notifies of however many wait, without waiting in between', async () => {
    const world = createWorld()
    const all = Array.from({ length: 50 }, (_, index) => index + 1)
    world.decide(...all)
    world.start()
    await until(() => expect(world.waiting()).toEqual([]))
    expect(world.calls.toSorted((a, b) => a - b)).toEqual(all)
  })

  it('hears again of what was decided while Temporal took the last', async () => {
    const world = createWorld()
    const { promise, resolve } = Promise.withResolvers<void>()
    world.held = promise
    world.decide(1)
    world.start()
    await until(() => expect(world.calls).toEqual([1]))
    world.decide(1)
    world.wake()
    resolve()
    await until(() => expect(world.waiting()).toEqual([]))
    expect(world.calls).toEqual([1, 1])
  })

  it('warns once while Temporal refuses, tries again by itself, and says once that it works again', async () => {
    const world = createWorld()
    world.refused.add(1)
    world.decide(1)
    world.start()
    await until(() => expect(world.calls).toEqual([1]))
    world.clock += leaseMs
    await until(() => expect(world.calls).toHaveLength(2))
    world.clock += leaseMs
    world.wake()
    await until(() => expect(world.calls).toHaveLength(3))
    expect(world.logged).toEqual([cannot])
    world.refused.clear()
    world.clock += leaseMs
    world.wake()
    await until(() => expect(world.waiting()).toEqual([]))
    world.decide(1)
    world.wake()
    await until(() => expect(world.waiting()).toEqual([]))
    expect(world.logged).toEqual([cannot, again])
  })

  it('warns anew when it is refused anew', async () => {
    const world = createWorld()
    world.start()
    for (const number of [1, 2]) {
      world.refused.add(number)
      world.decide(number)
      world.wake()
      await until(() => expect(world.calls).toContain(number))
      world.refused.clear()
      world.clock += leaseMs
      world.wake()
      await until(() => expect(world.waiting()).toEqual([]))
    }
    expect(world.logged).toEqual([cannot, again, cannot, again])
  })

  it('goes on when the store was away', async () => {
    const world = createWorld()
    world.isStoreAway = true
    world.decide(1)
    world.start()
    await until(() => expect(world.logged).toEqual([cannot]))
    world.isStoreAway = false
    await until(() => expect(world.waiting()).toEqual([]))
    expect(world.logged).toEqual([cannot, again])
  })

  it('is woken by what it listens to, long before it would look', async () => {
    const world = createWorld()
    world.start()
    await until(() => expect(world.listening).toBe('yes'))
    for (const number of [1, 2]) {
      world.decide(number)
      world.wake()
      await vi.waitFor(() => expect(world.waiting()).toEqual([]), { timeout: 2_000, interval: 5 })
    }
  })

  it('stops once what is under way has ended and was written down, and takes nothing more', async () => {
    const world = createWorld()
    const { promise, resolve } = Promise.withResolvers<void>()
    world.held = promise
    world.decide(1)
    const notifier = world.start()
    await until(() => expect(world.calls).toEqual([1]))
    let isStopped = false
    const stopped = notifier.stop().then(() => void (isStopped = true))
    world.decide(2)
    world.wake()
    await new Promise((turn) => setImmediate(turn))
    expect(isStopped).toBe(false)
    resolve()
    await stopped
    expect([world.waiting(), world.calls, world.listening]).toEqual([[2], [1], 'stopped'])
  })

  it('stops at once while nothing is to be done', async () => {
    const world = createWorld()
    const notifier = world.start()
    await until(() => expect(world.listening).toBe('yes'))
    await notifier.stop()
    expect([world.calls, world.listening]).toEqual([[], 'stopped'])
  })
})
