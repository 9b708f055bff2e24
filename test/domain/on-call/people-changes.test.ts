import { describe, expect, it } from 'vitest'
import type { ScheduleChange } from '../../../src/domain/on-call/changes.ts'
import { withChanges, changeConflict } from '../../../src/domain/on-call/changes.ts'
import { segmentsBetween } from '../../../src/domain/on-call/segments.ts'
import { alwaysOn, kept, override, swapOffer, temporary } from '../../support/on-call.ts'

const schedule = alwaysOn('feed', 'ana')
/** `0-3 ana, 3-5 -`: the hours of a day and who has them. */
const told = (changes: readonly ScheduleChange[], configured = schedule) =>
  segmentsBetween(withChanges(configured, changes), 0, 10)
    .map(({ from, to, people }) => `${from}-${to} ${people.length === 0 ? '-' : people.join('+')}`)
    .join(', ')

const swapped = kept(1, override(2, 6, 'ana', 'ben'))

describe('what people changed', () => {
  it.each<[string, readonly ScheduleChange[], string]>([
    ['an override', [swapped], '0-2 ana, 2-6 ben, 6-10 ana'],
    ['of another schedule', [{ ...swapped, schedule: 'other' }], '0-10 ana'],
    ['ended in its middle', [{ ...swapped, endedBy: 'cy', endedAt: 4 }], '0-2 ana, 2-4 ben, 4-10 ana'],
    ['ended before it began', [{ ...swapped, endedBy: 'cy', endedAt: 1 }], '0-10 ana'],
    ['ended after its end', [{ ...swapped, endedBy: 'cy', endedAt: 9 }], '0-2 ana, 2-6 ben, 6-10 ana'],
    ['a removal', [kept(1, override(2, 3, 'ana', null))], '0-2 ana, 2-3 -, 3-10 ana'],
    [
      'a second one at the end of an ended one',
      [{ ...swapped, endedBy: 'cy', endedAt: 4 }, kept(2, override(4, 6, 'ana', 'cy'))],
      '0-2 ana, 2-4 ben, 4-6 cy, 6-10 ana',
    ],
    [
      'a temporary schedule over an override',
      [swapped, kept(2, temporary(4, 8, [{ from: 3, to: 5, people: ['cy'] }]))],
      '0-2 ana, 2-4 ben, 4-5 cy, 5-8 -, 8-10 ana',
    ],
    [
      'a temporary schedule that another one took time from, once that one is ended',
      [
        kept(1, temporary(0, 10, [{ from: 0, to: 10, people: ['ben'] }])),
        kept(2, temporary(4, 8, [{ from: 4, to: 8, people: ['cy'] }]), { endedBy: 'ana', endedAt: 6 }),
      ],
      '0-4 ben, 4-6 cy, 6-10 ben',
    ],
    ['an offer', [kept(1, swapOffer(2, 6, 'ana'))], '0-10 ana'],
    [
      'an offer that is taken',
      [kept(1, swapOffer(2, 6, 'ana'), { taker: 'ben', takenAt: 1 })],
      '0-2 ana, 2-6 ben, 6-10 ana',
    ],
    [
      'an offer that is taken in its middle',
      [kept(1, swapOffer(2, 6, 'ana'), { taker: 'ben', takenAt: 4 })],
      '0-4 ana, 4-6 ben, 6-10 ana',
    ],
    [
      'in the order in which they were made, whatever order they come in',
      [
        kept(10, temporary(0, 10, [{ from: 0, to: 10, people: ['cy'] }])),
        kept(9, temporary(0, 10, [{ from: 0, to: 10, people: ['ben'] }])),
      ],
      '0-10 cy',
    ],
  ])('%s', (_what, changes, expected) => {
    expect(told(changes)).toBe(expected)
  })

  it('holds beside an override that was configured since', () => {
    const configured = {
      ...schedule,
      overrides: [{ id: 'feed/override/1', from: 0, to: 10, removed: 'ana', added: 'cy' }],
    }
    expect(told([swapped], configured)).toBe('0-10 cy')
    expect(told([kept(1, override(2, 6, null, 'ben'))], configured)).toBe('0-2 cy, 2-6 ben+cy, 6-10 cy')
  })

  it.each([
    [override(5, 9, 'ben', null), /override "1" .* both name "ben"/],
    [override(6, 9, 'ana', 'ben'), null],
    [override(5, 9, 'cy', null), null],
    [override(5, 5, 'cy', null), /ends at or before its start/],
    [swapOffer(7, 9, 'ana'), /already offers .* in swap "2"/],
    [swapOffer(7, 9, 'ben'), null],
    [temporary(3, 3, []), /ends at or before its start/],
    [temporary(0, 9, []), null],
  ])('lets %j stand beside them or not', (requested, expected) => {
    const there = [swapped, kept(2, swapOffer(8, 9, 'ana'))]
    const conflict = changeConflict(schedule, there, requested)
    if (expected === null) expect(conflict).toBeNull()
    else expect(conflict).toMatch(expected)
  })
})
