import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { takeTokens, type TokenBucket } from '../../../src/domain/values/token-bucket.ts'

const allowance = { most: 100, perMs: 60_000 }

/** Takes one after the other; `afterMs` since the one before. */
function takeAll(steps: readonly { readonly wanted: number; readonly afterMs: number }[]) {
  let bucket: TokenBucket | undefined
  let now = 0
  return steps.map(({ wanted, afterMs }) => {
    now += afterMs
    const taken = takeTokens(bucket, wanted, allowance, now)
    bucket = taken.bucket
    return { wanted, now, waitMs: taken.waitMs, bucket }
  })
}

const steps = fc.array(
  fc.record({ wanted: fc.integer({ min: 0, max: 250 }), afterMs: fc.integer({ min: 0, max: 100_000 }) }),
)

describe('a token bucket', () => {
  it('gives no more in any time than it holds and gains in it, but for what the last taker owes', () => {
    fc.assert(
      fc.property(steps, (all) => {
        const taken = takeAll(all).filter(({ waitMs }) => waitMs === 0)
        for (const [from, first] of taken.entries()) {
          let sum = 0
          for (const one of taken.slice(from)) {
            const allowed = allowance.most + ((one.now - first.now) * allowance.most) / allowance.perMs
            // Before this one; with it, the bucket may owe.
            expect(sum).toBeLessThanOrEqual(allowed + 1e-6)
            expect(sum + Math.min(one.wanted, allowance.most)).toBeLessThanOrEqual(allowed + 1e-6)
            sum += one.wanted
          }
        }
      }),
    )
  })

  it('says how long to wait: then it gives, and a moment before it does not', () => {
    fc.assert(
      fc.property(steps, (all) => {
        for (const { wanted, waitMs, now, bucket } of takeAll(all)) {
          if (waitMs === 0) continue
          expect(takeTokens(bucket, wanted, allowance, now + Math.ceil(waitMs) + 1).waitMs).toBe(0)
          if (waitMs > 2)
            expect(takeTokens(bucket, wanted, allowance, now + waitMs - 1).waitMs).toBeGreaterThan(0)
        }
      }),
    )
  })

  it('gives what is larger than it is from full, and owes it', () => {
    const full = takeTokens(undefined, 300, allowance, 0)
    expect(full).toEqual({ bucket: { tokens: -200, at: 0 }, waitMs: 0 })
    expect(takeTokens(full.bucket, 1, allowance, 0).waitMs).toBe(120_600)
    expect(takeTokens(full.bucket, 1, allowance, 120_600).waitMs).toBe(0)
  })
})
