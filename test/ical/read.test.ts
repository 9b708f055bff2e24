import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { feedLimits, type FeedOptions, readFeed } from '../../src/ical/read.ts'

const people: Readonly<Record<string, string>> = { 'Ana A.': 'ana', 'ben@example.com': 'ben', Cy: 'cy' }
const options: FeedOptions = {
  from: Date.parse('2026-03-01T00:00Z'),
  to: Date.parse('2026-04-01T00:00Z'),
  timeZone: 'America/New_York',
  timeZoneOf: (tzid) => (tzid === 'W. Europe Standard Time' ? 'Europe/Berlin' : null),
  peopleOf: ({ summary, attendees }) => [summary, ...attendees].flatMap((name) => people[name] ?? []),
}

function feed(...events: readonly (readonly string[])[]): string {
  const lines = events.flatMap((event) => ['BEGIN:VEVENT', ...event, 'END:VEVENT'])
  return ['BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID:-//test//EN', ...lines, 'END:VCALENDAR', ''].join('\r\n')
}

const iso = (at: number) => new Date(at).toISOString().replace(':00.000Z', 'Z')

function shifts(text: string, over: Partial<FeedOptions> = {}): string[] {
  const { turns, problems } = readFeed(text, { ...options, ...over })
  expect(problems).toEqual([])
  return turns.shifts.map(({ from, to, people: holders }) => `${holders.join('+')} ${iso(from)} ${iso(to)}`)
}

const newYork = (text: string) => `TZID=America/New_York:${text}`

describe('an iCalendar feed', () => {
  it.each([
    {
      name: 'in UTC',
      event: ['SUMMARY:Ana A.', 'DTSTART:20260302T090000Z', 'DTEND:20260303T090000Z'],
      is: ['ana 2026-03-02T09:00Z 2026-03-03T09:00Z'],
    },
    {
      name: 'in a zone, repeated over a change of the clocks on the wall',
      event: [
        'SUMMARY:Cy',
        `DTSTART;${newYork('20260307T090000')}`,
        `DTEND;${newYork('20260308T090000')}`,
        'RRULE:FREQ=DAILY;COUNT=3',
      ],
      is: [
        'cy 2026-03-07T14:00Z 2026-03-08T13:00Z',
        'cy 2026-03-08T13:00Z 2026-03-09T13:00Z',
        'cy 2026-03-09T13:00Z 2026-03-10T13:00Z',
      ],
    },
    {
      name: 'in a zone of another name, with a duration and an attendee',
      event: [
        'SUMMARY:On call',
        'ATTENDEE;CN=Ben:mailto:ben@example.com',
        'DTSTART;TZID=W. Europe Standard Time:20260310T080000',
        'DURATION:PT12H',
      ],
      is: ['ben 2026-03-10T07:00Z 2026-03-10T19:00Z'],
    },
    {
      name: 'of whole days, in the zone of the reader',
      event: ['SUMMARY:Cy', 'DTSTART;VALUE=DATE:20260307', 'DTEND;VALUE=DATE:20260309'],
      is: ['cy 2026-03-07T05:00Z 2026-03-09T04:00Z'],
    },
    {
      name: 'of one whole day without an end',
      event: ['SUMMARY:Cy', 'DTSTART;VALUE=DATE:20260310'],
      is: ['cy 2026-03-10T04:00Z 2026-03-11T04:00Z'],
    },
    {
      name: 'without the exceptions, as times and as dates',
      event: [
        'SUMMARY:Cy',
        'DTSTART:20260302T090000Z',
        'DTEND:20260302T170000Z',
        'RRULE:FREQ=DAILY;UNTIL=20260306T090000Z',
        'EXDATE:20260303T090000Z,20260304T090000Z',
        'EXDATE;VALUE=DATE:20260305',
      ],
      is: ['cy 2026-03-02T09:00Z 2026-03-02T17:00Z', 'cy 2026-03-06T09:00Z 2026-03-06T17:00Z'],
    },
    {
      name: 'with added dates',
      event: ['SUMMARY:Cy', 'DTSTART:20260302T090000Z', 'DTEND:20260302T170000Z', 'RDATE:20260304T090000Z'],
      is: ['cy 2026-03-02T09:00Z 2026-03-02T17:00Z', 'cy 2026-03-04T09:00Z 2026-03-04T17:00Z'],
    },
    {
      name: 'that began long ago, only in the time that is asked for',
      event: [
        'SUMMARY:Cy',
        'DTSTART:19700105T090000Z',
        'DTEND:19700112T090000Z',
        'RRULE:FREQ=WEEKLY;INTERVAL=3',
      ],
      is: ['cy 2026-03-09T09:00Z 2026-03-16T09:00Z', 'cy 2026-03-30T09:00Z 2026-04-06T09:00Z'],
    },
    {
      name: 'on some days of every second week',
      event: [
        'SUMMARY:Cy',
        'DTSTART:20260302T000000Z',
        'DURATION:P1D',
        'RRULE:FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,SU;WKST=MO;COUNT=4',
      ],
      is: [
        'cy 2026-03-02T00:00Z 2026-03-03T00:00Z',
        'cy 2026-03-08T00:00Z 2026-03-09T00:00Z',
        'cy 2026-03-16T00:00Z 2026-03-17T00:00Z',
        'cy 2026-03-22T00:00Z 2026-03-23T00:00Z',
      ],
    },
    {
      name: 'folded, and cancelled ones left out',
      event: ['SUMMARY:C', ' y', 'DTSTART:20260302T090000Z', 'DTEND:20260302T170000Z', 'STATUS:CANCELLED'],
      is: [],
    },
  ])('gives the shifts of an event $name', ({ event, is }) => {
    expect(shifts(feed(['UID:1', ...event]))).toEqual(is)
  })

  it('takes an occurrence that was moved from its event, wherever it now lies', () => {
    const daily = [
      'UID:1',
      'SUMMARY:Cy',
      'DTSTART:20260302T090000Z',
      'DTEND:20260302T170000Z',
      'RRULE:FREQ=DAILY;COUNT=3',
    ]
    const moved = [
      'UID:1',
      'RECURRENCE-ID:20260303T090000Z',
      'SUMMARY:Ana A.',
      'DTSTART:20260303T120000Z',
      'DTEND:20260303T170000Z',
    ]
    const dropped = [
      'UID:1',
      'RECURRENCE-ID:20260304T090000Z',
      'STATUS:CANCELLED',
      'DTSTART:20260304T090000Z',
    ]
    expect(shifts(feed(daily, moved, dropped))).toEqual([
      'cy 2026-03-02T09:00Z 2026-03-02T17:00Z',
      'ana 2026-03-03T12:00Z 2026-03-03T17:00Z',
    ])
  })

  it.each([
    [
      'the last weekday of each month',
      'FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1',
      '20260130',
      ['2026-01-30', '2026-02-27', '2026-03-31'],
    ],
    ['the second Tuesday', 'FREQ=MONTHLY;BYDAY=2TU', '20260113', ['2026-01-13', '2026-02-10', '2026-03-10']],
    ['the last Sunday', 'FREQ=MONTHLY;BYDAY=-1SU', '20260125', ['2026-01-25', '2026-02-22', '2026-03-29']],
    ['the last day', 'FREQ=MONTHLY;BYMONTHDAY=-1', '20260131', ['2026-01-31', '2026-02-28', '2026-03-31']],
    ['the 31st, in months that have one', 'FREQ=MONTHLY', '20260131', ['2026-01-31', '2026-03-31']],
    [
      'the 29 February, in leap years',
      'FREQ=YEARLY;UNTIL=20300101',
      '20240229',
      ['2024-02-29', '2028-02-29'],
    ],
    [
      'Sundays of a month',
      'FREQ=YEARLY;BYMONTH=3;BYDAY=2SU',
      '20250309',
      ['2025-03-09', '2026-03-08', '2027-03-14'],
    ],
    [
      'the 100th day by a weekday of the year',
      'FREQ=YEARLY;BYDAY=1MO',
      '20250106',
      ['2025-01-06', '2026-01-05', '2027-01-04'],
    ],
    [
      'every second weekday day',
      'FREQ=DAILY;INTERVAL=2;BYDAY=MO,TU',
      '20260302',
      ['2026-03-02', '2026-03-10', '2026-03-16'],
    ],
  ])('repeats on %s', (_, rule, start, dates) => {
    const text = feed(['UID:1', 'SUMMARY:Cy', `DTSTART;VALUE=DATE:${start}`, `RRULE:${rule}`])
    const wide = { timeZone: 'UTC', from: Date.parse('2024-01-01'), to: Date.parse('2036-01-01') }
    expect(shifts(text, wide).slice(0, dates.length)).toEqual(
      dates.map((date) => expect.stringContaining(`cy ${date}T00:00Z`)),
    )
  })

  it.each([
    { name: 'no calendar', text: 'hello', reason: 'it is not an iCalendar file' },
    {
      name: 'an unknown person',
      text: feed(['UID:1', 'SUMMARY:Zoe', 'DTSTART:20260302T090000Z', 'DTEND:20260303T090000Z']),
      reason: 'nobody is known as "Zoe"',
    },
    {
      name: 'an unknown zone',
      text: feed(['UID:1', 'SUMMARY:Cy', 'DTSTART;TZID=Mars/Base:20260302T090000', 'DURATION:PT1H']),
      reason: '"Mars/Base" is not known',
    },
    { name: 'no start', text: feed(['UID:1', 'SUMMARY:Cy', 'DURATION:PT1H']), reason: 'no DTSTART' },
    {
      name: 'no end',
      text: feed(['UID:1', 'SUMMARY:Cy', 'DTSTART:20260302T090000Z']),
      reason: 'neither DTEND nor DURATION',
    },
    {
      name: 'an end before the start',
      text: feed(['UID:1', 'SUMMARY:Cy', 'DTSTART:20260302T090000Z', 'DTEND:20260301T090000Z']),
      reason: 'ends at or before its start',
    },
    {
      name: 'a fifth Monday of a week',
      text: feed([
        'UID:1',
        'SUMMARY:Cy',
        'DTSTART:20260302T090000Z',
        'DURATION:PT1H',
        'RRULE:FREQ=WEEKLY;BYDAY=5MO',
      ]),
      reason: 'numbers weekdays',
    },
    {
      name: 'a change of the past',
      text: feed([
        'UID:1',
        'SUMMARY:Cy',
        'RECURRENCE-ID;RANGE=THISANDPRIOR:20260302T090000Z',
        'DTSTART:20260302T090000Z',
        'DURATION:PT1H',
      ]),
      reason: 'THISANDPRIOR',
    },
    {
      name: 'a rule of another calendar',
      text: feed([
        'UID:1',
        'SUMMARY:Cy',
        'DTSTART:20260302T090000Z',
        'DURATION:PT1H',
        'RRULE:RSCALE=CHINESE;FREQ=YEARLY',
      ]),
      reason: 'RSCALE',
    },
    {
      name: 'a broken event beside a good one',
      text: feed(
        ['UID:1', 'SUMMARY Cy'],
        ['UID:2', 'SUMMARY:Cy', 'DTSTART:20260302T090000Z', 'DURATION:PT1H'],
      ),
      reason: 'cannot be parsed',
    },
    { name: 'a feed that was cut off', text: feed(['UID:1']).slice(0, 80), reason: 'cut off' },
    {
      name: 'a start that is no time',
      text: feed(['UID:1', 'SUMMARY:Cy', 'DTSTART:tomorrow', 'DURATION:PT1H']),
      reason: '',
    },
    {
      name: 'too many bytes',
      text: feed(['X-A:'.padEnd(feedLimits.bytes, 'x')]),
      reason: 'more than the 2097152',
    },
    {
      name: 'too many events',
      text: feed(...Array.from({ length: 5_001 }, () => ['STATUS:CANCELLED'])),
      reason: 'only the first 5000',
    },
  ])('reports $name', ({ text, reason }) => {
    const { problems, turns } = readFeed(text, options)
    expect(problems).toEqual([{ event: expect.any(String), reason: expect.stringContaining(reason) }])
    expect(turns.shifts).toHaveLength(text.includes('UID:2') ? 1 : 0)
  })

  it.each([
    { name: 'every 30 February', rule: 'FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30', reported: 0 },
    {
      name: 'a Tuesday every seventh day from a Monday',
      rule: 'FREQ=DAILY;INTERVAL=7;BYDAY=TU',
      reported: 0,
    },
    { name: 'every 30 February, counted', rule: 'FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30;COUNT=9', reported: 93 },
  ])('ends the search for $name', ({ rule, reported }) => {
    const event = ['SUMMARY:Cy', 'DTSTART:19700101T090000Z', 'DURATION:PT1H', `RRULE:${rule}`]
    const { turns, problems } = readFeed(
      feed(...Array.from({ length: 100 }, (_, at) => [`UID:${at}`, ...event])),
      options,
    )
    expect(turns.shifts).toEqual([])
    expect(problems.filter(({ reason }) => reason.includes('takes too long to expand'))).toHaveLength(
      reported,
    )
  })

  it('throws on nothing, however broken', () => {
    const lines = fc.constantFrom(
      'BEGIN:VCALENDAR',
      'BEGIN:VEVENT',
      'END:VEVENT',
      'END:VCALENDAR',
      'DTSTART:20260302T090000Z',
      'DTSTART;TZID=Europe/Berlin:20260302T090000',
      'DTSTART;VALUE=DATE:20261399',
      'DTEND:99991231T235959Z',
      'DURATION:P1D',
      'DURATION:-PT1H',
      'DURATION:x',
      'RRULE:FREQ=DAILY',
      'RRULE:FREQ=YEARLY;BYDAY=-53SU',
      'RRULE:FREQ=DAILY;UNTIL=x',
      'RRULE:;;=',
      'EXDATE:',
      'RDATE;VALUE=PERIOD:20260302T090000Z/PT1H',
      'RECURRENCE-ID:20260302T090000Z',
      'SUMMARY:Cy',
      'UID:1',
      ' folded',
      'X;;;=:',
      'ATTENDEE;CN="a:b',
    )
    const any = fc.oneof(lines, fc.string(), fc.string({ unit: 'binary' }))
    fc.assert(
      fc.property(fc.array(any, { maxLength: 20 }), fc.boolean(), (middle, wrapped) => {
        const event = ['BEGIN:VCALENDAR', 'BEGIN:VEVENT', ...middle, 'END:VEVENT', 'END:VCALENDAR']
        const { turns } = readFeed((wrapped ? event : middle).join('\r\n'), options)
        for (const { from, to } of turns.shifts) expect(from).toBeLessThan(to)
      }),
      { numRuns: 2_000 },
    )
  })
})
