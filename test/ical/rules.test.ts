import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeCalendar } from '../../src/ical/content-lines.ts'
import { readFeed } from '../../src/ical/read.ts'
import { occurrences } from '../../src/ical/recurrence.ts'
import { readRule } from '../../src/ical/rule.ts'
import { bySummary, feed, read } from './feeds.ts'

const far = Date.parse('2040-01-01T00:00Z')

function starts(rule: string, start: string, count: number): string[] {
  const from = Date.parse(`${start}Z`)
  const found: string[] = []
  for (const time of occurrences(readRule(rule), from, { from, to: far }, { steps: 500_000 })) {
    found.push(new Date(time).toISOString().slice(0, 16))
    if (found.length === count) break
  }
  return found
}

describe('N41: rules of every kind', () => {
  // Those of RFC 5545, section 3.8.5.3, and of its neighbours.
  it.each([
    ['FREQ=YEARLY', '2024-02-29T09:00', ['2024-02-29T09:00', '2028-02-29T09:00']],
    ['FREQ=MONTHLY', '2026-01-31T09:00', ['2026-01-31T09:00', '2026-03-31T09:00', '2026-05-31T09:00']],
    [
      'FREQ=MONTHLY;BYMONTHDAY=-3',
      '1997-09-28T09:00',
      ['1997-09-28T09:00', '1997-10-29T09:00', '1997-11-28T09:00'],
    ],
    [
      'FREQ=YEARLY;INTERVAL=3;COUNT=10;BYYEARDAY=1,100,200',
      '1997-01-01T09:00',
      ['1997-01-01T09:00', '1997-04-10T09:00', '1997-07-19T09:00', '2000-01-01T09:00'],
    ],
    [
      'FREQ=YEARLY;BYDAY=20MO',
      '1997-05-19T09:00',
      ['1997-05-19T09:00', '1998-05-18T09:00', '1999-05-17T09:00'],
    ],
    [
      'FREQ=YEARLY;BYWEEKNO=20;BYDAY=MO',
      '1997-05-12T09:00',
      ['1997-05-12T09:00', '1998-05-11T09:00', '1999-05-17T09:00'],
    ],
    ['FREQ=YEARLY;BYWEEKNO=53', '2020-12-30T09:00', ['2020-12-30T09:00', '2026-12-30T09:00']],
    ['FREQ=YEARLY;BYWEEKNO=-1;BYDAY=MO', '2026-12-28T09:00', ['2026-12-28T09:00', '2027-12-27T09:00']],
    [
      'FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13',
      '1998-02-13T09:00',
      ['1998-02-13T09:00', '1998-03-13T09:00', '1998-11-13T09:00'],
    ],
    [
      'FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-2',
      '1997-09-29T09:00',
      ['1997-09-29T09:00', '1997-10-30T09:00', '1997-11-27T09:00'],
    ],
    [
      'FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=MO',
      '1997-08-05T09:00',
      ['1997-08-05T09:00', '1997-08-10T09:00', '1997-08-19T09:00', '1997-08-24T09:00'],
    ],
    [
      'FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=SU',
      '1997-08-05T09:00',
      ['1997-08-05T09:00', '1997-08-17T09:00', '1997-08-19T09:00', '1997-08-31T09:00'],
    ],
    [
      'FREQ=HOURLY;INTERVAL=12',
      '2026-03-02T08:00',
      ['2026-03-02T08:00', '2026-03-02T20:00', '2026-03-03T08:00'],
    ],
    [
      'FREQ=DAILY;BYHOUR=8,20',
      '2026-03-02T08:00',
      ['2026-03-02T08:00', '2026-03-02T20:00', '2026-03-03T08:00'],
    ],
    [
      'FREQ=DAILY;BYHOUR=9;BYMINUTE=0,20',
      '1997-09-02T09:00',
      ['1997-09-02T09:00', '1997-09-02T09:20', '1997-09-03T09:00'],
    ],
    [
      'FREQ=MINUTELY;INTERVAL=90',
      '1997-09-02T09:00',
      ['1997-09-02T09:00', '1997-09-02T10:30', '1997-09-02T12:00'],
    ],
    [
      'FREQ=MINUTELY;INTERVAL=20;BYHOUR=9',
      '1997-09-02T09:40',
      ['1997-09-02T09:40', '1997-09-03T09:00', '1997-09-03T09:20'],
    ],
    ['FREQ=SECONDLY;INTERVAL=43200', '2026-03-02T08:00', ['2026-03-02T08:00', '2026-03-02T20:00']],
    [
      'FREQ=SECONDLY;BYSECOND=0;BYMINUTE=0;BYHOUR=8;BYDAY=MO',
      '2026-03-02T08:00',
      ['2026-03-02T08:00', '2026-03-09T08:00'],
    ],
    ['freq=daily;count=2;', '2026-03-02T08:00', ['2026-03-02T08:00', '2026-03-03T08:00']],
  ])('%s', (rule, start, expected) => {
    const most = rule.includes('COUNT') || rule.includes('count') ? 100 : expected.length
    expect(starts(rule, start, most).slice(0, expected.length)).toEqual(expected)
  })

  it.each([
    '',
    'DAILY',
    'FREQ=FORTNIGHTLY',
    'D1 #10',
    'FREQ=DAILY;INTERVAL=0',
    'FREQ=DAILY;COUNT=-1',
    'FREQ=DAILY;BYDAY=XX',
    'FREQ=DAILY;BYMONTH=13',
    'FREQ=YEARLY;BYMONTHDAY=0',
  ])('refuses "%s" and says why', (rule) => {
    expect(() => readRule(rule)).toThrow(RangeError)
  })

  it('says the same whether a search begins at the start or far behind it', () => {
    const rule = fc.record({
      freq: fc.constantFrom('YEARLY', 'MONTHLY', 'WEEKLY', 'DAILY', 'HOURLY'),
      interval: fc.integer({ min: 1, max: 9 }),
      by: fc.constantFrom(
        '',
        ';BYDAY=MO,TH',
        ';BYMONTHDAY=-1,15',
        ';BYMONTH=2,11',
        ';BYHOUR=3,15',
        ';BYDAY=MO,TU;BYSETPOS=-1',
      ),
    })
    fc.assert(
      fc.property(
        rule,
        fc.date({ min: new Date('2015-01-01'), max: new Date('2025-12-31'), noInvalidDate: true }),
        ({ freq, interval, by }, date) => {
          const start = Math.floor(date.getTime() / 1000) * 1000
          const written = readRule(`FREQ=${freq};INTERVAL=${interval}${by}`)
          const from = Date.parse('2026-01-01')
          const to = Date.parse('2026-04-01')
          const near = [...occurrences(written, start, { from, to }, { steps: 1e6 })]
          const all = [...occurrences(written, start, { from: start, to }, { steps: 1e6 })]
          expect(near).toEqual(all.filter((time) => time >= from))
        },
      ),
      { numRuns: 200 },
    )
  })

  it('EXRULE takes out, several rules come together', () => {
    const lines = ['UID:1', 'SUMMARY:cy', 'DTSTART:20260302T090000Z', 'DURATION:PT1H']
    const text = feed([
      ...lines,
      'RRULE:FREQ=DAILY;COUNT=4',
      'RRULE:FREQ=WEEKLY;COUNT=2',
      'EXRULE:FREQ=DAILY;INTERVAL=2;COUNT=2',
    ])
    expect(read(text).shifts.map((shift) => shift.slice(3, 13))).toEqual([
      '2026-03-03',
      '2026-03-05',
      '2026-03-09',
    ])
  })
})

describe('N41: a hostile calendar', () => {
  it.each([
    'FREQ=SECONDLY',
    'FREQ=SECONDLY;COUNT=1000000',
    'FREQ=MINUTELY;BYSECOND=0,1,2,3,4,5,6,7,8,9',
    'FREQ=HOURLY;COUNT=1000000;BYMONTH=2;BYMONTHDAY=30',
    `FREQ=YEARLY;BYHOUR=${Array.from({ length: 24 }, (_, at) => at).join(',')};BYMINUTE=${Array.from({ length: 60 }, (_, at) => at).join(',')};BYSECOND=${Array.from({ length: 60 }, (_, at) => at).join(',')};BYDAY=MO,TU,WE,TH,FR,SA,SU`,
  ])('%s ends', (rule) => {
    const event = (at: number) => [
      `UID:${at}`,
      'SUMMARY:cy',
      'DTSTART:19700101T000000Z',
      'DURATION:PT1S',
      `RRULE:${rule}`,
      `EXRULE:${rule}`,
    ]
    const { shifts, problems } = read(feed(...Array.from({ length: 50 }, (_, at) => event(at))))
    expect(shifts).toEqual([])
    expect(problems.length).toBeGreaterThan(0)
  })

  const text = feed(
    [
      'UID:1',
      'SUMMARY:cy',
      'DTSTART;TZID=Berlin:20260302T090000',
      'DURATION:PT8H',
      'RRULE:FREQ=DAILY;BYDAY=MO,TU;COUNT=9',
      'EXDATE:20260303T080000Z',
    ],
    [
      'UID:1',
      'RECURRENCE-ID;RANGE=THISANDFUTURE:20260309T080000Z',
      'DTSTART:20260309T100000Z',
      'DTEND:20260309T120000Z',
      'SUMMARY:ana',
    ],
    [
      'UID:2',
      'SUMMARY:ben',
      'DTSTART;VALUE=DATE:20260601',
      'RRULE:FREQ=WEEKLY;UNTIL=20261129T230000Z',
      'RDATE;VALUE=PERIOD:20260610T070000Z/PT1H',
    ],
  ).replace(
    'BEGIN:VEVENT',
    'BEGIN:VTIMEZONE\r\nTZID:Berlin\r\nBEGIN:STANDARD\r\nDTSTART:16010101T000000\r\nTZOFFSETFROM:+0200\r\nTZOFFSETTO:+0100\r\nRRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\nBEGIN:VEVENT',
  )
  const options = {
    from: Date.parse('2026-01-01'),
    to: Date.parse('2027-01-01'),
    timeZone: 'Europe/Berlin',
    peopleOf: bySummary,
  }

  it('is read whatever is changed in it, and whatever its bytes are', () => {
    const whole = Buffer.from(text)
    const edit = fc.record({
      at: fc.nat(whole.length),
      cut: fc.nat(12),
      put: fc.oneof(
        fc.uint8Array({ maxLength: 8 }),
        fc
          .constantFrom('\r\n', ':', ';', '=', '"', '99999999', 'T', 'Z', ',', '-1', 'SECONDLY')
          .map((one) => Buffer.from(one)),
      ),
    })
    const mutated = fc
      .array(edit, { maxLength: 12 })
      .map((edits) =>
        edits.reduce(
          (bytes, { at, cut, put }) => Buffer.concat([bytes.subarray(0, at), put, bytes.subarray(at + cut)]),
          whole,
        ),
      )
    fc.assert(
      fc.property(
        fc.oneof(
          { weight: 8, arbitrary: mutated },
          { weight: 1, arbitrary: fc.uint8Array({ maxLength: 400 }) },
        ),
        (bytes) => {
          for (const { from, to } of readFeed(decodeCalendar(bytes), options).turns.shifts)
            expect(from).toBeLessThan(to)
        },
      ),
      { numRuns: 1_500 },
    )
  })

  it.each([
    ['nothing but beginnings', 'BEGIN:VEVENT\r\n'.repeat(20_000)],
    ['one long line', `X:${'a"'.repeat(500_000)}`],
    ['one long parameter', `X;A="${';'.repeat(900_000)}`],
    ['folded a million times', `SUMMARY:x${'\r\n y'.repeat(400_000)}`],
    [
      'a million dates',
      `BEGIN:VEVENT\r\nUID:1\r\nDTSTART:20260101\r\nSUMMARY:cy\r\nEXDATE:${'20260102,'.repeat(200_000)}\r\nEND:VEVENT`,
    ],
  ])('of %s is read', (_, middle) => {
    const { turns } = readFeed(`BEGIN:VCALENDAR\r\n${middle}\r\nEND:VCALENDAR`, options)
    expect(turns.shifts.length).toBeLessThan(2)
  })
})
