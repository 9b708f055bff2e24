import { describe, expect, it } from 'vitest'
import { readFeed } from '../../src/ical/read.ts'
import { alwaysOn } from '../support/on-call.ts'
import { onCallServiceOver } from '../support/on-call-service.ts'
import { as, now, principal, startWeb } from './world.ts'

const at = (time: string) => `2026-03-02T${time}:00.000Z`
const feed = { ...alwaysOn('feed', 'ana'), timeZone: 'Europe/Berlin' }

async function world(schedules = [feed]) {
  const service = onCallServiceOver(schedules)
  const web = await startWeb({ onCall: service })
  const post = (path: string, payload: object = {}, role: 'viewer' | 'responder' = 'responder') =>
    web.app.inject({ method: 'POST', url: `/api/v1/schedules/${path}`, headers: as(role), payload })
  const get = (path: string) => web.app.inject({ url: `/api/v1/${path}`, headers: as('viewer') })
  return { service, web, post, get }
}

describe('reading schedules', () => {
  it('tells who is on call, until when, and why', async () => {
    const { get, post } = await world()
    await post('feed/overrides', { from: at('04:00'), to: at('06:00'), remove: 'ana', add: 'ben' })
    const answer = await get('on-call')
    expect(answer.json()).toEqual({
      at: now,
      onCall: [
        {
          schedule: 'feed',
          title: 'feed',
          timeZone: 'Europe/Berlin',
          people: ['ana'],
          reason: 'layer "all"',
          until: at('04:00'),
          next: ['ben'],
        },
      ],
    })
    const later = await get(`on-call?schedule=feed&at=${encodeURIComponent(at('05:00'))}`)
    expect(later.json().onCall[0]).toMatchObject({ people: ['ben'], until: at('06:00') })
    expect((await get('schedules')).json()).toEqual({ schedules: answer.json().onCall })
  })

  it('tells segments, gaps and overlaps of a range on the wall clock of the schedule', async () => {
    const { get, post } = await world()
    await post('feed/overrides', { from: '2026-03-03', to: '2026-03-04', remove: 'ana' })
    await post('feed/overrides', { from: '2026-03-04', to: '2026-03-05', add: 'ben' })
    const answer = (await get('schedules/feed?from=2026-03-02&to=2026-03-06')).json()
    expect(answer.segments.map(({ from, people }: never) => [from, people])).toEqual([
      ['2026-03-01T23:00:00.000Z', ['ana']],
      ['2026-03-02T23:00:00.000Z', []],
      ['2026-03-03T23:00:00.000Z', ['ana', 'ben']],
      ['2026-03-04T23:00:00.000Z', ['ana']],
    ])
    expect(answer.gaps).toEqual([{ from: '2026-03-02T23:00:00.000Z', to: '2026-03-03T23:00:00.000Z' }])
    expect(answer.overlaps).toHaveLength(1)
    expect(answer.changes.map(({ id, madeBy }: never) => [id, madeBy])).toEqual([
      ['1', 'ana'],
      ['2', 'ana'],
    ])
  })

  it.each([
    ['schedules/other', 404, 'there is no schedule "other"; there is feed'],
    ['schedules/__proto__', 404, 'there is no schedule "__proto__"; there is feed'],
    ['on-call?schedule=other', 404, 'there is no schedule "other"; there is feed'],
    ['schedules/feed?from=2026-03-02&to=2026-03-01', 400, 'to: must be later than "from"'],
    ['schedules/feed?from=2026-03-02&to=2027-05-01', 400, 'to: is more than 400 days after "from"'],
    ['schedules/feed?from=2026-02-30', 400, '"2026-02-30" is not an instant'],
    ['on-call?at=yesterday', 400, '"yesterday" is not an instant'],
  ])('answers %s with %i', async (path, status, text) => {
    const { get } = await world()
    const answer = await get(path)
    expect([answer.statusCode, answer.body.replaceAll('\\"', '"')]).toEqual([
      status,
      expect.stringContaining(text),
    ])
  })
})

describe('changing schedules', () => {
  it('takes an override with its actor, from now at the earliest, and tells what it does', async () => {
    const { post, service } = await world()
    const body = { from: '2026-03-01', to: at('06:00'), remove: 'ana', add: 'ben', reason: 'asleep' }
    const answer = await post('feed/overrides', body)
    expect([answer.statusCode, answer.json()]).toMatchObject([
      201,
      {
        change: { id: '1', from: now, to: at('06:00'), madeBy: 'ana', madeAt: now, reason: 'asleep' },
        changes: [{ from: now, to: at('06:00'), before: ['ana'], after: ['ben'] }],
        gaps: [],
      },
    ])
    expect(service.made).toHaveLength(1)
  })

  it('begins and ends changes on a whole second, as calendars know them', async () => {
    const service = onCallServiceOver([feed])
    const { app } = await startWeb({ onCall: service, now: () => new Date('2026-03-02T03:04:05.678Z') })
    const headers = as('responder')
    const payload = { to: '2026-03-02T06:00:00.900Z', add: 'ben' }
    await app.inject({ method: 'POST', url: '/api/v1/schedules/feed/overrides', headers, payload })
    await app.inject({ method: 'POST', url: '/api/v1/schedules/feed/changes/1/end', headers })
    expect(service.made).toMatchObject([
      { from: Date.parse(now), to: Date.parse(at('06:00')), endedAt: Date.parse(now) },
    ])
  })

  it('tells of the gap that an override makes', async () => {
    const { post } = await world()
    const answer = await post('feed/overrides', { to: at('06:00'), remove: 'ana' })
    expect(answer.json().gaps).toEqual([{ from: now, to: at('06:00') }])
  })

  it('names the override that another one contradicts', async () => {
    const { post, service } = await world()
    await post('feed/overrides', { to: at('06:00'), remove: 'ana', add: 'ben' })
    const answer = await post('feed/overrides', { from: at('05:00'), to: at('07:00'), add: 'ben' })
    expect([answer.statusCode, answer.json().error]).toEqual([
      409,
      expect.stringContaining('override "1" (2026-03-02T03:04:05.000Z to 2026-03-02T06:00:00.000Z)'),
    ])
    expect(service.made).toHaveLength(1)
  })

  it.each([
    [{ to: at('06:00') }, 'add: say whom to add'],
    [{ to: at('06:00'), add: 'zoe' }, 'add: there is no user "zoe"; there is ana, ben, cy, vic'],
    [{ to: at('06:00'), add: 'vic' }, 'add: "vic" has no contacts'],
    [{ to: at('06:00'), remove: 'zoe' }, 'remove: there is no user "zoe"'],
    [{ to: at('02:00'), add: 'ben' }, 'to: is over already'],
    [{ from: at('06:00'), to: at('06:00'), add: 'ben' }, 'to: must be later than "from"'],
    [{ to: '2028-01-01', add: 'ben' }, 'to: is more than 400 days'],
    [{ to: 'soon', add: 'ben' }, 'to: "soon" is not an instant'],
    [{ add: 'ben' }, 'to: '],
    [{ to: at('06:00'), add: 'ben', untill: 'x' }, 'Unrecognized key'],
    [['ben'], 'body: '],
  ])('refuses %j with its path and what to do', async (body, text) => {
    const { post, service } = await world()
    const answer = await post('feed/overrides', body)
    expect([answer.statusCode, answer.json().problems]).toEqual([
      400,
      expect.arrayContaining([expect.stringContaining(text)]),
    ])
    expect(service.made).toEqual([])
  })

  it('takes a temporary schedule, and refuses shifts that lie outside or name nobody', async () => {
    const { post, get } = await world()
    const inside = { from: at('10:00'), to: at('12:00'), people: ['cy'] }
    const outside = { from: at('20:00'), to: at('19:00'), people: ['zoe'] }
    const refused = await post('feed/temporary', { from: at('08:00'), to: at('14:00'), shifts: [outside] })
    expect([refused.statusCode, refused.json().problems]).toEqual([
      400,
      [
        'shifts.0.to: must be later than "from"',
        'shifts.0: lies outside the temporary schedule: leave it out',
        expect.stringContaining('shifts.0.people: there is no user "zoe"'),
      ],
    ])
    await post('feed/temporary', { from: at('08:00'), to: at('14:00'), shifts: [inside] })
    const { segments } = (await get('schedules/feed?to=2026-03-03')).json()
    expect(segments.map(({ people }: never) => people)).toEqual([['ana'], [], ['cy'], [], ['ana']])
  })

  it('offers a shift, lets somebody else take it once, and lets it be ended', async () => {
    const { post, get } = await world()
    const nobody = await post('feed/swaps', { from: at('05:00'), to: at('06:00'), owner: 'ben' })
    expect(nobody.json().problems).toEqual([expect.stringContaining('"ben" is not on call')])
    await post('feed/swaps', { from: at('05:00'), to: at('06:00') })
    expect((await post('feed/swaps/1/take')).statusCode).toBe(409)
    expect((await post('feed/swaps/1/take', { taker: 'vic' })).statusCode).toBe(400)
    expect((await post('feed/swaps/1/take', { taker: 'ben' })).json()).toMatchObject({
      change: { taker: 'ben', takenAt: now },
      changes: [{ before: ['ana'], after: ['ben'] }],
    })
    expect((await post('feed/swaps/1/take', { taker: 'cy' })).statusCode).toBe(409)
    expect((await post('feed/changes/1/end')).json().change).toMatchObject({ endedBy: 'ana', endedAt: now })
    const { onCall } = (await get(`on-call?at=${encodeURIComponent(at('05:30'))}`)).json()
    expect(onCall[0].people).toEqual(['ana'])
    expect((await post('feed/changes/9/end')).statusCode).toBe(404)
    expect((await post('feed/swaps/9/take', { taker: 'ben' })).statusCode).toBe(404)
  })

  it.each(['overrides', 'temporary', 'swaps', 'swaps/1/take', 'changes/1/end'])(
    'is not for viewers: %s',
    async (path) => {
      const { post, service } = await world()
      expect((await post(`feed/${path}`, { to: at('06:00') }, 'viewer')).statusCode).toBe(403)
      expect(service.made).toEqual([])
    },
  )
})

describe('calendars', () => {
  const ask = async (payload: object) => {
    const { web, service } = await world()
    const secret = 'calendar-secret-of-many-letters'
    const { credentials } = web.dependencies
    Object.assign(credentials, {
      issue: async () => secret,
      check: async (kind: string, given: string) =>
        kind === 'calendar' && given === secret ? principal('vic', 'viewer') : check(kind, given),
    })
    const answer = await web.app.inject({
      method: 'POST',
      url: '/api/v1/calendar-feeds',
      headers: as('viewer'),
      payload,
    })
    return { answer, web, service }
  }
  const check = async (_kind: string, given: string) =>
    given === 'viewer-secret' ? principal('vic', 'viewer') : undefined

  it('of a schedule are read by whoever knows the address, and say what the schedule says', async () => {
    const { answer, web } = await ask({ schedule: 'feed' })
    expect(answer.json()).toEqual({ path: '/calendars/calendar-secret-of-many-letters/schedule/feed.ics' })
    const calendar = await web.app.inject({ url: answer.json().path })
    expect(calendar.headers['content-type']).toBe('text/calendar; charset=utf-8')
    const from = Date.parse(now)
    const read = readFeed(calendar.body, {
      from,
      to: from + 1,
      timeZone: 'UTC',
      peopleOf: ({ summary }) => [summary],
    })
    expect(read.problems).toEqual([])
    expect(read.turns.shifts.map(({ people }) => people)).toEqual([['ana']])
  })

  it('of a person are those of whoever asks, or of somebody who is known', async () => {
    const { answer, web } = await ask({})
    expect(answer.json().path).toMatch(/\/person\/vic\.ics$/)
    expect((await web.app.inject({ url: answer.json().path })).body).not.toContain('VEVENT')
    expect((await ask({ person: 'zoe' })).answer.statusCode).toBe(404)
    expect((await ask({ calendar: 'feed' })).answer.statusCode).toBe(400)
  })

  it('are ended for whoever asks for a new address in their place', async () => {
    const { service } = await ask({ schedule: 'feed', replace: true })
    expect(service.endedFeeds).toEqual(['vic'])
  })

  it.each([
    '/calendars/another-secret-of-many-letters/schedule/feed.ics',
    '/calendars/short/schedule/feed.ics',
    '/calendars/calendar-secret-of-many-letters/schedule/other.ics',
    '/calendars/another-secret-of-many-letters/person/vic.ics',
  ])('are not there at %s', async (url) => {
    const { web } = await ask({ schedule: 'feed' })
    expect((await web.app.inject({ url })).statusCode).toBe(404)
  })

  it('keep their secret out of the log when a store is away', async () => {
    const logged: string[] = []
    const away = Object.assign(new Error('gone'), { code: 'ECONNREFUSED' })
    const { app } = await startWeb({
      onCall: { ...onCallServiceOver([feed]), current: () => Promise.reject(away) },
      log: (message) => void logged.push(message),
      credentials: {
        ...(await startWeb()).dependencies.credentials,
        check: async () => principal('vic', 'viewer'),
      },
    })
    const url = '/calendars/calendar-secret-of-many-letters/schedule/feed.ics'
    expect((await app.inject({ url })).statusCode).toBe(503)
    expect(logged).toEqual(['GET /calendars/:token/schedule/:name.ics: a store is away'])
  })
})

describe('the page of who is on call', () => {
  const session = { cookie: 'firewatch_session=responder-secret', host: 'firewatch.test' }
  const form = { 'content-type': 'application/x-www-form-urlencoded', accept: 'text/html' }

  it('shows who is on call, gaps in sight, and is escaped', async () => {
    const hostile = '<img src=x onerror=alert(1)>'
    const { web, post } = await world([{ ...feed, title: hostile }])
    await post('feed/overrides', { from: '2026-03-03', to: '2026-03-04', remove: 'ana', reason: hostile })
    const { body } = await web.app.inject({ url: '/on-call', headers: as('responder') })
    expect(body).not.toContain('<img src=x')
    expect(body).toMatch(
      /<strong>ana<\/strong> until <time datetime="2026-03-03T00:00\+01:00">Tue 3 Mar 00:00/,
    )
    expect(body).toContain('1 gap: nobody is on call for 1 d.')
    expect(body).toContain('aria-current="page">On call</a>')
  })

  it('takes an override by a form on the clock of its reader, and ends it', async () => {
    const { web, service } = await world([alwaysOn('feed', 'ana')])
    const post = (url: string, payload: string, origin = 'http://firewatch.test') =>
      web.app.inject({ method: 'POST', url, headers: { ...session, ...form, origin }, payload })
    const fields = 'commandId=id-1&from=2026-03-02T08%3A00&to=2026-03-02T09%3A00&add=ben&remove=ana&reason='
    expect((await post('/on-call/feed/overrides', fields, 'https://evil.test')).statusCode).toBe(403)
    const answer = await post('/on-call/feed/overrides', fields)
    expect([answer.statusCode, answer.headers.location]).toEqual([
      303,
      '/on-call?told=override#schedule-feed',
    ])
    expect(service.made).toMatchObject([{ from: Date.parse(at('07:00')), to: Date.parse(at('08:00')) }])
    const { body } = await web.app.inject({ url: '/on-call?told=override', headers: as('responder') })
    expect(body).toContain('The schedule is changed.')
    expect((await post('/on-call/feed/changes/1/end', 'commandId=id-2')).statusCode).toBe(303)
    expect(service.made).toMatchObject([{ endedBy: 'ana' }])
  })

  it('tells in a page what was wrong with a form, with a way back', async () => {
    const { web } = await world()
    const headers = { ...session, ...form, origin: 'http://firewatch.test' }
    const answer = await web.app.inject({
      method: 'POST',
      url: '/on-call/feed/overrides',
      headers,
      payload: 'to=2026-03-02T09%3A00&add=&remove=',
    })
    expect([answer.statusCode, answer.body]).toEqual([400, expect.stringContaining('say whom to add')])
    expect(answer.body).toContain('href="/on-call"')
  })

  it('has no forms for viewers', async () => {
    const { web } = await world()
    const { body } = await web.app.inject({ url: '/on-call', headers: as('viewer') })
    expect(body).not.toContain('<form')
  })
})

describe('the views of the on-call page', () => {
  const page = async (url: string) => {
    const { web } = await world()
    return (await web.app.inject({ url, headers: as('responder') })).body
  }

  it('names people on the strip, says how they are reached, and has the reader’s own shifts', async () => {
    const body = await page('/on-call')
    expect(body).toMatch(/class="strip-name"[^>]*>ana</)
    expect(body).toContain('Reached: ana by webhook')
    expect(body).toContain('My shifts')
  })

  it('shows a month by its address, and takes no other text for one', async () => {
    const body = await page('/on-call?month=2026-12')
    expect(body).toContain('<h3>December 2026</h3>')
    expect(body.match(/<time datetime="2026-12-\d\d">/g)).toHaveLength(31)
    expect(body).toContain('href="/on-call?month=2027-01"')
    expect(await page('/on-call?month=9999-99')).toContain('The next two weeks')
  })

  it('shows who carries how much of the coming year', async () => {
    const body = await page('/on-call?fairness=year')
    expect(body).toContain('Weekends')
    expect(body).toMatch(/<th scope="row">ana<\/th><td>8760<\/td><td>100 %<\/td>/)
  })

  it('gives a calendar address, once', async () => {
    expect(await page('/on-call/calendar-address')).toContain('Get a calendar address')
    const { web } = await world()
    const made = await web.app.inject({
      method: 'POST',
      url: '/on-call/calendar-address',
      headers: as('responder'),
    })
    expect(made.statusCode).toBe(200)
    expect(made.body).toMatch(/\/calendars\/[\w-]+\/person\/[\w-]+\.ics/)
  })
})
