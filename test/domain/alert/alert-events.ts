import fc from 'fast-check'
import { alertIdentity } from '../../../src/domain/alert/alert.ts'

export interface TestEvent {
  readonly source: string
  readonly fingerprint: string
  readonly status: 'firing' | 'resolved'
  /** By the clock of its source, in seconds from any beginning. */
  readonly at: number
}

const event: fc.Arbitrary<TestEvent> = fc.record({
  source: fc.constantFrom('integration/a', 'integration/b'),
  fingerprint: fc.constantFrom('f', 'g'),
  status: fc.constantFrom('firing', 'resolved'),
  at: fc.integer({ min: 0, max: 20 }),
})

/** Events in the order of arrival, and their places in it in the batches in which they are applied; each batch is in order. */
export const shuffledEvents = fc
  .array(event, { minLength: 1, maxLength: 12 })
  .chain((events) =>
    fc
      .tuple(
        fc.shuffledSubarray([...events.keys()], { minLength: events.length }),
        fc.array(fc.integer({ min: 1, max: 5 }), { minLength: events.length, maxLength: events.length }),
      )
      .map(([order, sizes]) => ({ events, batches: split(order, sizes) })),
  )

function split(order: readonly number[], sizes: readonly number[]): number[][] {
  const batches: number[][] = []
  let from = 0
  for (const size of sizes) {
    const batch = order.slice(from, from + size).toSorted((one, other) => one - other)
    if (batch.length > 0) batches.push(batch)
    from += size
  }
  return batches
}

/** By alert, the event that says how it is: the newest, and of two of one instant the end. */
export function newestOf(events: readonly TestEvent[]): Map<string, TestEvent> {
  const newest = new Map<string, TestEvent>()
  for (const one of events) {
    const identity = alertIdentity(one)
    const before = newest.get(identity)
    const isNewer =
      before === undefined || one.at > before.at || (one.at === before.at && one.status === 'resolved')
    if (isNewer) newest.set(identity, one)
  }
  return newest
}
