import { describe, expect, it } from 'vitest'
import {
  activeAfterEdit,
  editParticipants,
  type RotationLayer,
} from '../../../src/domain/on-call/edit-rotation.ts'
import type { Schedule } from '../../../src/domain/on-call/schedule.ts'
import { segmentsBetween } from '../../../src/domain/on-call/segments.ts'
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
