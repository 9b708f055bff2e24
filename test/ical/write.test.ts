import ICAL from 'ical.js'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { gapsBetween, shiftsOf } from '../../src/domain/on-call/coverage.ts'
import type { Schedule } from '../../src/domain/on-call/schedule.ts'
import { segmentsBetween } from '../../src/domain/on-call/segments.ts'
import { readFeed } from '../../src/ical/read.ts'
import { personCalendar, scheduleCalendar } from '../../src/ical/write.ts'
import { changes, schedules } from '../domain/on-call/arbitraries.ts'
import { scheduleOf } from '../domain/on-call/rotation-case.ts'

const dayMs = 86_400_000
const weekly: Schedule = {
  ...scheduleOf([
    {
      name: 'primary',
      priority: 1,
      windows: [],
      turns: {
        kind: 'rotation',
        timeZone: 'Europe/Berlin',
        start: '2026-03-02T09:00',
        unit: 'weekly',
        length: 1,
        participants: [['ana'], ['ben']],
      },
    },
  ]),
  name: 'feed',
  title: 'Feed; primary, "büro"\nBEGIN:VEVENT\r\u0007',
}
const range = {
  from: Date.parse('2026-03-20T00:00Z'),
  to: Date.parse('2026-04-01T00:00Z'),
  writtenAt: Date.parse('2026-03-01T12:00Z'),
}

describe('a written calendar', () => {
  it('is what RFC 5545 asks for', () => {
    const text = scheduleCalendar(weekly, range)
    expect(text).toBe(
      [
        'BEGIN:VCALENDAR',
        'VERSION:2.0',
        'PRODID:-//Firewatch//On call//EN',
        'METHOD:PUBLISH',
        'X-WR-CALNAME;VALUE=TEXT:Feed\\; primary\\, "büro"\\nBEGIN:VEVENT\\n',
        'X-WR-TIMEZONE;VALUE=TEXT:UTC',
        'REFRESH-INTERVAL;VALUE=DURATION:PT1H',
        'X-PUBLISHED-TTL;VALUE=TEXT:PT1H',
        ...[
          ['ana', '2026-03-16T08:00:00.000Z', '20260316T080000Z', '20260323T080000Z'],
          ['ben', '2026-03-23T08:00:00.000Z', '20260323T080000Z', '20260330T070000Z'],
          ['ana', '2026-03-30T07:00:00.000Z', '20260330T070000Z', '20260406T070000Z'],
        ].flatMap(([person, start, from, to]) => [
          'BEGIN:VEVENT',
          `UID:feed/${person}/${start}@firewatch`,
          'DTSTAMP:20260301T120000Z',
          `DTSTART:${from}`,
          `DTEND:${to}`,
          `SUMMARY:${person}`,
          'DESCRIPTION:On call: Feed\\; primary\\, "büro"\\nBEGIN:VEVENT\\n',
          'TRANSP:TRANSPARENT',
          'X-MICROSOFT-CDO-BUSYSTATUS;VALUE=TEXT:FREE',
          'END:VEVENT',
        ]),
        'END:VCALENDAR',
        '',
      ].join('\r\n'),
    )
  })

  it('N41 (e): keeps nobody busy, by what any program reads of it', () => {
    const calendar = new ICAL.Component(ICAL.parse(scheduleCalendar(weekly, range)))
    const events = calendar.getAllSubcomponents('vevent')
    expect(events).toHaveLength(3)
    for (const event of events) {
      expect(event.getFirstPropertyValue('transp')).toBe('TRANSPARENT')
      expect(event.getFirstPropertyValue('x-microsoft-cdo-busystatus')).toBe('FREE')
      expect(new ICAL.Event(event).endDate.compare(new ICAL.Event(event).startDate)).toBe(1)
    }
    expect(String(calendar.getFirstPropertyValue('refresh-interval'))).toBe('PT1H')
  })

  it('keeps the UID of a shift, however much of it is asked for', () => {
    const uids = (text: string) => text.match(/^UID:.*$/gm)
    const always = scheduleOf([
      {
        name: 'l',
        priority: 1,
        windows: [],
        turns: { kind: 'shifts', shifts: [{ from: 0, to: 9e12, people: ['ana'] }] },
      },
    ])
    for (const schedule of [weekly, always]) {
      const later = { ...range, from: range.from + dayMs, to: range.from + 2 * dayMs }
      expect(uids(scheduleCalendar(schedule, later))?.[0]).toBe(uids(scheduleCalendar(schedule, range))?.[0])
    }
  })

  it('has no line of more than 75 octets, and no line end but CRLF', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme', maxLength: 200 }),
        fc.string({ unit: 'binary' }),
        (title, person) => {
          const schedule = {
            ...weekly,
            title,
            layers: [
              {
                ...weekly.layers[0]!,
                turns: { kind: 'shifts' as const, shifts: [{ ...range, people: [person] }] },
              },
            ],
          }
          const text = scheduleCalendar(schedule, range)
          const lines = text.split('\r\n')
          for (const line of lines) {
            expect(Buffer.byteLength(line)).toBeLessThanOrEqual(75)
            expect(line).not.toMatch(/[\r\n]/)
          }
          expect(lines.filter((line) => line === 'BEGIN:VEVENT')).toHaveLength(1)
        },
      ),
      { numRuns: 200 },
    )
  })

  it('of one person has their shifts in all schedules and nobody else', () => {
    const other = { ...weekly, name: 'orders', title: 'Orders' }
    const text = personCalendar('ana', { title: 'Ana', timeZone: 'Europe/Berlin' }, [weekly, other], range)
    expect(text.match(/^SUMMARY:.*$/gm)).toEqual(Array.from({ length: 4 }, () => 'SUMMARY:ana'))
    expect(text.match(/^UID:(feed|orders)\//gm)).toHaveLength(4)
  })

  it('refuses more events than calendar programs bear', () => {
    const turns = {
      kind: 'rotation' as const,
      timeZone: 'UTC',
      start: '2026-01-01T00:00',
      unit: 'hourly' as const,
      length: 1,
      participants: [['ana'], ['ben']],
    }
    const hourly = scheduleOf([{ name: 'l', priority: 1, windows: [], turns }])
    expect(() => scheduleCalendar(hourly, { ...range, to: range.from + 500 * dayMs })).toThrow(
      'ask for a shorter time',
    )
  })

  it('read back gives the same people at every time, and so the same gaps', () => {
    const worlds = changes.chain(({ timeZone, at }) => {
      const from = Date.parse(at) - dayMs
      const to = from + 2 * dayMs
      return fc.record({
        schedule: schedules(timeZone, from, to),
        from: fc.constant(from),
        to: fc.constant(to),
      })
    })
    fc.assert(
      fc.property(worlds, ({ schedule, from, to }) => {
        const text = scheduleCalendar(schedule, { from, to, writtenAt: from })
        const { turns, problems } = readFeed(text, {
          from,
          to,
          timeZone: 'UTC',
          peopleOf: ({ summary }) => [summary],
        })
        expect(problems).toEqual([])
        const back = scheduleOf([{ name: 'feed', priority: 1, windows: [], turns }])
        expect(segmentsBetween(back, from, to)).toEqual(segmentsBetween(schedule, from, to))
        expect(gapsBetween(back, from, to)).toEqual(gapsBetween(schedule, from, to))
        for (const person of shiftsOf(schedule, from, to).keys()) {
          const own = readFeed(personCalendar(person, schedule, [schedule], { from, to, writtenAt: from }), {
            from,
            to,
            timeZone: 'UTC',
            peopleOf: ({ summary }) => [summary],
          })
          expect(own.turns.shifts).toEqual(turns.shifts.filter(({ people }) => people[0] === person))
        }
      }),
      { numRuns: 25 },
    )
  })
})
