import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  dayAndTimeWords,
  momentWords,
  relativeWords,
  stampWords,
  timeWords,
  zoneWords,
} from '../../../src/domain/values/zoned-words.ts'

const at = (written: string) => Date.parse(written)
const now = at('2026-03-02T03:24:00Z')

describe('N33: a time that people read', () => {
  it.each([
    ['UTC', '2026-07-01T00:00Z', 'UTC'],
    ['Europe/Berlin', '2026-03-29T00:59:59Z', 'CET'],
    ['Europe/Berlin', '2026-03-29T01:00:00Z', 'CEST'],
    ['Europe/London', '2026-01-01T00:00Z', 'GMT'],
    ['America/New_York', '2026-07-01T00:00Z', 'EDT'],
    ['Australia/Sydney', '2026-07-01T00:00Z', 'AEST'],
    ['Asia/Tokyo', '2026-07-01T00:00Z', 'UTC+9'],
    ['Asia/Kathmandu', '2026-07-01T00:00Z', 'UTC+5:45'],
    ['America/Sao_Paulo', '2026-07-01T00:00Z', 'UTC-3'],
  ])('names its zone: %s at %s is %s', (zone, instant, words) => {
    expect(zoneWords(at(instant), zone)).toBe(words)
  })

  it.each([
    ['2026-03-02T02:14:00Z', 'Europe/Berlin', '03:14 CET (1 h 10 min ago)'],
    ['2026-03-02T03:34:05Z', 'Europe/Berlin', '04:34 CET (in 10 min)'],
    ['2026-03-02T03:23:12Z', 'Europe/Berlin', '04:23 CET (48 s ago)'],
    ['2026-03-02T03:24:00.900Z', 'UTC', '03:24 UTC (just now)'],
    ['2026-03-02T03:14:00Z', 'America/New_York', '22:14 EST (10 min ago)'],
    ['2026-03-01T03:14:00Z', 'UTC', 'Sun 1 Mar 03:14 UTC (1 d ago)'],
    ['2025-03-01T03:14:00Z', 'UTC', '2025-03-01 03:14 UTC (366 d ago)'],
  ])('stands beside how long ago it is: %s in %s is %s', (instant, timeZone, words) => {
    expect(momentWords(at(instant), { timeZone, now })).toBe(words)
  })

  it('has its day where the reader has another one, whatever day it is in UTC', () => {
    const clock = { timeZone: 'America/New_York', now: at('2026-03-02T06:00:00Z') }
    expect(dayAndTimeWords(at('2026-03-02T04:30:00Z'), clock)).toBe('Sun 1 Mar 23:30 EST')
    expect(dayAndTimeWords(at('2026-03-02T05:30:00Z'), clock)).toBe('00:30 EST')
  })

  it('is a stamp in records, to the minute or to the second', () => {
    expect(stampWords(at('2026-10-25T00:30:05Z'), 'Europe/Berlin')).toBe('2026-10-25 02:30 CEST')
    expect(stampWords(at('2026-10-25T01:30:05Z'), 'Europe/Berlin', 'second')).toBe('2026-10-25 02:30:05 CET')
    expect(timeWords(at('2026-10-25T01:30:05Z'), 'Europe/Berlin', 'second')).toBe('02:30:05 CET')
  })

  it('always has a zone, and never a time of another day than it says', () => {
    const zone = fc.constantFrom(
      'UTC',
      'Europe/Berlin',
      'Pacific/Apia',
      'Asia/Kolkata',
      'Australia/Lord_Howe',
    )
    const instant = fc.date({ min: new Date('1990-01-01'), max: new Date('2090-01-01'), noInvalidDate: true })
    fc.assert(
      fc.property(instant, instant, zone, (one, read, timeZone) => {
        const clock = { timeZone, now: read.getTime() }
        expect(momentWords(one.getTime(), clock)).toMatch(
          /\d\d:\d\d (?:[A-Z]{2,5}|UTC[+-]\d+(?::\d\d)?)(?: \(.+\))$/,
        )
        expect(relativeWords(one.getTime(), read.getTime())).not.toMatch(/-|NaN/)
      }),
    )
  })
})
