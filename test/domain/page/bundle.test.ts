import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { queueOrder, queueRules, queueWaitMs, type WaitingPage } from '../../../src/domain/page/bundle.ts'

const { windowMs, pauses } = queueRules
const now = Date.parse('2026-03-01T03:00:00Z')

describe('a queue', () => {
  const ago = (...seconds: number[]) => seconds.map((second) => now - second * 1_000)
  const many = (messages: number, second: number) =>
    Array.from({ length: messages }, () => now - second * 1_000)

  it.each([
    ['is free while nothing went over it', [], 0],
    ['takes a few messages one by one', ago(1, 1), 0],
    ['then waits for a moment after the last', ago(0.5, 2, 5), 1_000],
    ['and is free after it', ago(2, 3, 5), 0],
    ['waits longer when it goes on', [...many(10, 20), ...ago(3)], 7_000],
    ['and longer still', [...many(13, 20), ...ago(3)], 17_000],
    ['forgets what is more than a minute old', [...many(20, 60), ...ago(3, 4)], 0],
  ])('%s', (_, begun, waitMs) => {
    expect(queueWaitMs(begun, now, 'P1')).toBe(waitMs)
  })

  it('never keeps a P0', () => {
    expect(queueWaitMs(many(20, 1), now, 'P0')).toBe(0)
  })

  it('carries sixteen messages a minute at most, and each waits only for the pause of its place, whenever pages come', () => {
    const longest = Math.max(...pauses.map(({ ms }) => ms))
    fc.assert(
      fc.property(fc.array(fc.nat(5_000), { maxLength: 200 }), (gaps) => {
        const sent: number[] = []
        let at = now
        for (const gap of gaps) {
          at += gap
          const waitMs = queueWaitMs(sent, at, 'P1')
          expect(waitMs).toBeLessThanOrEqual(longest)
          if (waitMs === 0) sent.push(at)
          else expect(queueWaitMs(sent, at + waitMs, 'P1')).toBe(0)
        }
        for (const one of sent)
          expect(sent.filter((other) => other >= one && other < one + windowMs).length).toBeLessThanOrEqual(
            16,
          )
      }),
    )
  })
})

describe('what is named first', () => {
  const page = (number: number, change: Partial<WaitingPage> = {}): WaitingPage => ({
    page: `INC-${number}`,
    service: 'feed',
    severity: 'P1',
    createdAt: new Date(now + number).toISOString(),
    ...change,
  })
  const order = (pages: readonly WaitingPage[], told = {}) => queueOrder(pages, told).map((one) => one.page)

  it('is the most severe, then the oldest', () => {
    expect(order([page(3), page(2), page(4, { severity: 'P0' }), page(1, { severity: 'P2' })])).toEqual([
      'INC-4',
      'INC-2',
      'INC-3',
      'INC-1',
    ])
  })

  it('M05: is the service that was told of least recently, however much of another waits', () => {
    const many = Array.from({ length: 300 }, (_, n) => page(n + 1))
    const told = { feed: '2026-03-01T02:59:00.000Z', shop: '2026-03-01T02:00:00.000Z' }
    expect(order([...many, page(900, { service: 'shop' })], told)[0]).toBe('INC-900')
    expect(order([...many, page(900, { service: 'new' })], told)[0]).toBe('INC-900')
  })

  it('is nothing that an object has by itself', () => {
    expect(order([page(1, { service: 'constructor' }), page(2)], {})).toEqual(['INC-1', 'INC-2'])
  })
})
