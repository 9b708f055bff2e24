import { describe, expect, it } from 'vitest'
import { decodeCalendar } from '../../src/ical/content-lines.ts'
import { windowsZones } from '../../src/ical/windows-zones.ts'
import { calendar, days, feed, read } from './feeds.ts'

const zones = ['UTC', 'Europe/Berlin', 'America/New_York', 'Asia/Tokyo', 'Pacific/Auckland', 'Asia/Kathmandu']
const weekly = ['UID:1', 'SUMMARY:cy', 'DTSTART;VALUE=DATE:20260601', 'RRULE:FREQ=WEEKLY;COUNT=3']

describe('N41 (a): midnights of whole-day series', () => {
  const forms = [
    'EXDATE;TZID=Europe/Berlin:20260608T000000',
    'EXDATE;TZID=W. Europe Standard Time:20260608T000000',
    'EXDATE;TZID=Asia/Tokyo:20260608T000000',
    'EXDATE;VALUE=DATE:20260608',
    'EXDATE:20260608',
    'EXDATE:20260608T000000',
    'EXDATE:20260608T000000Z',
    'EXDATE:20260607T220000Z',
    'EXDATE:20260608T040000Z',
    'EXDATE:20260607T150000Z',
    'EXDATE:20260607T181500Z',
    'EXDATE;TZID=Europe/Berlin:20260525T000000,20260608T000000',
  ]
  it.each(forms.flatMap((form) => zones.map((zone) => [form, zone] as const)))(
    '%s, read in %s',
    (form, zone) => {
      expect(days(feed([...weekly, form]), zone)).toEqual(['2026-06-01', '2026-06-15'])
    },
  )

  it.each(forms.slice(0, -1).flatMap((form) => zones.map((zone) => [form, zone] as const)))(
    'the same as RECURRENCE-ID: %s, read in %s',
    (form, zone) => {
      const moved = [
        'UID:1',
        'SUMMARY:ana',
        form.replace('EXDATE', 'RECURRENCE-ID'),
        'DTSTART;VALUE=DATE:20260610',
      ]
      expect(days(feed(weekly, moved), zone)).toEqual(['2026-06-01', '2026-06-10', '2026-06-15'])
    },
  )

  it('goes by the zone of the calendar where a midnight in UTC could be that of two days', () => {
    const text = calendar(
      'X-WR-TIMEZONE:Pacific/Auckland',
      'BEGIN:VEVENT',
      ...weekly,
      'EXDATE:20260607T120000Z',
      'END:VEVENT',
    )
    expect(days(text)).toEqual(['2026-06-01', '2026-06-15'])
  })

  it.each([
    ['a date', 'EXDATE;VALUE=DATE:20260608'],
    ['a time without a zone', 'EXDATE:20260608T003000'],
    ['another zone', 'EXDATE;TZID=America/New_York:20260607T183000'],
  ])('takes out of a series with times by %s', (_, form) => {
    const series = [
      'UID:1',
      'SUMMARY:cy',
      'DTSTART;TZID=Europe/Berlin:20260601T003000',
      'DURATION:PT8H',
      'RRULE:FREQ=WEEKLY;COUNT=3',
    ]
    expect(days(feed([...series, form]), 'Europe/Berlin')).toEqual(['2026-06-01 00:30', '2026-06-15 00:30'])
  })
})

describe('N41 (b): UNTIL in UTC with a whole-day start', () => {
  it.each(
    [
      'UNTIL=20261129T230000Z',
      'UNTIL=20261130',
      'UNTIL=20261130T000000Z',
      'UNTIL=20261130T000000',
      'UNTIL=20261130T050000Z',
      'UNTIL=20261129T150000Z',
      'UNTIL=20261130T235959Z',
      'UNTIL=20261130T235900Z',
      'UNTIL=20261130T225959Z',
      'UNTIL=20261130T120000Z',
    ].flatMap((until) => zones.map((zone) => [until, zone] as const)),
  )('%s, read in %s', (until, zone) => {
    const daily = ['UID:1', 'SUMMARY:cy', 'DTSTART;VALUE=DATE:20261128', `RRULE:FREQ=DAILY;${until}`]
    expect(days(feed(daily), zone)).toEqual(['2026-11-28', '2026-11-29', '2026-11-30'])
  })
})

const berlin = ['cy 2026-03-02T08:00Z 2026-03-02T16:00Z', 'cy 2026-07-02T07:00Z 2026-07-02T15:00Z']
const inZone = (tzid: string) =>
  ['20260302', '20260702'].map((day) => [
    `UID:${day}`,
    'SUMMARY:cy',
    `DTSTART;TZID=${tzid}:${day}T090000`,
    `DTEND;TZID=${tzid}:${day}T170000`,
  ])

describe('N41 (c): names of zones', () => {
  it.each([
    'W. Europe Standard Time',
    'w. europe standard time',
    '"W. Europe Standard Time"',
    'Europe/Berlin',
    'europe/berlin',
    '/freeassociation.sourceforge.net/Europe/Berlin',
    '/freeassociation.sourceforge.net/Tzfile/Europe/Bratislava',
    '/citadel.org/20210210_1/Europe/Berlin',
    '/mozilla.org/20050126_1/Europe/Berlin',
    '/softwarestudio.org/Olson_20011030_5/Europe/Berlin',
    'CET',
  ])('%s', (tzid) => {
    expect(read(feed(...inZone(tzid)))).toEqual({ shifts: berlin, problems: [] })
  })

  it('knows three parts of a region', () => {
    const text = feed([
      'UID:1',
      'SUMMARY:cy',
      'DTSTART;TZID=/x.org/America/Argentina/Salta:20260302T090000',
      'DURATION:PT1H',
    ])
    expect(read(text).shifts).toEqual(['cy 2026-03-02T12:00Z 2026-03-02T13:00Z'])
  })

  it.each(Object.keys(windowsZones))('%s', (tzid) => {
    expect(read(feed(...inZone(tzid))).shifts).toHaveLength(2)
  })

  const rules = (tzid: string, ...more: string[]) => [
    'BEGIN:VTIMEZONE',
    `TZID:${tzid}`,
    ...more,
    'BEGIN:STANDARD',
    'DTSTART:16010101T030000',
    'TZOFFSETFROM:+0200',
    'TZOFFSETTO:+0100',
    'RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10',
    'END:STANDARD',
    'BEGIN:DAYLIGHT',
    'DTSTART:16010101T020000',
    'TZOFFSETFROM:+0100',
    'TZOFFSETTO:+0200',
    'RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3',
    'END:DAYLIGHT',
    'END:VTIMEZONE',
  ]
  const events = (tzid: string) => inZone(tzid).flatMap((event) => ['BEGIN:VEVENT', ...event, 'END:VEVENT'])

  it.each([
    'Berlin',
    'Customized Time Zone',
    '(UTC+01:00) Amsterdam, Berlin, Bern, Rom, Stockholm, Wien',
    'tzone://Microsoft/Custom',
  ])('the rules that the file gives to %s, before or after its events', (tzid) => {
    const quoted = `"${tzid}"`
    for (const lines of [
      [...rules(tzid), ...events(quoted)],
      [...events(quoted), ...rules(tzid)],
      [...rules(tzid), ...events(tzid)],
    ])
      expect(read(calendar(...lines))).toEqual({ shifts: berlin, problems: [] })
  })

  it('the rules that the file gives to an abbreviation that means something else elsewhere', () => {
    expect(read(calendar(...rules('EST'), ...events('EST'))).shifts).toEqual(berlin)
  })

  it('the place that the file gives for a name', () => {
    const text = calendar(...rules('Here', 'X-LIC-LOCATION:Asia/Tokyo'), ...events('Here'))
    expect(read(text).shifts[0]).toBe('cy 2026-03-02T00:00Z 2026-03-02T08:00Z')
  })

  it('agrees with IANA on every hour around the changes of the clocks', () => {
    const hours = ['20260329', '20261025'].flatMap((day) =>
      Array.from({ length: 24 }, (_, hour) => `${day}T${String(hour).padStart(2, '0')}3000`),
    )
    const text = (tzid: string) =>
      calendar(
        ...rules('Berlin'),
        ...hours.flatMap((hour) => [
          'BEGIN:VEVENT',
          `UID:${hour}`,
          'SUMMARY:cy',
          `DTSTART;TZID=${tzid}:${hour}`,
          'DURATION:PT1H',
          'END:VEVENT',
        ]),
      )
    expect(read(text('Berlin')).shifts).toEqual(read(text('Europe/Berlin')).shifts)
  })

  it('says which name is not known, and the others are read', () => {
    const { shifts, problems } = read(
      feed(...inZone('Mars/Base'), ...inZone('Europe/Berlin').map((event) => [...event, 'UID:9'].slice(1))),
    )
    expect(shifts).toHaveLength(2)
    expect(problems.map(({ reason }) => reason)).toEqual([
      'its time zone "Mars/Base" is not known: say which IANA zone it is',
      'its time zone "Mars/Base" is not known: say which IANA zone it is',
    ])
  })
})

describe('N41 (d): versions of an event', () => {
  const at = (day: string, ...more: string[]) => [
    'UID:1',
    'SUMMARY:cy',
    `DTSTART:202603${day}T090000Z`,
    'DURATION:PT8H',
    ...more,
  ]
  const second = ['cy 2026-03-05T09:00Z 2026-03-05T17:00Z']

  it.each([
    ['SEQUENCE', ['SEQUENCE:0'], ['SEQUENCE:2']],
    [
      'SEQUENCE, whatever the stamps',
      ['SEQUENCE:1', 'DTSTAMP:20260109T000000Z'],
      ['SEQUENCE:2', 'DTSTAMP:20260101T000000Z'],
    ],
    ['no SEQUENCE', [], ['SEQUENCE:1']],
    ['LAST-MODIFIED', ['LAST-MODIFIED:20260101T000000Z'], ['LAST-MODIFIED:20260102T000000Z']],
    ['DTSTAMP', ['DTSTAMP:20260101T000000Z'], ['DTSTAMP:20260101T000001Z']],
  ])('the newer by %s counts, in either order', (_, older, newer) => {
    expect(read(feed(at('02', ...older), at('05', ...newer))).shifts).toEqual(second)
    expect(read(feed(at('05', ...newer), at('02', ...older))).shifts).toEqual(second)
  })

  it('counts the same event once, and events that only share a UID each', () => {
    expect(read(feed(at('02'), at('02'))).shifts).toHaveLength(1)
    expect(read(feed(at('02'), at('05'))).shifts).toHaveLength(2)
  })

  it('is cancelled by a newer version, with what was moved of it, and not by an older one', () => {
    const series = at('02', 'SEQUENCE:1', 'RRULE:FREQ=DAILY;COUNT=2')
    const moved = [
      'UID:1',
      'SUMMARY:ana',
      'SEQUENCE:1',
      'RECURRENCE-ID:20260303T090000Z',
      'DTSTART:20260307T090000Z',
      'DURATION:PT1H',
    ]
    const cancelled = (sequence: number) => at('02', `SEQUENCE:${sequence}`, 'STATUS:CANCELLED')
    expect(read(feed(series, moved, cancelled(2)))).toEqual({ shifts: [], problems: [] })
    expect(read(feed(cancelled(0), series, moved)).shifts).toHaveLength(2)
  })

  it.each(['STATUS:CANCELLED', ''])('one occurrence is cancelled, by METHOD:CANCEL or %s', (status) => {
    const series = ['BEGIN:VEVENT', ...at('02', 'RRULE:FREQ=DAILY;COUNT=2'), 'END:VEVENT']
    const cancel = [
      'BEGIN:VEVENT',
      'UID:1',
      'SEQUENCE:1',
      'RECURRENCE-ID:20260303T090000Z',
      ...(status === '' ? [] : [status]),
      'END:VEVENT',
    ]
    const text = calendar(...series) + calendar(...(status === '' ? ['METHOD:CANCEL'] : []), ...cancel)
    expect(read(text)).toEqual({ shifts: ['cy 2026-03-02T09:00Z 2026-03-02T17:00Z'], problems: [] })
  })

  it('takes the newest version of a moved occurrence', () => {
    const moved = (day: string, sequence: number) => [
      'UID:1',
      'SUMMARY:ana',
      `SEQUENCE:${sequence}`,
      'RECURRENCE-ID:20260303T090000Z',
      `DTSTART:202603${day}T090000Z`,
      'DURATION:PT1H',
    ]
    expect(read(feed(at('02', 'RRULE:FREQ=DAILY;COUNT=2'), moved('20', 2), moved('10', 1))).shifts).toEqual([
      'cy 2026-03-02T09:00Z 2026-03-02T17:00Z',
      'ana 2026-03-20T09:00Z 2026-03-20T10:00Z',
    ])
  })

  it('changes an occurrence and all that follow', () => {
    const series = at('02', 'RRULE:FREQ=DAILY;COUNT=5')
    const later = [
      'UID:1',
      'SUMMARY:ana',
      'RECURRENCE-ID;RANGE=THISANDFUTURE:20260304T090000Z',
      'DTSTART:20260304T120000Z',
      'DURATION:PT2H',
    ]
    const one = [
      'UID:1',
      'SUMMARY:ben',
      'RECURRENCE-ID:20260305T090000Z',
      'DTSTART:20260305T060000Z',
      'DURATION:PT1H',
    ]
    expect(read(feed(series, later, one)).shifts).toEqual([
      'cy 2026-03-02T09:00Z 2026-03-02T17:00Z',
      'cy 2026-03-03T09:00Z 2026-03-03T17:00Z',
      'ana 2026-03-04T12:00Z 2026-03-04T14:00Z',
      'ben 2026-03-05T06:00Z 2026-03-05T07:00Z',
      'ana 2026-03-06T12:00Z 2026-03-06T14:00Z',
    ])
    expect(read(feed(series, [...later, 'STATUS:CANCELLED'])).shifts).toHaveLength(2)
  })

  it('answers to invitations are no shifts, and that is said', () => {
    const text = calendar('METHOD:REPLY', 'BEGIN:VEVENT', ...at('02'), 'END:VEVENT')
    expect(read(text)).toEqual({
      shifts: [],
      problems: [{ event: '', reason: expect.stringContaining('METHOD:REPLY') }],
    })
  })
})

describe('N41 (d2): added dates', () => {
  const day = [
    'UID:1',
    'SUMMARY:cy',
    'DTSTART;TZID=Europe/Berlin:20260601T090000',
    'DTEND;TZID=Europe/Berlin:20260602T090000',
  ]
  const own = 'cy 2026-06-01T07:00Z 2026-06-02T07:00Z'
  it.each([
    ['in another zone', 'RDATE;TZID=America/New_York:20260610T030000', '2026-06-10T07:00Z 2026-06-11T07:00Z'],
    ['in UTC', 'RDATE:20260610T070000Z', '2026-06-10T07:00Z 2026-06-11T07:00Z'],
    ['over a change of the clocks', 'RDATE:20261024T070000Z', '2026-10-24T07:00Z 2026-10-25T08:00Z'],
    ['without a time', 'RDATE;VALUE=DATE:20260610', '2026-06-10T07:00Z 2026-06-11T07:00Z'],
    [
      'as a period',
      'RDATE;VALUE=PERIOD:20260610T070000Z/20260610T090000Z',
      '2026-06-10T07:00Z 2026-06-10T09:00Z',
    ],
    [
      'as a period of a length',
      'RDATE;VALUE=PERIOD;TZID=Asia/Tokyo:20260610T160000/PT90M',
      '2026-06-10T07:00Z 2026-06-10T08:30Z',
    ],
  ])('%s', (_, line, is) => {
    expect(read(feed([...day, line]))).toEqual({ shifts: [own, `cy ${is}`], problems: [] })
  })

  it('of whole days that are written as midnights of a zone', () => {
    expect(days(feed([...weekly, 'RDATE;TZID=Europe/Berlin:20260604T000000']), 'America/New_York')).toContain(
      '2026-06-04',
    )
  })
})

describe('N41: calendars as programs write them', () => {
  const event = ['UID:1', 'SUMMARY:Zoë', 'DTSTART:20260302T090000Z', 'DURATION:PT8H']
  const shift = ['Zoë 2026-03-02T09:00Z 2026-03-02T17:00Z']
  const bytes = (text: string, encoding: BufferEncoding = 'utf8') =>
    read(decodeCalendar(Buffer.from(text, encoding)))

  it.each([
    ['bare LF', feed(event).replaceAll('\r\n', '\n')],
    ['bare CR', feed(event).replaceAll('\r\n', '\r')],
    ['a byte order mark', `\uFEFF${feed(event)}`],
    ['blank lines', feed(event).replaceAll('\r\n', '\r\n\r\n')],
    ['folded lines', feed(event).replaceAll(/(?<=[A-Z0-9])(?=[A-Z0-9])/g, '\r\n ')],
    ['folded with tabs', feed(event).replace('DTSTART', 'DTS\n\tTART')],
    [
      'small letters',
      feed(event).replaceAll(/BEGIN|END|VEVENT|DTSTART|DURATION/g, (word) => word.toLowerCase()),
    ],
    ['text before and after', `\n\n${feed(event)}\nhello`],
    ['a line that is none', feed([...event, 'a description that was broken by hand', 'X-A;B="c:d;e":f'])],
    [
      'an alarm',
      feed([...event, 'BEGIN:VALARM', 'TRIGGER:-PT15M', 'DURATION:PT1M', 'SUMMARY:no', 'END:VALARM']),
    ],
    ['no END:VEVENT', feed(event).replace('END:VEVENT\r\n', '')],
    ['seconds left out', feed(event.map((line) => line.replace('090000Z', '0900Z')))],
    ['ISO 8601', feed(event.map((line) => line.replace('20260302T090000Z', '2026-03-02T10:00:00+01:00')))],
    ['several calendars', feed(['UID:2', 'STATUS:CANCELLED']) + feed(event)],
    [
      'other components',
      calendar(
        ...['VTODO', 'VJOURNAL', 'VFREEBUSY'].flatMap((name) => [
          `BEGIN:${name}`,
          ...event,
          'SUMMARY:no',
          `END:${name}`,
        ]),
        'BEGIN:VEVENT',
        ...event,
        'END:VEVENT',
      ),
    ],
  ])('with %s', (_, text) => {
    expect(bytes(text)).toEqual({ shifts: shift, problems: [] })
  })

  it.each(['latin1', 'utf16le'] as const)('in %s', (encoding) => {
    const text = encoding === 'utf16le' ? `\uFEFF${feed(event)}` : feed(event)
    expect(bytes(text, encoding)).toEqual({ shifts: shift, problems: [] })
  })

  it('folded inside of a character', () => {
    const whole = Buffer.from(feed(event))
    const at = whole.indexOf(Buffer.from('ë')) + 1
    const folded = Buffer.concat([whole.subarray(0, at), Buffer.from('\r\n '), whole.subarray(at)])
    expect(read(decodeCalendar(folded)).shifts).toEqual(shift)
  })

  it.each([
    [
      'on the clock of the schedule without a zone',
      ['DTSTART:20260302T090000', 'DTEND:20260302T170000'],
      '2026-03-02T08:00Z 2026-03-02T16:00Z',
    ],
    [
      'of a day that ends on itself',
      ['DTSTART;VALUE=DATE:20260302', 'DTEND;VALUE=DATE:20260302'],
      '2026-03-01T23:00Z 2026-03-02T23:00Z',
    ],
    [
      'of a day whose end is a midnight',
      ['DTSTART;VALUE=DATE:20260302', 'DTEND:20260303T230000Z'],
      '2026-03-01T23:00Z 2026-03-03T23:00Z',
    ],
    [
      'until a day',
      ['DTSTART;TZID=Europe/Berlin:20260302T090000', 'DTEND;VALUE=DATE:20260303'],
      '2026-03-02T08:00Z 2026-03-02T23:00Z',
    ],
    [
      'between zones',
      ['DTSTART;TZID=Europe/Berlin:20260302T090000', 'DTEND;TZID=America/New_York:20260302T090000'],
      '2026-03-02T08:00Z 2026-03-02T14:00Z',
    ],
    [
      'of a day of 23 hours',
      ['DTSTART;TZID=Europe/Berlin:20260328T090000', 'DURATION:P1D'],
      '2026-03-28T08:00Z 2026-03-29T07:00Z',
    ],
    [
      'of 24 hours',
      ['DTSTART;TZID=Europe/Berlin:20260328T090000', 'DURATION:PT24H'],
      '2026-03-28T08:00Z 2026-03-29T08:00Z',
    ],
    ['of weeks', ['DTSTART:20260302T090000Z', 'DURATION:P1W'], '2026-03-02T09:00Z 2026-03-09T09:00Z'],
    [
      'until midnight as 24 o’clock',
      ['DTSTART:20260302T090000Z', 'DTEND:20260302T240000Z'],
      '2026-03-02T09:00Z 2026-03-03T00:00Z',
    ],
  ])('an event %s', (_, lines, is) => {
    expect(read(feed(['UID:1', 'SUMMARY:cy', ...lines]), 'Europe/Berlin')).toEqual({
      shifts: [`cy ${is}`],
      problems: [],
    })
  })

  it.each([
    ['ends before it starts', ['DTEND:20260301T090000Z'], 'ends at or before its start'],
    ['ends as it starts', ['DTEND:20260302T090000Z'], 'ends at or before its start'],
    ['has no end', [], 'neither DTEND nor DURATION'],
    ['goes back', ['DURATION:-PT1H'], 'ends at or before its start'],
    ['has a broken duration', ['DURATION:1h'], '"1h" where a duration is expected'],
    ['has a broken end', ['DTEND:soon'], '"soon" where a time is expected'],
    ['ends on 31 February', ['DTEND:20260231T090000Z'], 'where a time is expected'],
  ])('tells of an event that %s', (_, lines, reason) => {
    const { shifts, problems } = read(feed(['UID:1', 'SUMMARY:cy', 'DTSTART:20260302T090000Z', ...lines]))
    expect(shifts).toEqual([])
    expect(problems).toEqual([{ event: '1 "cy"', reason: expect.stringContaining(reason) }])
  })
})
