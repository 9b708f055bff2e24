import { describe, expect, it } from 'vitest'
import { diffSchedules } from '../../../src/domain/on-call/schedule-diff.ts'
import type { ShiftSwap } from '../../../src/domain/on-call/schedule.ts'
import { onCallAt } from '../../../src/domain/on-call/segments.ts'
import { scheduleOf } from './rotation-case.ts'

describe('who is on call', () => {
  const fixed = (people: string[]) => ({ kind: 'shifts' as const, shifts: [{ from: 0, to: 100, people }] })
  const base = scheduleOf([{ name: 'primary', priority: 1, windows: [], turns: fixed(['ana']) }])
  const span = { from: 0, to: 100 }
  const swap: ShiftSwap = { ...span, id: 's1', owner: 'ana', taker: 'cy' }

  it.each([
    { name: 'a layer', schedule: base, people: ['ana'], reason: 'layer "primary"' },
    { name: 'nobody', schedule: scheduleOf([]), people: [], reason: 'nobody on call' },
    {
      name: 'a taken swap',
      schedule: { ...base, swaps: [swap] },
      people: ['cy'],
      reason: 'layer "primary", swap "s1"',
    },
    {
      name: 'a swap of somebody an override adds',
      schedule: {
        ...scheduleOf([]),
        swaps: [swap],
        overrides: [{ ...span, id: 'o1', removed: null, added: 'ana' }],
      },
      people: ['cy'],
      reason: 'swap "s1", override "o1"',
    },
    {
      name: 'an override that misses who has swapped away',
      schedule: { ...base, swaps: [swap], overrides: [{ ...span, id: 'o1', removed: 'ana', added: 'ben' }] },
      people: ['cy'],
      reason: 'layer "primary", swap "s1"',
    },
    {
      name: 'an empty slot of a temporary schedule',
      schedule: { ...base, temporary: [{ ...span, id: 't1', shifts: [] }] },
      people: [],
      reason: 'nobody on call',
    },
    {
      name: 'a temporary schedule',
      schedule: { ...base, temporary: [{ ...span, id: 't1', shifts: [{ ...span, people: ['di'] }] }] },
      people: ['di'],
      reason: 'temporary schedule "t1"',
    },
    {
      name: 'a low layer under an empty high one',
      schedule: scheduleOf([...base.layers, { name: 'high', priority: 2, windows: [], turns: fixed([]) }]),
      people: ['ana'],
      reason: 'layer "primary"',
    },
  ])('comes with what put them there: $name', ({ schedule, people, reason }) => {
    expect(onCallAt(schedule, 50)).toEqual({ people, reason })
  })

  it('shows what an edit changes before it is saved', () => {
    const edited = {
      ...base,
      overrides: [
        { id: 'o', from: 20, to: 50, removed: 'ana', added: null },
        { id: 'p', from: 60, to: 70, removed: null, added: 'ben' },
      ],
    }
    expect(diffSchedules(base, edited, 0, 100)).toEqual({
      changes: [
        { from: 20, to: 50, before: ['ana'], after: [] },
        { from: 60, to: 70, before: ['ana'], after: ['ana', 'ben'] },
      ],
      hours: [
        { person: 'ana', gainedMs: 0, lostMs: 30 },
        { person: 'ben', gainedMs: 10, lostMs: 0 },
      ],
      gaps: { before: [], after: [{ from: 20, to: 50 }] },
      overlaps: { before: [], after: [{ from: 60, to: 70, people: ['ana', 'ben'] }] },
    })
  })
})
