import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { keepShift } from '../../../src/domain/on-call/keep-shift.ts'
import type { Layer, Schedule } from '../../../src/domain/on-call/schedule.ts'
import { onCallAt, segmentsBetween } from '../../../src/domain/on-call/segments.ts'
import { nextHandoffs } from '../../../src/domain/on-call/coverage.ts'
import { scheduleOf } from './rotation-case.ts'

const dayMs = 86_400_000

function weekly(participants: readonly string[], more: Partial<Layer> = {}): Layer {
  const turns = {
    kind: 'rotation',
    timeZone: 'Europe/Berlin',
    start: '2026-03-02T09:00',
    unit: 'weekly',
    length: 1,
    participants: participants.map((person) => [person]),
  } as const
  return { name: 'primary', priority: 1, windows: [], turns, ...more }
}

const everybody = new Set(['ana', 'ben', 'cy', 'dee', 'eve'])
/** In the middle of a shift: Friday noon. */
const friday = Date.parse('2026-11-27T12:00:00Z')

describe('N43: adding somebody in the middle of a shift', () => {
  it('would hand over at once; the same turns in another order keep who is on call, until the hand-off that was due', () => {
    const before = scheduleOf([weekly(['ana', 'ben'])])
    const after = scheduleOf([weekly(['ana', 'ben', 'dee'])])
    expect([before, after].map((one) => onCallAt(one, friday).people)).toEqual([['ana'], ['dee']])
    const kept = keepShift(before, after, [], everybody, friday)
    expect(kept).toMatchObject({ by: 'order', until: Date.parse('2026-11-30T08:00:00Z'), next: ['ben'] })
    const offered = { ...after, layers: kept?.layers ?? [] }
    const people = segmentsBetween(offered, friday, friday + 20 * dayMs).map((one) => one.people[0])
    expect(people).toEqual(['ana', 'ben', 'dee', 'ana'])
  })

  it('where the rotation is another altogether, the old one goes on until its hand-off', () => {
    const before = scheduleOf([weekly(['ana', 'ben'])])
    const daily = weekly(['dee', 'cy'])
    const after = scheduleOf([
      { ...daily, name: 'days', turns: { ...daily.turns, unit: 'daily' } as Layer['turns'] },
    ])
    const kept = keepShift(before, after, [], everybody, friday)
    expect(kept?.by).toBe('from-hand-off')
    const offered = { ...after, layers: kept?.layers ?? [] }
    expect(onCallAt(offered, (kept?.until ?? 0) - 1).people).toEqual(['ana'])
    expect(onCallAt(offered, kept?.until ?? 0)).toMatchObject({
      people: onCallAt(after, kept?.until ?? 0).people,
    })
  })

  it('offers nothing for somebody who is not configured any more, and nothing where nobody changes', () => {
    const before = scheduleOf([weekly(['ana', 'ben'])])
    const without = scheduleOf([weekly(['ben', 'dee'])])
    expect(keepShift(before, without, [], new Set(['ben', 'dee']), friday)).toBeNull()
    expect(keepShift(before, before, [], everybody, friday)).toBeNull()
  })

  it('whatever is edited, what is offered keeps who is on call until the hand-off', () => {
    const people = fc.uniqueArray(fc.constantFrom(...everybody), { minLength: 1, maxLength: 5 })
    const schedule = (participants: readonly string[], more: Partial<Layer>): Schedule =>
      scheduleOf([weekly(participants, more)])
    fc.assert(
      fc.property(
        people,
        people,
        fc.integer({ min: 0, max: 60 * 24 }),
        fc.boolean(),
        (old, edited, hours, renamed) => {
          const now = friday + hours * 3_600_000
          const before = schedule(old, {})
          const after = schedule(edited, renamed ? { name: 'other' } : {})
          const kept = keepShift(before, after, [], everybody, now)
          if (kept === null) return
          const holders = segmentsBetween({ ...after, layers: kept.layers }, now, kept.until)
          expect(holders.map((one) => one.people)).toEqual([onCallAt(before, now).people])
          expect(kept.until).toBe(nextHandoffs(before, now, 1, 400 * dayMs)[0]?.at)
        },
      ),
    )
  })
})
