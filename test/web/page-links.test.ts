import fastify, { type RouteOptions } from 'fastify'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { addRoutes } from '../../src/web/server.ts'
import { as, incident, linkSecret, noRecords, principal, startWeb, type TestWeb } from './world.ts'

const page = { accept: 'text/html' }
const origin = 'http://firewatch.test'
const own = { host: 'firewatch.test', origin }
const linkOf = (name = 'INC-42', secret = linkSecret) => `/incidents/${name}/link/${secret}`
const cookie = (number = 42, secret = linkSecret) => `firewatch_link_${number}=${secret}`

let web: TestWeb

beforeEach(async () => {
  web = await startWeb()
})
afterEach(() => web.app.close())

const get = (url: string, headers: Record<string, string> = {}) =>
  web.app.inject({ url, headers: { ...page, ...headers } })
const post = (url: string, headers: Record<string, string>, payload: object = {}) =>
  web.app.inject({ method: 'POST', url, headers: { ...page, ...headers }, payload })

describe('N30: the link of a page', () => {
  it('opens its incident in this browser, with a cookie that leaves the secret out of every address', async () => {
    const opened = await get(linkOf())
    expect([opened.statusCode, opened.headers.location]).toEqual([302, '/incidents/INC-42'])
    expect(opened.headers['set-cookie']).toBe(`${cookie()}; Path=/; HttpOnly; SameSite=Lax; Max-Age=86400`)
    expect(opened.headers['referrer-policy']).toBe('same-origin')
    const shown = await get('/incidents/INC-42', { cookie: cookie() })
    expect(shown.statusCode).toBe(200)
    expect(shown.body).toContain('You are ana here, by the link of a page.')
    expect(shown.body).toContain('<img class="chart"')
    expect(shown.body).not.toContain(linkSecret)
  })

  it('goes nowhere but over TLS, where that is how people reach us', async () => {
    await web.app.close()
    web = await startWeb({ publicUrl: 'https://firewatch.example.org' })
    expect((await get(linkOf())).headers['set-cookie']).toMatch(
      /; HttpOnly; SameSite=Lax; Max-Age=86400; Secure$/,
    )
  })

  it('shows what it may do and nothing else', async () => {
    web.state.records = { ...noRecords }
    const { body } = await get('/incidents/INC-42', { cookie: cookie() })
    const actions = [...body.matchAll(/action="([^"]+)"/g)].map(([, action]) => action)
    expect(actions).toEqual(['/incidents/INC-42/acknowledge', '/incidents/INC-42/escalate'])
    expect(body).not.toContain('aria-label="Console"')
  })

  it('acknowledges and escalates as its person, each by a form of ours', async () => {
    for (const [verb, told] of [
      ['acknowledge', 'acknowledge'],
      ['escalate', 'escalate'],
    ]) {
      const answer = await post(`/incidents/INC-42/${verb}`, { ...own, cookie: cookie() })
      expect([answer.statusCode, answer.headers.location]).toEqual([303, `/incidents/INC-42?told=${told}`])
    }
    expect(web.given.map(({ verb, command }) => [verb, command.actor])).toEqual([
      ['acknowledge', 'ana'],
      ['escalate', 'ana'],
    ])
  })

  it.each<[string, Record<string, string>]>([
    ['another site', { origin: 'https://evil.test' }],
    ['no origin', {}],
    ['a hidden origin', { origin: 'null' }],
    ['a fetch from elsewhere', { origin, 'sec-fetch-site': 'cross-site' }],
  ])('does nothing that %s sends', async (_, headers) => {
    const answer = await post('/incidents/INC-42/acknowledge', {
      host: 'firewatch.test',
      cookie: cookie(),
      ...headers,
    })
    expect([answer.statusCode, web.given]).toEqual([403, []])
  })

  it('is only looked at by previewers and scanners: nothing is acknowledged, however often it is fetched', async () => {
    for (const method of ['GET', 'HEAD'] as const) {
      for (const url of [linkOf(), '/incidents/INC-42', '/incidents/INC-42?told=acknowledge'])
        await web.app.inject({ method, url, headers: { ...page, cookie: cookie() } })
    }
    expect(web.given).toEqual([])
    expect(web.state.incident.acknowledgedBy).toBeNull()
  })

  it('is in the audit log when it is used, and when it was no good, without its secret', async () => {
    await get(linkOf())
    await get(linkOf('INC-42', 'x'.repeat(43)))
    await post('/incidents/INC-42/acknowledge', { ...own, cookie: cookie() })
    expect(web.state.audit).toMatchObject([
      {
        actor: 'ana',
        credential: 'of ana',
        action: 'GET /incidents/:name/link/:secret',
        target: 'INC-42',
        outcome: 'done',
      },
      { actor: null, outcome: 'refused', reason: expect.stringContaining('has ended') },
      { actor: 'ana', credential: 'of ana', action: 'POST /incidents/:name/acknowledge', target: 'INC-42' },
    ])
    expect(JSON.stringify(web.state.audit)).not.toContain(linkSecret)
  })

  it('that is no good leads to the log-in, and from there to the incident', async () => {
    for (const url of [linkOf('INC-42', 'x'.repeat(43)), linkOf('INC-7')]) {
      const answer = await get(url)
      expect([answer.statusCode, answer.headers['set-cookie']]).toEqual([403, undefined])
      expect(answer.body).toContain('does not open the incident any more')
    }
    expect((await get(linkOf('INC-42', 'short'))).statusCode).toBe(404)
  })

  it('changes nothing about who is logged in: a link that somebody else sent makes nobody them', async () => {
    const headers = { cookie: 'firewatch_session=viewer-secret' }
    const answer = await get(linkOf(), headers)
    expect([answer.headers.location, answer.headers['set-cookie']]).toEqual(['/incidents/INC-42', undefined])
    const both = { cookie: `firewatch_session=viewer-secret; ${cookie()}` }
    expect((await get('/incidents/INC-42', both)).body).toContain('commands need the role responder')
  })

  it('still opens where the session of the browser has ended', async () => {
    const both = { cookie: `firewatch_session=ended; ${cookie()}` }
    expect((await get('/incidents/INC-42', both)).body).toContain('You are ana here')
    expect((await post('/incidents/INC-42/acknowledge', { ...own, ...both })).statusCode).toBe(303)
    expect((await post('/incidents/INC-42/escalate', { ...both, host: 'firewatch.test' })).statusCode).toBe(
      403,
    )
  })

  it('only shows, to a viewer', async () => {
    await web.app.close()
    web = await startWeb()
    const { credentials } = web.dependencies
    Object.assign(credentials, { checkPageLink: async () => principal('vic', 'viewer') })
    const { body } = await get('/incidents/INC-42', { cookie: cookie() })
    expect(body).not.toContain('<button')
    expect((await post('/incidents/INC-42/acknowledge', { ...own, cookie: cookie() })).statusCode).toBe(403)
  })
})

describe('N30: everything that the link of a page does not open', () => {
  /** What it opens, of its own incident. */
  const opened = [
    'GET /incidents/:name',
    'HEAD /incidents/:name',
    'GET /incidents/:name/chart',
    'HEAD /incidents/:name/chart',
    'POST /incidents/:name/acknowledge',
    'POST /incidents/:name/escalate',
    'GET /api/v1/events',
    'HEAD /api/v1/events',
  ]

  async function routes(): Promise<{ method: string; url: string; access: string; isOpened: boolean }[]> {
    const found: { method: string; url: string; access: string; isOpened: boolean }[] = []
    const app = fastify()
    app.addHook('onRoute', ({ method, url, config }: RouteOptions) => {
      for (const one of [method].flat())
        found.push({
          method: one,
          url,
          access: config?.access ?? '',
          isOpened: config?.pageLinkOf !== undefined,
        })
    })
    addRoutes(app, web.dependencies)
    await app.ready()
    return found
  }

  const asked = async (method: string, url: string, name: string, headers: Record<string, string>) =>
    (
      await web.app.inject({
        method: method as 'GET',
        url: url.replaceAll(/:\w+/g, name),
        headers: { ...own, ...headers },
      })
    ).statusCode

  it('is named route by route', async () => {
    const named = (await routes()).filter(({ isOpened }) => isOpened)
    expect(named.map(({ method, url }) => `${method} ${url}`).toSorted()).toEqual(opened.toSorted())
  })

  it('is refused on every route, by every method, however the secret is shown', async () => {
    const ways: Record<string, string>[] = [
      { cookie: cookie() },
      { cookie: `firewatch_session=${linkSecret}` },
      { authorization: `Bearer ${linkSecret}` },
      { cookie: `${cookie()}; firewatch_session=ended` },
    ]
    Object.assign(web.dependencies.credentials, {
      check: async () => undefined,
    })
    const all = (await routes()).filter(({ access }) => !['public', 'capability'].includes(access))
    expect(all.length).toBeGreaterThan(60)
    for (const { method, url } of all) {
      for (const [index, way] of ways.entries()) {
        const isOpened =
          opened.includes(`${method} ${url}`) && way.cookie?.includes('firewatch_link') === true
        if (isOpened && url.startsWith('/api/v1/events')) continue
        const status = await asked(method, url, 'INC-42', way)
        expect([method, url, index, status === 401]).toEqual([method, url, index, !isOpened])
      }
    }
  })

  it('is every other incident, also of the stream of changes and of the list', async () => {
    for (const name of ['INC-41', 'INC-420', 'INC-4', '41']) {
      for (const one of opened) {
        const [method = '', url = ''] = one.split(' ')
        expect([
          one,
          name,
          await asked(method, `${url}?incident=${name}`, name, { cookie: cookie() }),
        ]).toEqual([one, name, 401])
        // The cookie's name is the browser's word: what it opens is the store's.
        const forged = { cookie: cookie(41) }
        expect(await asked(method, `${url}?incident=41`, 'INC-41', forged)).toBe(401)
      }
    }
    expect(await asked('GET', '/api/v1/events', '', { cookie: cookie() })).toBe(401)
  })

  it.each(['', 'INC-42&incident=INC-41', 'INC-41&incident=INC-42'])(
    'is a stream that names no incident, or two: %s',
    async (query) => {
      expect(await asked('GET', `/api/v1/events?incident=${query}`, '', { cookie: cookie() })).toBe(401)
    },
  )

  it('leaves what needs no credential as it was', async () => {
    expect((await web.app.inject({ url: '/incidents', headers: as('viewer') })).statusCode).toBe(200)
    expect(incident.number).toBe(42)
  })
})
