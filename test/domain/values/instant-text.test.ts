import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  clockWords,
  dayWords,
  datedWords,
  instantText,
  readInstant,
  readInstantOrDay,
} from '../../../src/domain/values/instant-text.ts'

describe('instants as text', () => {
  it.each([
    ['2026-05-01T12:00Z', '2026-05-01T12:00Z'],
    ['2026-05-01T12:00:30.5Z', '2026-05-01T12:00:30.500Z'],
    ['2026-05-01T12:00+02:00', '2026-05-01T10:00Z'],
    ['2026-05-01T12:00', '2026-05-01T10:00Z'],
    // One that does not exist, and one that comes twice.
    ['2026-03-29T02:30', '2026-03-29T01:00Z'],
    ['2026-10-25T02:30', '2026-10-25T00:30Z'],
  ])('%s is %s in Berlin', (written, expected) => {
    expect(readInstant(written, 'Europe/Berlin')).toBe(Date.parse(expected))
  })

  it.each(['2026-02-30T12:00', '2026-05-01', '2026-05-01 12:00', '12:00', '', '2026-05-01T24:01Z', 'now'])(
    '"%s" is none',
    (written) => expect(readInstant(written, 'UTC')).toBeUndefined(),
  )

  it('takes a day for its first instant', () => {
    expect(readInstantOrDay('2026-05-01', 'Asia/Tokyo')).toBe(Date.parse('2026-04-30T15:00Z'))
    expect(readInstantOrDay('2026-02-30', 'Asia/Tokyo')).toBeUndefined()
  })

  it('reads back what it writes, to the second, in every zone', () => {
    const zones = fc.constantFrom(
      'UTC',
      'Europe/Berlin',
      'Australia/Lord_Howe',
      'Asia/Kolkata',
      'Pacific/Apia',
    )
    const seconds = fc.integer({ min: Date.UTC(2000, 0) / 1_000, max: Date.UTC(2060, 0) / 1_000 })
    fc.assert(
      fc.property(zones, seconds, (zone, second) => {
        expect(readInstant(instantText(second * 1_000, zone), 'UTC')).toBe(second * 1_000)
      }),
    )
  })

  it('says it as people do', () => {
    const at = Date.parse('2026-03-02T08:00Z')
    expect(clockWords(at, 'Europe/Berlin')).toBe('Mon 2 Mar 09:00')
    expect(dayWords(at, 'Europe/Berlin')).toBe('Mon 2 Mar')
    expect(datedWords(at, 'Asia/Kolkata')).toBe('Mon 2026-03-02 13:30+05:30')
  })
})
