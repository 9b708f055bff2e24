import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { FairQueue } from '../../../src/domain/values/fair-queue.ts'
import { createFifo } from '../../../src/domain/values/fifo.ts'

const perTurn = 10

interface Asked {
  readonly sender: string
  readonly size: number
  readonly id: number
}

function queueOf(mostItems: number) {
  const queue = new FairQueue<Asked>({ mostItems, perTurn })
  let id = 0
  const push = (sender: string, size = 1, since = 0) =>
    queue.push(sender, { size, since, value: { sender, size, id: id++ } })
  return { queue, push }
}

const itemsOf = (asked: readonly Asked[], sender?: string) =>
  asked
    .filter((one) => sender === undefined || one.sender === sender)
    .reduce((sum, { size }) => sum + size, 0)

function takeAll(queue: FairQueue<Asked>, most: number): Asked[] {
  const taken: Asked[] = []
  while (queue.items() > 0) taken.push(...queue.take(most))
  return taken
}

const request = fc.record({ sender: fc.constantFrom('a', 'b', 'c'), size: fc.integer({ min: 1, max: 40 }) })

describe('a fair queue', () => {
  it('gives everything out once, and to each sender in the order in which it asked', () => {
    fc.assert(
      fc.property(fc.array(request), fc.integer({ min: 1, max: 100 }), (requests, most) => {
        const { queue, push } = queueOf(Number.MAX_SAFE_INTEGER)
        for (const { sender, size } of requests) expect(push(sender, size)).toEqual([])
        const taken = takeAll(queue, most)
        expect(taken).toHaveLength(requests.length)
        for (const sender of ['a', 'b', 'c']) {
          const ids = taken.filter((one) => one.sender === sender).map(({ id }) => id)
          expect(ids).toEqual(ids.toSorted((a, b) => a - b))
        }
        expect([queue.items(), queue.oldestSince(), queue.isShared()]).toEqual([0, undefined, false])
      }),
    )
  })

  it('serves two senders that both have something waiting nearly the same number of items, whatever they ask for at a time', () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 20, maxLength: 60 })
    fc.assert(
      fc.property(sizes, sizes, fc.integer({ min: 1, max: 100 }), (ofA, ofB, most) => {
        const { queue, push } = queueOf(Number.MAX_SAFE_INTEGER)
        for (const size of ofA) push('a', size)
        for (const size of ofB) push('b', size)
        const left = { a: ofA.length, b: ofB.length }
        const served = { a: 0, b: 0 }
        while (queue.items() > 0) {
          for (const { sender, size } of queue.take(most)) {
            // What a sender gets once the other one has all it asked for takes nothing from anybody.
            if (left.a > 0 && left.b > 0) served[sender as 'a' | 'b'] += size
            left[sender as 'a' | 'b']--
            // The bound of deficit round robin: a turn, and the largest request of either.
            if (left.a > 0 && left.b > 0)
              expect(Math.abs(served.a - served.b)).toBeLessThanOrEqual(perTurn + 2 * 40)
          }
        }
      }),
    )
  })

  it('takes a request that comes to a full queue of another sender within one turn', () => {
    const { queue, push } = queueOf(1_000)
    for (let index = 0; index < 1_000; index++) push('noisy')
    expect(push('calm').map(({ sender }) => sender)).toEqual(['noisy'])
    const first = queue.take(2 * perTurn)
    expect(itemsOf(first, 'calm')).toBe(1)
  })

  it('takes no more than was asked for, but at least one request, and the whole queue of a sender who is alone', () => {
    const { queue, push } = queueOf(1_000)
    push('a', 300)
    for (let index = 0; index < 50; index++) push('a')
    expect(itemsOf(queue.take(100))).toBe(300)
    expect(itemsOf(queue.take(30))).toBe(30)
    expect(itemsOf(queue.take(30))).toBe(20)
    expect(queue.take(30)).toEqual([])
  })

  it('holds no more than it may beside the first request of each sender, and refuses nobody who has less than another', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(request, fc.boolean())), (steps) => {
        const most = 60
        const { queue, push } = queueOf(most)
        let waiting: Asked[] = []
        let id = 0
        for (const [{ sender, size }, takes] of steps) {
          waiting.push({ sender, size, id: id++ })
          for (const gone of push(sender, size)) {
            const others = waiting.filter((one) => one.sender !== gone.sender)
            // Whoever gives way has another request in the queue.
            expect(waiting.some((one) => one.sender === gone.sender && one.id !== gone.id)).toBe(true)
            // It has the most, unless whoever has is down to one request, which is left to it.
            const own = itemsOf(waiting, gone.sender)
            for (const name of new Set(others.map((one) => one.sender))) {
              const isDownToOne = others.filter((one) => one.sender === name).length === 1
              expect(isDownToOne || itemsOf(others, name) <= own).toBe(true)
            }
            waiting = waiting.filter((one) => one.id !== gone.id)
          }
          expect(queue.items()).toBe(itemsOf(waiting))
          const firsts = new Map(waiting.toReversed().map((one) => [one.sender, one.size]))
          const rest = itemsOf(waiting) - [...firsts.values()].reduce((sum, one) => sum + one, 0)
          expect(rest).toBeLessThanOrEqual(most)
          if (takes) {
            const taken = new Set(queue.take(15).map((one) => one.id))
            waiting = waiting.filter((one) => !taken.has(one.id))
          }
        }
      }),
    )
  })

  it('leaves a sender alone the whole queue, and refuses what it asks for beyond that', () => {
    const { push } = queueOf(100)
    for (let index = 0; index < 100; index++) expect(push('a')).toEqual([])
    expect(push('a')).toMatchObject([{ id: 100 }])
  })

  it('takes out what waits too long, of every sender', () => {
    const { queue, push } = queueOf(100)
    push('a', 1, 1)
    push('a', 1, 5)
    push('b', 1, 2)
    push('b', 1, 6)
    expect(queue.oldestSince()).toBe(1)
    expect(queue.expire(4).map(({ id }) => id)).toEqual([0, 2])
    expect([queue.items(), queue.oldestSince()]).toEqual([2, 5])
    expect(queue.expire(6)).toHaveLength(2)
    expect([queue.items(), queue.oldestSince(), queue.take(10)]).toEqual([0, undefined, []])
    push('a')
    expect(queue.take(10)).toHaveLength(1)
  })
})

it('a fifo does what an array does', () => {
  const step = fc.constantFrom('push', 'push', 'shift', 'pop', 'many', 'drain')
  fc.assert(
    fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
      const fifo = createFifo<number>()
      const array: number[] = []
      let next = 0
      for (const one of steps) {
        for (let count = one === 'many' ? 1_500 : Number(one === 'push'); count > 0; count--) {
          fifo.push(next)
          array.push(next++)
        }
        if (one === 'drain') {
          const most = Math.floor(array.length * 0.8)
          const drained = Array.from({ length: most }, () => fifo.shift())
          expect(drained).toEqual(array.splice(0, most))
        }
        if (one === 'shift') expect(fifo.shift()).toBe(array.shift())
        if (one === 'pop') expect(fifo.pop()).toBe(array.pop())
        expect([fifo.length(), fifo.first()]).toEqual([array.length, array[0]])
      }
      expect(Array.from({ length: array.length + 1 }, () => fifo.shift())).toEqual([...array, undefined])
    }),
    { numRuns: 50 },
  )
})
