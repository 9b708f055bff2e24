import { describe, expect, it } from 'vitest'
import { readFeed } from '../../src/ical/read.ts'
import { calendar, days, feed, read } from './feeds.ts'

/*
 * Found by holding random calendars against what icalendar 7.3 and recurring-ical-events 3.8 (Python) make of them, and judged by RFC 5545.
 */

const daily = ['UID:1', 'SUMMARY:cy', 'DTSTART;VALUE=DATE:20260601']
const weekly = [...daily, 'RRULE:FREQ=WEEKLY;COUNT=3']

describe('N41: rules', () => {
  it('N41: times of day in the rule of whole days are ignored', () => {
    expect(days(feed([...daily, 'RRULE:FREQ=DAILY;BYHOUR=9;BYMINUTE=30;BYSECOND=1;COUNT=3']))).toEqual([
      '2026-06-01',
      '2026-06-02',
      '2026-06-03',
    ])
  })

  it.each([
    ['FREQ=WEEKLY;BYDAY=SA,SU', ['01', '02', '03', '04', '05', '08']],
    ['FREQ=WEEKLY;BYDAY=MO', ['02', '03', '04', '05', '06', '07']],
    ['FREQ=WEEKLY;BYDAY=SA,SU;COUNT=1', ['01', '02', '03', '04', '05', '07', '08']],
    ['FREQ=WEEKLY;BYDAY=MO;COUNT=1', ['02', '03', '04', '05', '06', '07', '08']],
  ])('N41: EXRULE:%s takes out the start only where it says so', (rule, left) => {
    const text = feed([...daily, 'RRULE:FREQ=DAILY;COUNT=8', `EXRULE:${rule}`])
    expect(days(text)).toEqual(left.map((day) => `2026-06-${day}`))
  })

  it('N41: an occurrence whose start the clocks leap over keeps its length', () => {
    const series = [
      'UID:1',
      'SUMMARY:cy',
      'DTSTART;TZID=Europe/Berlin:20260328T023000',
      'DTEND;TZID=Europe/Berlin:20260328T030000',
      'RRULE:FREQ=DAILY;COUNT=2',
    ]
    expect(read(feed(series))).toEqual({
      shifts: ['cy 2026-03-28T01:30Z 2026-03-28T02:00Z', 'cy 2026-03-29T01:30Z 2026-03-29T02:00Z'],
      problems: [],
    })
  })
})

describe('N41: versions of one occurrence that are written differently', () => {
  const forms = [
    'RECURRENCE-ID;VALUE=DATE:20260608',
    'RECURRENCE-ID;TZID=Europe/Berlin:20260608T000000',
    'RECURRENCE-ID;TZID=W. Europe Standard Time:20260608T000000',
    'RECURRENCE-ID:20260607T220000Z',
    'RECURRENCE-ID:20260608T000000',
  ]
  const pairs = forms.flatMap((older) => forms.map((newer) => [older, newer] as const))
  const older = (form: string) => ['UID:1', 'SUMMARY:ana', 'SEQUENCE:1', form, 'DTSTART;VALUE=DATE:20260609']

  it.each(pairs)('N41: %s, then %s: the newer one counts, and cancels', (first, second) => {
    const newer = ['UID:1', 'SUMMARY:ana', 'SEQUENCE:2', second]
    const moved = [...newer, 'DTSTART;VALUE=DATE:20260610']
    const cancelled = [...newer, 'STATUS:CANCELLED']
    expect(days(feed(weekly, older(first), moved), 'Europe/Berlin')).toEqual([
      '2026-06-01',
      '2026-06-10',
      '2026-06-15',
    ])
    expect(days(feed(cancelled, older(first), weekly), 'Europe/Berlin')).toEqual(['2026-06-01', '2026-06-15'])
  })

  it.each([
    'RECURRENCE-ID;VALUE=DATE:20260608',
    'RECURRENCE-ID;TZID=America/New_York:20260608T030000',
    'RECURRENCE-ID:20260608T070000Z',
    'RECURRENCE-ID:20260608T090000',
  ])('N41: of a series with times, cancelled by %s', (form) => {
    const series = [
      'UID:1',
      'SUMMARY:cy',
      'DTSTART;TZID=Europe/Berlin:20260601T090000',
      'DURATION:PT8H',
      'RRULE:FREQ=WEEKLY;COUNT=2',
    ]
    const moved = [
      'UID:1',
      'SUMMARY:ana',
      'RECURRENCE-ID;TZID=Europe/Berlin:20260608T090000',
      'DTSTART;TZID=Europe/Berlin:20260609T090000',
      'DURATION:PT8H',
    ]
    const cancelled = ['UID:1', 'SEQUENCE:1', 'STATUS:CANCELLED', form]
    expect(read(feed(series, moved, cancelled)).shifts).toEqual(['cy 2026-06-01T07:00Z 2026-06-01T15:00Z'])
  })
})

describe('N41: a change of an occurrence and all that follow', () => {
  const change = [
    'UID:1',
    'SUMMARY:ana',
    'RECURRENCE-ID;RANGE=THISANDFUTURE;VALUE=DATE:20260622',
    'DTSTART;VALUE=DATE:20260623',
  ]
  it('N41: is itself a shift where the series ended before it', () => {
    expect(days(feed([...daily, 'RRULE:FREQ=WEEKLY;UNTIL=20260608'], change))).toEqual([
      '2026-06-01',
      '2026-06-08',
      '2026-06-23',
    ])
  })

  it.each(['VALUE=DATE:20260608', ':20260608T090000', 'TZID=America/New_York:20260608T030000'])(
    'N41: is at its own time, whatever its RECURRENCE-ID is: %s',
    (form) => {
      const series = [
        'UID:1',
        'SUMMARY:cy',
        'DTSTART;TZID=Europe/Berlin:20260601T090000',
        'DURATION:PT8H',
        'RRULE:FREQ=WEEKLY;COUNT=3',
      ]
      const later = [
        'UID:1',
        'SUMMARY:ana',
        `RECURRENCE-ID;RANGE=THISANDFUTURE${form.startsWith(':') ? '' : ';'}${form}`,
        'DTSTART;TZID=Europe/Berlin:20260608T100000',
        'DURATION:PT1H',
      ]
      expect(read(feed(series, later)).shifts).toEqual([
        'cy 2026-06-01T07:00Z 2026-06-01T15:00Z',
        'ana 2026-06-08T08:00Z 2026-06-08T09:00Z',
        'ana 2026-06-15T08:00Z 2026-06-15T09:00Z',
      ])
    },
  )

  it('N41: is told once where the series has it', () => {
    expect(days(feed([...daily, 'RRULE:FREQ=WEEKLY;UNTIL=20260622'], change))).toEqual([
      '2026-06-01',
      '2026-06-08',
      '2026-06-15',
      '2026-06-23',
    ])
  })
})

describe('N41: zones by the rules of the file', () => {
  const zone = (ended: string) => [
    'BEGIN:VTIMEZONE',
    'TZID:Here',
    'BEGIN:STANDARD',
    'DTSTART:19801026T030000',
    'TZOFFSETFROM:+0200',
    'TZOFFSETTO:+0100',
    `RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10;${ended}`,
    'END:STANDARD',
    'BEGIN:DAYLIGHT',
    'DTSTART:19810329T020000',
    'TZOFFSETFROM:+0100',
    'TZOFFSETTO:+0200',
    `RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3;${ended.replace('COUNT=31', 'COUNT=30')}`,
    'END:DAYLIGHT',
    'END:VTIMEZONE',
  ]
  it.each(['UNTIL=20101031T010000Z', 'COUNT=31'])(
    'N41: clocks that were changed for the last time by %s',
    (ended) => {
      const event = ['UID:1', 'SUMMARY:cy', 'DTSTART;TZID=Here:20260601T090000', 'DURATION:PT1H']
      const text = calendar(...zone(ended), 'BEGIN:VEVENT', ...event, 'END:VEVENT')
      expect(read(text).shifts).toEqual(['cy 2026-06-01T08:00Z 2026-06-01T09:00Z'])
    },
  )
})

it('N41: whoever declined has no shift', () => {
  const event = (uid: string, ...attendees: string[]) => [
    `UID:${uid}`,
    'SUMMARY:On call',
    'DTSTART:20260302T090000Z',
    'DURATION:PT8H',
    ...attendees,
  ]
  const declined = 'ATTENDEE;PARTSTAT=DECLINED:mailto:ana@example.com'
  const text = feed(
    event('1', declined, 'ATTENDEE;PARTSTAT=ACCEPTED:mailto:ben@example.com'),
    event('2', declined),
  )
  const { turns, problems } = readFeed(text, {
    from: Date.parse('2026-03-01T00:00Z'),
    to: Date.parse('2026-04-01T00:00Z'),
    timeZone: 'UTC',
    peopleOf: ({ attendees }) => attendees.map((address) => address.split('@')[0] ?? ''),
  })
  expect(turns.shifts.map(({ people }) => people)).toEqual([['ben']])
  expect(problems).toEqual([{ event: '2 "On call"', reason: expect.stringContaining('has declined') }])
})

it('N41: lines that were folded before their CRLF became CR CRLF', () => {
  const text = feed(['UID:1', 'SUMMARY:c\r\n y', 'DTSTART:20260302T090000Z', 'DURATION:PT8H'])
  expect(read(text.replaceAll('\r\n', '\r\r\n')).shifts).toEqual(['cy 2026-03-02T09:00Z 2026-03-02T17:00Z'])
})
