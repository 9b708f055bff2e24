import { expect, it } from 'vitest'
import { instantNear } from '../../src/intake/foreign.ts'

const now = new Date('2026-03-02T03:04:05.000Z')

it.each([
  ['2015-07-17T08:42:58.315+0000', '2015-07-17T08:42:58.315Z'],
  ['2026-03-02T04:04:05+01:00', '2026-03-02T03:04:05.000Z'],
  ['2026-03-02T04:04:05+01', '2026-03-02T03:04:05.000Z'],
  ['2026-03-02T04:04:05+01:00Z', '2026-03-02T03:04:05.000Z'],
  ['2026-03-02 03:04:05 Z', '2026-03-02T03:04:05.000Z'],
  ['2026-03-02T03:04:05.123456', '2026-03-02T03:04:05.123Z'],
  ['2026-03-02T03:04', '2026-03-02T03:04:00.000Z'],
  ['2026-03-03T03:04:05Z', '2026-03-03T03:04:05.000Z'],
  // More than a day ahead, before 2000, no such day, no instant.
  ['2026-03-03T03:04:06Z', undefined],
  ['1999-12-31T23:59:59Z', undefined],
  ['2026-02-30T25:00:00Z', undefined],
  ['yesterday', undefined],
  ['foo 1', undefined],
  [1_772_420_645, undefined],
  [null, undefined],
])('%j is %s', (written, instant) => {
  expect(instantNear(written, now)).toBe(instant)
})
