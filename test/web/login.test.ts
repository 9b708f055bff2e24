import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { browserName } from '../../src/web/browser-name.ts'
import { createRateLimit } from '../../src/web/rate-limit.ts'
import { as, now, startWeb, type TestWeb } from './world.ts'

const page = { accept: 'text/html' }
const own = { host: 'firewatch.test', origin: 'http://firewatch.test' }
const code = 'login-code-of-twenty-letters'

let web: TestWeb
let sent: { name: string; next: string | undefined; place?: string }[]
let at: number

beforeEach(async () => {
  sent = []
  at = Date.parse(now)
  web = await startWeb({
    loginLinks: {
      canSend: () => true,
      send: (name, next, place) => void sent.push({ name, next, ...(place && { place }) }),
    },
    now: () => new Date(at),
  })
})
afterEach(() => web.app.close())

const get = (url: string, headers: Record<string, string> = {}) =>
  web.app.inject({ url, headers: { ...page, ...headers } })
const ask = (payload: object, headers: Record<string, string> = own, remoteAddress = '192.0.2.1') =>
  web.app.inject({
    method: 'POST',
    url: '/login/links',
    headers: { ...page, ...headers },
    payload,
    remoteAddress,
  })

describe('N30: a link that is sent to log in', () => {
  it('is asked for with a name, and leads to where one wanted to go', async () => {
    const answer = await ask({ name: ' ana ', next: '/incidents/INC-42' })
    expect([answer.statusCode, answer.headers.location]).toEqual([
      303,
      '/login?next=%2Fincidents%2FINC-42&sent=1',
    ])
    expect(sent).toEqual([{ name: 'ana', next: '/incidents/INC-42' }])
    expect((await get(String(answer.headers.location))).body).toContain('a link is on its way there')
  })

  it.each([
    ['', undefined],
    ['chat', 'chat'],
    ['email', 'email'],
  ])('N30: goes where one wants it: %j', async (channel, place) => {
    expect((await ask({ name: 'ana', channel })).statusCode).toBe(303)
    expect(sent).toEqual([{ name: 'ana', next: undefined, ...(place && { place }) }])
    expect((await ask({ name: 'ana', channel: 'pigeon' })).statusCode).toBe(400)
  })

  it('N30: offers the same places to everybody', async () => {
    const { body } = await get('/login')
    expect([...body.matchAll(/name="channel" value="(\w*)"/g)].map(([, value]) => value)).toEqual([
      '',
      'chat',
      'email',
    ])
  })

  it('is answered the same whether there is such a user or not', async () => {
    const answers = await Promise.all(['ana', 'mallory', '__proto__', '#ops'].map((name) => ask({ name })))
    const told = answers.map(({ statusCode, headers, body }) => {
      const { date: _date, 'x-request-id': _id, ...others } = headers
      return JSON.stringify([statusCode, others, body])
    })
    expect(new Set(told).size).toBe(1)
  })

  it.each<[string, Record<string, string>]>([
    ['another site', { host: 'firewatch.test', origin: 'https://evil.test' }],
    ['a hidden origin', { host: 'firewatch.test', origin: 'null' }],
    ['a fetch from another site', { host: 'firewatch.test', 'sec-fetch-site': 'cross-site' }],
  ])('is not sent because %s asks', async (_, headers) => {
    expect([(await ask({ name: 'ana' }, headers)).statusCode, sent]).toEqual([403, []])
  })

  it('is sent five times in ten minutes to one name, whoever asks, and nobody hears when it is not', async () => {
    for (let index = 0; index < 8; index += 1)
      expect((await ask({ name: 'ana' }, own, `192.0.2.${index}`)).statusCode).toBe(303)
    expect(sent).toHaveLength(5)
    await ask({ name: 'ben' })
    expect(sent).toHaveLength(6)
    at += 10 * 60_000
    await ask({ name: 'ana' })
    expect(sent).toHaveLength(7)
  })

  it('is asked for thirty times in ten minutes from one address, whatever the name', async () => {
    const codes: number[] = []
    for (let index = 0; index < 31; index += 1) codes.push((await ask({ name: `user-${index}` })).statusCode)
    expect(codes).toEqual([...Array.from({ length: 30 }, () => 303), 429])
    expect((await ask({ name: 'ana' }, own, '192.0.2.2')).statusCode).toBe(303)
  })

  it('goes to nobody without a name', async () => {
    for (const payload of [{}, { name: '' }, { name: ' ' }, { name: 'x'.repeat(101) }, { name: ['ana'] }])
      expect((await ask(payload)).statusCode).toBe(400)
    expect(sent).toEqual([])
  })

  it('is not offered where nobody has a chat or a mailbox of their own', async () => {
    expect((await get('/login')).body).toContain('action="/login/links"')
    await web.app.close()
    web = await startWeb()
    expect((await get('/login')).body).not.toContain('action="/login/links"')
    expect((await ask({ name: 'ana' })).statusCode).toBe(400)
  })
})

describe('N30: after a log-in', () => {
  const logIn = (payload: object) =>
    web.app.inject({ method: 'POST', url: `/login/${code}`, headers: { ...page, ...own }, payload })

  it.each([
    ['/incidents?state=open&owner=mine', '/incidents?state=open&owner=mine'],
    ['/incidents/INC-42', '/incidents/INC-42'],
    ['/on-call', '/on-call'],
    ['//evil.test', '/incidents'],
    ['/\\evil.test', '/incidents'],
    ['https://evil.test/', '/incidents'],
    ['/x\r\nset-cookie: a=b', '/incidents'],
    [['/a', '/b'], '/incidents'],
  ])('to where one wanted to go, and only here: %j leads to %s', async (next, location) => {
    expect((await logIn({ next })).headers.location).toBe(location)
  })

  it('one is led back, from a page that needs a log-in through a link that was made elsewhere', async () => {
    const refused = await get('/incidents?state=open')
    expect(refused.headers.location).toBe('/login?next=%2Fincidents%3Fstate%3Dopen')
    const login = await get(String(refused.headers.location))
    const kept = String(login.headers['set-cookie']).replace(/;.*/, '')
    const shown = await get(`/login/${code}`, { cookie: kept })
    expect(shown.body).toContain('name="next" value="/incidents?state=open"')
  })

  it('one is led to the page that a form stood on whose session had ended, and only if it was ours', async () => {
    const post = (referer: string) =>
      web.app.inject({
        method: 'POST',
        url: '/incidents/INC-42/acknowledge',
        headers: { ...page, ...own, referer },
      })
    expect((await post('http://firewatch.test/incidents/INC-42')).headers.location).toBe(
      '/login?next=%2Fincidents%2FINC-42',
    )
    for (const referer of ['https://evil.test/incidents/INC-42', '', 'nonsense'])
      expect((await post(referer)).headers.location).toBe('/login')
  })

  it('N30: nothing that was written in a form is lost when the session had ended', async () => {
    const post = (payload: object, headers: Record<string, string> = own) =>
      web.app.inject({
        method: 'POST',
        url: '/incidents/INC-42/note',
        headers: { ...page, ...headers, referer: 'http://firewatch.test/incidents/INC-42' },
        payload,
      })
    const answer = await post({ text: 'half an hour of <b>words</b>', commandId: 'c-1' })
    expect([answer.statusCode, web.given]).toEqual([401, []])
    expect(answer.body).toContain('Nothing was sent.')
    expect(answer.body).toContain('half an hour of &lt;b&gt;words&lt;/b&gt;</textarea>')
    expect(answer.body).toContain('href="/login?next=%2Fincidents%2FINC-42"')
    const without = await post({ commandId: 'c-1' })
    expect([without.statusCode, without.body]).toEqual([401, expect.not.stringContaining('textarea')])
    const foreign = await post({ text: 'words of another site' }, { ...own, origin: 'https://evil.test' })
    expect([foreign.statusCode, foreign.body]).toEqual([303, expect.not.stringContaining('another')])
    expect(web.state.audit.map(({ outcome }) => outcome)).toEqual(['refused', 'refused', 'refused'])
  })

  it.each(['firewatch_next=%', 'firewatch_next=%2F%2Fevil.test', 'firewatch_next=%0d%0a'])(
    'nobody is led anywhere by a cookie that is not ours: %s',
    async (cookie) => {
      expect((await get(`/login/${code}`, { cookie })).body).not.toContain('name="next"')
    },
  )
})

describe('N30: a session', () => {
  it('lasts 30 days', async () => {
    const answer = await web.app.inject({
      method: 'POST',
      url: `/login/${code}`,
      headers: { ...page, ...own },
    })
    expect(answer.headers['set-cookie']).toMatch(/^firewatch_session=.*; Max-Age=2592000$/)
  })

  it.each([
    ['Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0', 'Firefox on Linux'],
    [
      'Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1',
      'Safari on iPhone',
    ],
    [
      'Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/138.0.0.0 Mobile Safari/537.36',
      'Chrome on Android',
    ],
    [
      'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/138.0.0.0 Safari/537.36 Edg/138.0.0.0',
      'Edge on Windows',
    ],
    [
      'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Safari/605.1.15',
      'Safari on macOS',
    ],
    ['Mozilla/5.0 (Linux; Android 14)', 'a browser on Android'],
    ['curl/8.5.0', null],
    ['<script>alert(1)</script>', null],
    ['', null],
    [undefined, null],
  ])('is told from others by its browser: %s is %s', (agent, name) => {
    expect(browserName(agent)).toBe(name)
  })
})

describe('N30: a log-in link for somebody else', () => {
  const make = (role: 'viewer' | 'responder' | 'admin', payload?: object) =>
    web.app.inject({
      method: 'POST',
      url: '/api/v1/login-links',
      headers: as(role),
      ...(payload === undefined ? {} : { payload }),
    })

  it('is made by an admin, and by others only for themselves', async () => {
    expect((await make('admin', { person: 'ana' })).json()).toMatchObject({
      person: 'ana',
      role: 'responder',
    })
    expect((await make('responder', { person: 'ana' })).statusCode).toBe(200)
    expect((await make('responder')).json()).toMatchObject({ person: 'ana' })
    expect((await make('viewer', { person: 'ana' })).statusCode).toBe(403)
    expect((await make('admin', { person: 'nobody' })).statusCode).toBe(404)
    expect((await make('admin', { person: 7 })).statusCode).toBe(400)
  })
})

describe('a rate limit', () => {
  it('lets so many pass within any such time, key by key', () => {
    let time = 0
    const limit = createRateLimit({ most: 2, withinMs: 10, now: () => new Date(time) })
    const taken = [0, 1, 2, 10, 10, 11].map((moment) => {
      time = moment
      return limit.take('a')
    })
    expect(taken).toEqual([true, true, false, true, false, true])
    expect(limit.take('b')).toBe(true)
  })
})
