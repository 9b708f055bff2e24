import { describe, expect, it } from 'vitest'
import { diffSchedules } from '../../../src/domain/on-call/schedule-diff.ts'
import {
  activeAfterEdit,
  editParticipants,
  type RotationLayer,
} from '../../../src/domain/on-call/edit-rotation.ts'
import { overrideConflict } from '../../../src/domain/on-call/overrides.ts'
import type { Override, Schedule, ShiftSwap } from '../../../src/domain/on-call/schedule.ts'
import { onCallAt, segmentsBetween } from '../../../src/domain/on-call/segments.ts'
import { swapConflict, takeSwap } from '../../../src/domain/on-call/swaps.ts'
import { insertTemporary } from '../../../src/domain/on-call/temporary.ts'
import { scheduleOf } from './rotation-case.ts'

const layer: RotationLayer = {
  name: 'primary',
  priority: 1,
  windows: [],
  turns: {
    kind: 'rotation',
    timeZone: 'UTC',
    start: '2026-01-31T00:00',
    unit: 'monthly',
    length: 1,
    participants: [['ana'], ['ben'], ['cy']],
  },
}
const day = (text: string) => Date.parse(`${text}T00:00:00Z`)

function holders(schedule: Schedule, from: string, to: string): string[] {
  return segmentsBetween(schedule, day(from), day(to)).map(
    (segment) => `${new Date(segment.from).toISOString().slice(0, 10)} ${segment.people.join('+')}`,
  )
}

describe('an edited rotation', () => {
  it('goes on with who is on call, and leaves the past and the hand-offs alone', () => {
    const layers = editParticipants(layer, [['di'], ['ana'], ['ben']], day('2026-03-05'))
    expect(layers.map(({ from, until }) => [from, until])).toEqual([
      [undefined, day('2026-03-05')],
      [day('2026-03-05'), undefined],
    ])
    expect(holders(scheduleOf(layers), '2026-01-31', '2026-06-01')).toEqual([
      '2026-01-31 ana',
      '2026-02-28 ben',
      '2026-03-31 di',
      '2026-04-30 ana',
      '2026-05-31 ben',
    ])
  })

  it('hands over at once when who is on call is removed', () => {
    const layers = editParticipants(layer, [['ana'], ['cy']], day('2026-03-05'))
    expect(holders(scheduleOf(layers), '2026-02-28', '2026-05-01')).toEqual([
      '2026-02-28 ben',
      '2026-03-05 cy',
      '2026-03-31 ana',
      '2026-04-30 cy',
    ])
  })

  it('before its start simply has the new list', () => {
    const [only, ...others] = editParticipants(layer, [['di']], day('2026-01-01'))
    expect(others).toEqual([])
    expect(only?.turns.participants).toEqual([['di']])
  })

  it('is not touched where it has ended', () => {
    const ended = { ...layer, until: day('2026-02-01') }
    expect(editParticipants(ended, [['di']], day('2026-03-01'))).toEqual([ended])
  })

  it('edited again at the same instant leaves no empty layer', () => {
    const once = editParticipants(layer, [['ana'], ['cy']], day('2026-03-05'))
    expect(once.flatMap((part) => editParticipants(part, [['ana']], day('2026-03-05')))).toHaveLength(2)
  })

  it.each([
    { name: 'the same turn stays', before: ['a', 'b', 'c'], active: 1, after: ['c', 'b'], is: 1 },
    {
      name: 'the second of two equal turns stays the second',
      before: ['a', 'b', 'a', 'c'],
      active: 2,
      after: ['a', 'b', 'a'],
      is: 2,
    },
    {
      name: 'a turn that shares somebody stays',
      before: ['a', 'b+d', 'c'],
      active: 1,
      after: ['a', 'c', 'd'],
      is: 2,
    },
    {
      name: 'whoever takes a place takes the turn',
      before: ['a', 'b', 'c'],
      active: 1,
      after: ['a', 'x', 'c'],
      is: 1,
    },
    {
      name: 'the next who is left follows the removed',
      before: ['a', 'b', 'c'],
      active: 1,
      after: ['x', 'a', 'c'],
      is: 2,
    },
    {
      name: 'a wholly new list begins with its first',
      before: ['a', 'b'],
      active: 1,
      after: ['x', 'y', 'z'],
      is: 0,
    },
    { name: 'nobody is left of nobody', before: ['a'], active: 0, after: [], is: null },
  ])('$name', ({ before, active, after, is }) => {
    const turns = (list: string[]) => list.map((turn) => turn.split('+'))
    expect(activeAfterEdit(turns(before), active, turns(after))).toBe(is)
  })
})

describe('an override', () => {
  const first: Override = { id: 'o1', from: 10, to: 20, removed: 'ana', added: 'ben' }
  it.each([
    {
      name: 'that overlaps and names the same person',
      other: { id: 'o2', from: 15, to: 25, removed: null, added: 'ana' },
      reason: /"o2" and override "o1" .* overlap and both name "ana"/,
    },
    {
      name: 'that ends before it starts',
      other: { id: 'o2', from: 25, to: 25, removed: null, added: 'ana' },
      reason: /ends at or before its start/,
    },
    {
      name: 'that names nobody',
      other: { id: 'o2', from: 25, to: 26, removed: null, added: null },
      reason: /names nobody/,
    },
    {
      name: 'that replaces somebody by themselves',
      other: { id: 'o2', from: 25, to: 26, removed: 'cy', added: 'cy' },
      reason: /by the same person/,
    },
    {
      name: 'without a time',
      other: { id: 'o2', from: NaN, to: 26, removed: 'cy', added: null },
      reason: /no time/,
    },
  ])('$name is refused', ({ other, reason }) => {
    expect(overrideConflict([first], other)).toMatch(reason)
  })

  it.each([
    { name: 'that touches another', other: { ...first, id: 'o2', from: 20, to: 30 } },
    { name: 'about other people', other: { id: 'o2', from: 10, to: 20, removed: 'cy', added: null } },
    { name: 'that is being edited', other: { ...first, from: 12 } },
  ])('$name is allowed', ({ other }) => {
    expect(overrideConflict([first], other)).toBeNull()
  })
})

describe('a swap', () => {
  const swap: ShiftSwap = { id: 's1', from: 10, to: 20, owner: 'ana', taker: null }

  it('is taken once, and never by its owner', () => {
    expect(takeSwap(swap, 'ben')).toEqual({ ok: true, swap: { ...swap, taker: 'ben' } })
    expect(takeSwap(swap, 'ana')).toEqual({
      ok: false,
      reason: expect.stringContaining('nobody takes their own shift'),
    })
    expect(takeSwap({ ...swap, taker: 'ben' }, 'cy')).toEqual({
      ok: false,
      reason: expect.stringContaining('is taken by "ben"'),
    })
    expect(takeSwap({ ...swap, taker: 'ben' }, 'ben')).toMatchObject({ ok: true })
  })

  it('is refused where the same shift is offered already', () => {
    expect(swapConflict([swap], { ...swap, id: 's2', from: 19, to: 30 })).toContain('change the time of one')
    expect(swapConflict([swap], { ...swap, id: 's2', from: 20, to: 30 })).toBeNull()
    expect(swapConflict([swap], { ...swap, id: 's2', owner: 'ben' })).toBeNull()
    expect(swapConflict([], { ...swap, taker: 'ana' })).toContain('nobody takes their own')
    expect(swapConflict([], { ...swap, to: 10 })).toContain('ends at or before its start')
  })
})

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

describe('a temporary schedule', () => {
  const old = { id: 't1', from: 0, to: 100, shifts: [{ from: 0, to: 100, people: ['ana'] }] }

  it('inside another splits it', () => {
    expect(insertTemporary([old], { id: 't2', from: 40, to: 60, shifts: [] })).toEqual([
      { id: 't1', from: 0, to: 40, shifts: [{ from: 0, to: 40, people: ['ana'] }] },
      { id: 't2', from: 40, to: 60, shifts: [] },
      {
        id: 't1@1970-01-01T00:00:00.060Z',
        from: 60,
        to: 100,
        shifts: [{ from: 60, to: 100, people: ['ana'] }],
      },
    ])
  })

  it.each([
    { name: 'over the beginning of another', added: { from: -10, to: 50 }, ids: ['t2', 't1'] },
    { name: 'over the end of another', added: { from: 50, to: 200 }, ids: ['t1', 't2'] },
    { name: 'over all of another', added: { from: 0, to: 100 }, ids: ['t2'] },
    { name: 'beside another', added: { from: 100, to: 200 }, ids: ['t1', 't2'] },
  ])('$name leaves no overlap', ({ added, ids }) => {
    const all = insertTemporary([old], {
      id: 't2',
      shifts: [{ from: -50, to: 300, people: ['ben'] }],
      ...added,
    })
    expect(all.map(({ id }) => id)).toEqual(ids)
    for (const [at, { from, to, shifts }] of all.entries()) {
      expect(from).toBeGreaterThanOrEqual(all[at - 1]?.to ?? -Infinity)
      for (const shift of shifts) expect(shift.from >= from && shift.to <= to).toBe(true)
    }
  })

  it('replaces one with its own id', () => {
    expect(insertTemporary([old], { ...old, from: 200, to: 300 }).map(({ from }) => from)).toEqual([200])
  })
})
