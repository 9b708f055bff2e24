import { describe, expect, it } from 'vitest'
import { overrideConflict } from '../../../src/domain/on-call/overrides.ts'
import type { Override, ShiftSwap } from '../../../src/domain/on-call/schedule.ts'
import { swapConflict, takeSwap } from '../../../src/domain/on-call/swaps.ts'
import { insertTemporary } from '../../../src/domain/on-call/temporary.ts'

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
