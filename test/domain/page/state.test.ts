import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { PageState } from '../../../src/domain/page/page.ts'
import { mayBecome, retryDelayMs } from '../../../src/domain/page/state.ts'

const open = null
const closed = '2026-03-01T03:00:00.000Z'

describe('the states of a page', () => {
  it('M01: a late "sent" does not take "delivered" back', () => {
    let state: PageState = 'sending'
    for (const next of ['delivered', 'sent'] as const)
      if (mayBecome({ state, finishedAt: closed }, next)) state = next
    expect(state).toBe('delivered')
  })

  it.each([
    ['queued', open, 'cancelled', true],
    ['failed', open, 'cancelled', true],
    ['failed', closed, 'cancelled', false],
    ['sending', open, 'cancelled', false],
    ['sent', closed, 'cancelled', false],
    ['failed', open, 'sending', true],
    ['failed', closed, 'sending', false],
    ['sending', open, 'sending', true],
    ['cancelled', closed, 'sending', false],
    ['unknown', closed, 'sending', false],
    ['sent', closed, 'sending', false],
    ['unknown', closed, 'sent', true],
    ['cancelled', closed, 'sent', false],
    ['sent', closed, 'failed', false],
    ['unknown', closed, 'failed', false],
  ] as const)('%s (finished: %s) → %s: %s', (state, finishedAt, next, allowed) => {
    expect(mayBecome({ state, finishedAt }, next)).toBe(allowed)
  })
})

describe('the wait before the next try', () => {
  it('F01: grows with every try, spread by page, and stays under seven minutes', () => {
    fc.assert(
      fc.property(fc.string(), fc.integer({ min: 1, max: 8 }), (id, attempts) => {
        const wait = retryDelayMs({ id, attempts }, 1_000)
        expect(wait).toBeGreaterThanOrEqual(2 ** (attempts - 1) * 1_000)
        expect(retryDelayMs({ id, attempts: attempts + 1 }, 1_000)).toBeGreaterThan(wait)
      }),
    )
    expect(retryDelayMs({ id: 'a', attempts: 5_000 }, 1_000)).toBeLessThan(420_000)
  })

  it('differs between pages that failed together', () => {
    const waits = Array.from({ length: 50 }, (_, n) =>
      retryDelayMs({ id: `INC-${n}/r0/s1/ana/c0`, attempts: 3 }, 1_000),
    )
    expect(new Set(waits).size).toBeGreaterThan(40)
  })
})
