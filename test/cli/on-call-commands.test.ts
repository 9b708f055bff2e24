import { describe, expect, it } from 'vitest'
import { tellDiff } from '../../src/cli/on-call-diff.ts'
import { tellFairness } from '../../src/cli/on-call-fairness.ts'
import { importFeed, tellImported } from '../../src/cli/on-call-import.ts'
import { tellGaps, tellNext, tellPreview, tellWho } from '../../src/cli/on-call-reading.ts'
import {
  type OnCallView,
  instantOption,
  openOnCallView,
  rangeOption,
  yearMs,
} from '../../src/cli/on-call-source.ts'
import { loadConfiguration } from '../../src/config/load.ts'
import { schedulesOf } from '../../src/domain/escalate/paging-context.ts'
import { kept, override } from '../support/on-call.ts'
import { onCallYaml, testFolder } from '../support/on-call-files.ts'

const now = Date.parse('2026-11-27T12:00:00Z')
const folder = testFolder()

async function view(yaml = onCallYaml, timeZone = 'Europe/Berlin'): Promise<OnCallView> {
  const config = await folder.write('firewatch.yaml', yaml)
  return openOnCallView({ data: '.', config, timeZone }, {}, now)
}

/** As if somebody had been put in for somebody else. */
function withOverride(of: OnCallView): OnCallView {
  const requested = override(Date.parse('2026-11-28T09:00Z'), Date.parse('2026-11-28T17:00Z'), 'ana', 'cy')
  const schedules = of.context.schedules.map((one) =>
    one.configured.name === 'primary'
      ? { ...one, changes: [kept(7, requested, { schedule: 'primary', madeBy: 'ben', reason: 'wedding' })] }
      : one,
  )
  return { ...of, context: { ...of.context, schedules }, schedules: schedulesOf(schedules) }
}

describe('firewatch oncall', () => {
  it('who: tells people, until when, who is next and why, in the zone of the reader', async () => {
    const told = tellWho(await view(onCallYaml, 'Asia/Tokyo'), 'primary')
    expect(told.text).toBe(
      [
        'schedule  on call  until                       then  why',
        'primary   ana      Mon 2026-11-30 17:00+09:00  ben   layer "layer 1"',
      ].join('\n'),
    )
    expect(told.value).toMatchObject({
      at: '2026-11-27T21:00+09:00',
      onCall: [{ schedule: 'primary', people: ['ana'], until: '2026-11-30T17:00+09:00', next: ['ben'] }],
    })
    expect(tellWho(await view(), undefined, '2026-11-28').value).toMatchObject({
      onCall: [{ people: ['ana'] }, { people: [] }],
    })
  })

  it('next: tells hand-offs', async () => {
    expect(tellNext(await view(), 'primary', 2).text).toBe(
      [
        'schedule  when                        from -> to',
        'primary   Mon 2026-11-30 09:00+01:00  ana -> ben',
        'primary   Mon 2026-12-07 09:00+01:00  ben -> ana',
      ].join('\n'),
    )
  })

  it('gaps: counts them over a year, over changes of the clocks', async () => {
    const { count, value } = tellGaps(await view(), undefined, {})
    expect(count).toBeGreaterThan(250)
    expect(value).toMatchObject([{ schedule: 'primary', gaps: [] }, { schedule: 'office' }])
    expect(tellGaps(await view(), 'primary', { to: '+2d' })).toMatchObject({
      count: 0,
      text: 'no gaps from Fri 2026-11-27 13:00+01:00 to Sun 2026-11-29 13:00+01:00',
    })
  })

  it('preview: tells shifts, and what people changed with the number that ends it', async () => {
    const told = tellPreview(withOverride(await view()), 'primary', { to: '2026-11-30T12:00' })
    expect(told.text).toBe(
      [
        'primary, times of Europe/Berlin',
        'from                        to                          for       on call',
        'Fri 2026-11-27 13:00+01:00  Sat 2026-11-28 10:00+01:00  21 h      ana',
        'Sat 2026-11-28 10:00+01:00  Sat 2026-11-28 18:00+01:00  8 h       cy',
        'Sat 2026-11-28 18:00+01:00  Mon 2026-11-30 09:00+01:00  1 d 15 h  ana',
        'Mon 2026-11-30 09:00+01:00  Mon 2026-11-30 12:00+01:00  3 h       ben',
        '',
        'changed by people',
        'id  what               from                        to                          by',
        '7   cy instead of ana  Sat 2026-11-28 10:00+01:00  Sat 2026-11-28 18:00+01:00  ben: wedding',
      ].join('\n'),
    )
    expect(told.value).toMatchObject({
      segments: [{ people: ['ana'] }, { people: ['cy'] }, { people: ['ana'] }, { people: ['ben'] }],
      changes: [{ id: '7', from: '2026-11-28T10:00+01:00', madeBy: 'ben' }],
    })
  })

  it('diff: tells whose hours change hands, gaps before and after, and keeps what people changed', async () => {
    const edited = onCallYaml
      .replace('participants: [ana, ben]', 'participants: [ana, cy]')
      .replace(/ {2}office:[\s\S]*?to: '17:00' }]\n/, '')
      .replace('{ schedule: office }', 'ben')
    const after = await loadConfiguration(await folder.write('new.yaml', edited))
    const range = { from: '2026-11-23T09:00', to: '2026-12-07T09:00' }
    const { gaps, text, value } = tellDiff(withOverride(await view()), after, range)
    expect(gaps).toBe(0)
    expect(value).toMatchObject({
      schedules: [
        { schedule: 'office', kind: 'gone' },
        {
          schedule: 'primary',
          kind: 'changed',
          hours: [
            { person: 'ben', gainedMs: 0, lostMs: 7 * 86_400_000 },
            { person: 'cy', gainedMs: 7 * 86_400_000, lostMs: 0 },
          ],
          gaps: { before: [], after: [] },
          changes: [{ from: '2026-11-30T09:00+01:00', before: ['ben'], after: ['cy'] }],
        },
      ],
    })
    expect(text).toContain('office (gone)')
    expect(text).toMatch(/ben +- +-168/)
    const same = tellDiff(
      await view(),
      await loadConfiguration(await folder.write('same.yaml', onCallYaml)),
      range,
    )
    expect(same.text).toContain('primary: nothing changes hands')
    expect(same.gaps).toBe(10)
  })

  it.each([
    ['now', now],
    ['+8h', now + 8 * 3_600_000],
    ['2026-11-28', Date.parse('2026-11-27T23:00Z')],
    ['2026-11-28T09:00', Date.parse('2026-11-28T08:00Z')],
    ['2026-11-28T09:00Z', Date.parse('2026-11-28T09:00Z')],
    ['2026-03-29T02:30', Date.parse('2026-03-29T01:00Z')],
  ])('reads the instant %s on the clock of the reader', (written, expected) => {
    expect(instantOption('--at', written, { timeZone: 'Europe/Berlin', now })).toBe(expected)
  })

  it.each([
    [() => instantOption('--at', 'soon', { timeZone: 'UTC', now }), /--at "soon" is not an instant: write/],
    [() => rangeOption({ from: '+2h', to: '+1h' }, { timeZone: 'UTC', now }, yearMs), /--to must be later/],
    [() => rangeOption({ to: '2028-02-01' }, { timeZone: 'UTC', now }, yearMs), /more than 400 days/],
  ])('refuses what is no time', (read, message) => {
    expect(read).toThrow(message)
  })

  it('refuses a schedule and a zone that are not there, and a file that is no configuration', async () => {
    const there = await view()
    expect(() => tellWho(there, 'nope')).toThrow('there is no schedule "nope"; there is primary, office')
    expect(() => tellWho(there, '__proto__')).toThrow('there is no schedule')
    await expect(view(onCallYaml, 'Mars/Base')).rejects.toThrow('--time-zone "Mars/Base" is not a time zone')
    await expect(view('users: {}')).rejects.toThrow('The configuration has')
    await expect(openOnCallView({ data: '/nowhere' }, {}, now)).rejects.toThrow(
      'no Firewatch runs on /nowhere',
    )
  })
})

describe('firewatch oncall fairness', () => {
  it('tells hours, nights and weekends, and that the time is the next year', async () => {
    const { value, text } = tellFairness(await view(), 'office', {})
    expect(value).toEqual({
      from: '2026-11-27T13:00+01:00',
      to: '2027-11-27T13:00+01:00',
      schedules: [
        {
          schedule: 'office',
          people: [
            expect.objectContaining({ person: 'cy', hours: 2084, nights: 0, weekends: 0, holidays: 0 }),
          ],
        },
      ],
    })
    expect(text).toMatch(/^person +hours +share +shifts +nights +weekends$/m)
    expect(text).toMatch(/^cy +2084 +100 % +261 +0 +0$/m)
  })

  it('tells all schedules, with those who carry nothing', async () => {
    const { value } = tellFairness(await view(), undefined, {
      from: '2027-01-04T09:00',
      to: '2027-01-11T09:00',
    })
    expect(value).toMatchObject({
      schedules: [
        {
          schedule: 'primary',
          people: [
            { hours: 168, nights: 7, weekends: 1 },
            { hours: 0, shifts: 0 },
          ],
        },
        { schedule: 'office', people: [{ person: 'cy', hours: 40 }] },
      ],
    })
  })
})

describe('firewatch oncall import', () => {
  const event = (uid: string, summary: string, ...lines: string[]) =>
    ['BEGIN:VEVENT', `UID:${uid}`, `SUMMARY:${summary}`, ...lines, 'END:VEVENT'].join('\r\n')
  const weekly = [
    'DTSTART;TZID=W. Europe Standard Time:20270104T090000',
    'DTEND;TZID=W. Europe Standard Time:20270105T090000',
    'RRULE:FREQ=WEEKLY;COUNT=2',
  ]
  const day = ['DTSTART:20270106T090000Z', 'DTEND:20270107T090000Z']
  const calendar = (...events: string[]) =>
    ['BEGIN:VCALENDAR', 'VERSION:2.0', ...events, 'END:VCALENDAR', ''].join('\r\n')
  const span = { from: now, to: now + yearMs }
  const options = {
    schedule: 'primary',
    person: ['Ana Alvarez=ana+ben'],
    zone: ['W. Europe Standard Time=Europe/Berlin'],
  }

  it('prints a layer that the configuration takes, and says what it could not map', async () => {
    const path = await folder.write(
      'feed.ics',
      calendar(event('1', 'ana alvarez', ...weekly), event('2', 'Zoe', ...day), event('3', 'cy', ...day)),
    )
    const there = await view()
    const imported = await importFeed(path, options, there, span)
    expect(imported.problems).toEqual([
      { event: '2 "Zoe"', reason: expect.stringContaining('nobody is known') },
    ])
    const { text } = tellImported(imported, 'Europe/Berlin')
    expect(text).toBe(
      [
        '- name: imported',
        '  shifts:',
        '    - { from: 2027-01-04T09:00+01:00, to: 2027-01-05T09:00+01:00, people: ["ana", "ben"] }',
        '    - { from: 2027-01-06T10:00+01:00, to: 2027-01-07T10:00+01:00, people: ["cy"] }',
        '    - { from: 2027-01-11T09:00+01:00, to: 2027-01-12T09:00+01:00, people: ["ana", "ben"] }',
      ].join('\n'),
    )
    const pasted = onCallYaml.replace(
      /( {4}layers:\n) {6}- rotation: .*weekly.*\n/,
      (_all, layers: string) => `${layers}${text.replaceAll(/^/gm, '      ')}\n`,
    )
    const { schedules } = await view(pasted)
    expect(schedules.get('primary')?.layers[0]?.turns).toEqual({
      kind: 'shifts',
      shifts: imported.shifts,
    })
  })

  it.each([
    [{ ...options, person: ['Ana Alvarez=zoe'] }, 'there is no user "zoe"; there is ana, ben, cy, boss'],
    [{ ...options, person: ['Ana'] }, '--person "Ana" is not a pair'],
    [{ ...options, schedule: 'nope' }, 'there is no schedule "nope"'],
    [{ ...options, person: [] }, /has no shifts from .*\n +event 1 "ana alvarez": nobody is known/],
    [
      { ...options, zone: ['W. Europe Standard Time=Mars/Base'] },
      /its time zone "W. Europe Standard Time" is not known/,
    ],
  ])('refuses %j', async (given, message) => {
    const path = await folder.write('one.ics', calendar(event('1', 'ana alvarez', ...weekly)))
    await expect(importFeed(path, given, await view(), span)).rejects.toThrow(message)
  })

  it('refuses a file that is not there or is no calendar', async () => {
    await expect(importFeed('/nowhere.ics', options, await view(), span)).rejects.toThrow('cannot be read')
    const path = await folder.write('text.ics', 'hello')
    await expect(importFeed(path, options, await view(), span)).rejects.toThrow('it is not an iCalendar file')
  })
})
