import fc from 'fast-check'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createAutomation } from '../../src/app/automation.ts'
import { createIdentities } from '../../src/app/identities.ts'
import { createRecords, type Records } from '../../src/app/records.ts'
import type { Holder } from '../../src/domain/access/access.ts'
import type { Configuration } from '../../src/domain/configuration/configuration.ts'
import type { User } from '../../src/domain/configuration/people.ts'
import { createAuditLog } from '../../src/postgres/audit-log.ts'
import { credentialId } from '../../src/postgres/credential-list.ts'
import { migrate, openDatabase, type OpenDatabase } from '../../src/postgres/database.ts'
import { startPostgres, type TestPostgres } from '../support/servers.ts'
import { startWeb, type TestWeb } from '../web/world.ts'

type Access = Pick<Configuration, 'users' | 'integrations'>

const user = (name: string, role: User['role']): User => ({ name, title: name, role, contacts: [] })
const everybody: Access = {
  users: { ana: user('ana', 'responder'), root: user('root', 'admin') },
  integrations: { senders: { prometheus: { name: 'prometheus', title: 'Prometheus' } } },
}
const ana: Holder = { kind: 'person', name: 'ana' }
const root: Holder = { kind: 'person', name: 'root' }
const ops: Holder = { kind: 'operator', name: 'ops' }
const sender: Holder = { kind: 'sender', name: 'prometheus' }
const origin = 'http://firewatch.test'

let postgres: TestPostgres
let auditLog: ReturnType<typeof createAuditLog>
let database: OpenDatabase
let records: Records
let web: TestWeb
let configuration = everybody
let at = Date.parse('2026-03-01T03:00:00Z')
const now = () => new Date(at)

beforeAll(async () => {
  postgres = await startPostgres()
  database = openDatabase(postgres.url)
  await migrate(database.pool)
  records = createRecords(database.db, now)
  const { incidents, timeline } = records
  auditLog = createAuditLog(database.db, (_entries, reason) => {
    throw reason
  })
  web = await startWeb({
    credentials: createIdentities(records.credentials, () => configuration, 'ops'),
    auditLog,
    automation: createAutomation(
      records,
      () => ({ services: {}, targets: {} }),
      () => 'id',
    ),
    incidents: {
      find: (number) => incidents.find(number),
      list: (filter) => incidents.list(filter),
      board: (filter) => records.board.board(filter),
      counts: (filter) => incidents.counts(filter),
      byChartToken: (token) => incidents.byChartToken(token),
      events: async () => [],
      records: async (number) => ({
        machine: null,
        alerts: await incidents.alertsOf(number),
        timeline: await timeline.ofIncident(number),
        pages: [],
        attempts: [],
        evidence: [],
        parts: [],
        changes: [],
      }),
    },
    publicUrl: 'https://firewatch.example.org',
    now,
  })
})
afterAll(async () => {
  await web?.app.close()
  await database?.close()
  await postgres?.stop()
})
beforeEach(async () => {
  configuration = everybody
  // A refusal is answered before its entry is stored.
  await auditLog.idle()
  await database.pool.query('TRUNCATE credentials, audit_log')
})

const issue = (kind: 'token' | 'session' | 'login' | 'calendar', holder: Holder, ms: number | null = null) =>
  records.credentials.issue(kind, holder, ms)
const bearer = (token: string) => ({ authorization: `Bearer ${token}` })
const cookie = (session: string) => ({
  cookie: `firewatch_session=${session}`,
  host: 'firewatch.test',
  origin,
})
const status = async (headers: Record<string, string>, url = '/api/v1/incidents') =>
  (await web.app.inject({ url, headers })).statusCode
const post = (url: string, headers: Record<string, string>, payload: object = {}) =>
  web.app.inject({ method: 'POST', url, headers, payload })

describe('N08 somebody who is taken out of the configuration', () => {
  it('loses tokens, sessions, log-in links and calendars at once, and nobody else does', async () => {
    const [token, session, calendar, other] = [
      await issue('token', ana),
      await issue('session', ana, 60_000),
      await issue('calendar', ana),
      await issue('token', root),
    ]
    const login = await issue('login', ana, 60_000)
    const feed = `/calendars/${calendar}/person/ana.ics`
    expect([await status(bearer(token)), await status(cookie(session))]).toEqual([200, 200])
    expect(await web.dependencies.credentials.check('calendar', calendar)).toMatchObject({ person: 'ana' })

    configuration = { ...everybody, users: { root: user('root', 'admin') } }
    expect([await status(bearer(token)), await status(cookie(session))]).toEqual([401, 401])
    expect(await status({}, feed)).toBe(404)
    const answer = await post(`/login/${login}`, { host: 'firewatch.test', origin })
    expect([answer.headers['set-cookie'], answer.headers.location]).toEqual([undefined, '/login'])
    expect(await status(bearer(other))).toBe(200)
  })

  it('has the role of now, not of when the token was made', async () => {
    const token = bearer(await issue('token', ana))
    expect((await post('/api/v1/tokens', token, { person: 'ana' })).statusCode).toBe(403)
    configuration = { users: { ana: user('ana', 'admin') } }
    expect((await post('/api/v1/tokens', token, { person: 'ana' })).statusCode).toBe(201)
    configuration = { users: { ana: user('ana', 'viewer') } }
    expect((await post('/api/v1/automation/stop', token, { reason: 'x' })).statusCode).toBe(403)
  })

  it('is said so: a token that names nobody is no token that is missing', async () => {
    const token = bearer(await issue('token', { kind: 'person', name: 'gone' }))
    const answer = await web.app.inject({ url: '/api/v1/incidents', headers: token })
    expect([answer.statusCode, answer.json().error]).toEqual([
      401,
      expect.stringMatching(/^this token is not known/),
    ])
  })
})

describe('N08 the operator of up', () => {
  it('is admin where the server was started by up for them, and nobody elsewhere', async () => {
    const token = await issue('token', ops)
    expect(await status(bearer(token), '/api/v1/audit-log')).toBe(200)
    const elsewhere = createIdentities(records.credentials, () => everybody, undefined)
    const another = createIdentities(records.credentials, () => everybody, 'else')
    for (const one of [elsewhere, another]) expect(await one.check('token', token)).toBeUndefined()
    await records.credentials.revokeOperators()
    expect(await status(bearer(token))).toBe(401)
  })
})

describe('N08 credentials', () => {
  it('are listed with their ids and revoked by them: all by an admin, one’s own by anybody', async () => {
    const anas = await issue('token', ana)
    const roots = await issue('token', root)
    const gone = await issue('token', { kind: 'person', name: 'gone' })
    const list = async (secret: string) =>
      (await web.app.inject({ url: '/api/v1/tokens', headers: bearer(secret) })).json().tokens as {
        id: string
        holder: Holder
        role: string | null
      }[]
    expect((await list(anas)).map(({ holder }) => holder.name)).toEqual(['ana'])
    const all = await list(roots)
    expect(Object.fromEntries(all.map(({ holder, role }) => [holder.name, role]))).toEqual({
      ana: 'responder',
      root: 'admin',
      gone: null,
    })
    expect((await post(`/api/v1/tokens/${credentialId(roots)}/revoke`, bearer(anas))).statusCode).toBe(404)
    expect((await post(`/api/v1/tokens/${credentialId(gone)}/revoke`, bearer(roots))).statusCode).toBe(200)
    expect((await post(`/api/v1/tokens/${credentialId(anas)}/revoke`, bearer(anas))).statusCode).toBe(200)
    expect([await status(bearer(anas)), await status(bearer(roots))]).toEqual([401, 200])
    expect(JSON.stringify(all)).not.toContain(anas)
  })

  it('expire when they were made to', async () => {
    const admin = bearer(await issue('token', root))
    const made = await post('/api/v1/tokens', admin, { person: 'ana', expires: '1h' })
    expect(made.json()).toMatchObject({ expiresAt: new Date(at + 3_600_000).toISOString() })
    expect(await status(bearer(made.json().token))).toBe(200)
    at += 3_600_000
    expect(await status(bearer(made.json().token))).toBe(401)
    for (const expires of ['soon', '0', '1s', '-1d'])
      expect((await post('/api/v1/tokens', admin, { person: 'ana', expires })).statusCode).toBe(400)
  })

  it('of a sender open the intake and nothing else', async () => {
    const token = bearer(await issue('token', sender))
    expect((await post('/api/v1/alerts', token)).statusCode).toBe(202)
    for (const url of ['/api/v1/login-links', '/api/v1/incidents/INC-1/resolve', '/api/v1/automation/stop'])
      expect((await post(url, token)).statusCode).toBe(403)
    configuration = { users: everybody.users }
    expect((await post('/api/v1/alerts', token)).statusCode).toBe(401)
  })
})

describe('N30: the link of a page, on the real store', () => {
  const dayMs = 24 * 3_600_000
  const keep = (secret: string, person = 'ana', incident = 42) =>
    records.pageLinks.keep([{ secret, person, incident, expiresAt: new Date(at + dayMs) }])
  const secrets = [
    'first-of-the-links-that-are-43-characters-x',
    'second-of-the-links-that-are-43-characters-x',
  ]
  const [first = '', second = ''] = secrets.map((one) => one.slice(0, 43))
  const open = async (secret = first, incident = 42) =>
    (
      await web.app.inject({
        url: `/incidents/INC-${incident}/link/${secret}`,
        headers: { accept: 'text/html' },
      })
    ).statusCode
  /** By the cookie alone: 404, for this store has no such incident. */
  const reads = (secret = first, incident = 42) =>
    status({ cookie: `firewatch_link_${incident}=${secret}` }, `/incidents/INC-${incident}`)
  const acknowledges = async (secret = first) =>
    (
      await post('/incidents/INC-42/acknowledge', {
        ...cookie('none'),
        cookie: `firewatch_link_42=${secret}`,
      })
    ).statusCode
  const all = async (secret = first) => [await open(secret), await reads(secret), await acknowledges(secret)]

  const good = [302, 404, 404]
  const nothing = [403, 401, 401]

  it('is kept as a hash and opens its incident for a day', async () => {
    await keep(first)
    const { rows } = await database.pool.query('SELECT * FROM credentials')
    expect(JSON.stringify(rows)).not.toContain(first)
    expect(await all()).toEqual(good)
    at += dayMs - 1
    expect(await all()).toEqual(good)
    at += 1
    expect(await all()).toEqual(nothing)
  })

  it('opens no other incident, and is no token, session, log-in or calendar', async () => {
    await keep(first)
    await keep(second, 'ana', 41)
    expect([await open(first, 41), await reads(first, 41)]).toEqual([403, 401])
    expect([await status(bearer(first)), await status(cookie(first))]).toEqual([401, 401])
    expect(await web.dependencies.credentials.redeemLogin(first)).toBeUndefined()
    expect(await web.dependencies.credentials.check('calendar', first)).toBeUndefined()
  })

  it('ends at once when its person is taken out of the configuration, and may only read as a viewer', async () => {
    await keep(first)
    configuration = { users: { ana: user('ana', 'viewer') } }
    expect(await all()).toEqual([302, 404, 403])
    configuration = { users: { root: user('root', 'admin') } }
    expect(await all()).toEqual(nothing)
  })

  it('is listed, and ended by its id with all that open the same incident for the same person', async () => {
    await keep(first)
    await keep(second)
    const others = 'another-of-the-links-that-are-43-characters'
    await keep(others, 'root')
    const token = bearer(await issue('token', ana))
    const listed = (await web.app.inject({ url: '/api/v1/tokens', headers: token })).json().tokens
    expect(listed).toContainEqual(
      expect.objectContaining({ id: credentialId(first), kind: 'page-link', incident: 42, holder: ana }),
    )
    expect((await post(`/api/v1/tokens/${credentialId(others)}/revoke`, token)).statusCode).toBe(404)
    expect((await post(`/api/v1/tokens/${credentialId(first)}/revoke`, token)).statusCode).toBe(200)
    expect([await all(first), await all(second), await all(others)]).toEqual([nothing, nothing, good])
    expect((await post(`/api/v1/tokens/${credentialId(first)}/revoke`, token)).statusCode).toBe(404)
  })

  it('that was ended stays so when its page is tried again', async () => {
    await keep(first)
    await records.credentials.revoke(credentialId(first))
    await keep(first)
    expect(await all()).toEqual(nothing)
  })
})

describe('N30: one’s own sessions', () => {
  const logIn = async (agent: string) => {
    const code = await issue('login', ana, 60_000)
    const answer = await post(`/login/${code}`, { host: 'firewatch.test', origin, 'user-agent': agent })
    return /firewatch_session=([\w-]+)/.exec(String(answer.headers['set-cookie']))?.[1] ?? ''
  }
  const firefox = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0'

  it('are shown with their browser, this one marked, and ended one by one', async () => {
    const [here, other] = [await logIn(firefox), await logIn('curl/8.5.0')]
    const { body } = await web.app.inject({ url: '/account', headers: cookie(here) })
    expect(body).toContain('Firefox on Linux (this one)')
    expect(body).toContain('Unknown browser')
    expect((await post(`/account/credentials/${credentialId(other)}/revoke`, cookie(here))).statusCode).toBe(
      303,
    )
    expect([await status(cookie(here)), await status(cookie(other))]).toEqual([200, 401])
  })

  it('end together by logging out everywhere, with log-ins on their way and links of pages; tokens stay', async () => {
    const sessions = [await logIn(firefox), await logIn(firefox)]
    const [login, token] = [await issue('login', ana, 60_000), await issue('token', ana)]
    const [others, link] = [await issue('session', root, 60_000), 'x'.repeat(43)]
    await records.pageLinks.keep([
      { secret: link, person: 'ana', incident: 42, expiresAt: new Date(at + 60_000) },
    ])
    const evil = { ...cookie(sessions[0] ?? ''), origin: 'https://evil.test' }
    expect((await post('/account/log-out-everywhere', evil)).statusCode).toBe(403)
    const answer = await post('/account/log-out-everywhere', cookie(sessions[0] ?? ''))
    expect([answer.statusCode, answer.headers.location]).toEqual([303, '/login'])
    expect(answer.headers['set-cookie']).toMatch(/^firewatch_session=; .*Max-Age=0; Secure$/)
    for (const session of sessions) expect(await status(cookie(session))).toBe(401)
    expect(await web.dependencies.credentials.redeemLogin(login)).toBeUndefined()
    expect(await web.dependencies.credentials.checkPageLink(link, 42)).toBeUndefined()
    expect([await status(bearer(token)), await status(cookie(others))]).toEqual([200, 200])
  })
})

describe('N26 a log-in', () => {
  const login = async (headers: Record<string, string>) =>
    post(`/login/${await issue('login', ana, 60_000)}`, { host: 'firewatch.test', ...headers })

  it.each<[string, Record<string, string>]>([
    ['another origin', { origin: 'https://evil.test' }],
    ['our name on another port', { origin: 'http://firewatch.test:8080' }],
    ['an origin that is hidden', { origin: 'null' }],
    ['a fetch from another site', { 'sec-fetch-site': 'cross-site' }],
    ['a neighbour below the same domain', { 'sec-fetch-site': 'same-site' }],
    ['a site that sends our own origin along', { origin, 'sec-fetch-site': 'cross-site' }],
  ])('that %s posts is refused, and the link stays good', async (_, headers) => {
    const code = await issue('login', ana, 60_000)
    const refused = await post(`/login/${code}`, { host: 'firewatch.test', ...headers })
    expect([refused.statusCode, refused.headers['set-cookie']]).toEqual([403, undefined])
    const own = await post(`/login/${code}`, {
      host: 'firewatch.test',
      origin,
      'sec-fetch-site': 'same-origin',
    })
    expect([own.statusCode, own.headers.location]).toEqual([302, '/incidents'])
  })

  it('gives a cookie that stays on TLS and out of reach of scripts and other sites', async () => {
    const answer = await login({ origin })
    expect(answer.headers['set-cookie']).toMatch(
      /; Path=\/; HttpOnly; SameSite=Lax; Max-Age=2592000; Secure$/,
    )
  })

  it('ends the session that the browser had', async () => {
    const former = await issue('session', root, 60_000)
    const answer = await login(cookie(former))
    const session = /firewatch_session=([\w-]+)/.exec(String(answer.headers['set-cookie']))?.[1] ?? ''
    expect([await status(cookie(former)), await status(cookie(session))]).toEqual([401, 200])
  })

  it('ends by logging out: the row is gone and the cookie is taken back', async () => {
    const session = await issue('session', ana, 60_000)
    expect((await post('/logout', { ...cookie(session), origin: 'https://evil.test' })).statusCode).toBe(403)
    const answer = await post('/logout', cookie(session))
    expect([answer.statusCode, answer.headers.location]).toEqual([303, '/login'])
    expect(answer.headers['set-cookie']).toMatch(/^firewatch_session=; .*Max-Age=0; Secure$/)
    expect(await status(cookie(session))).toBe(401)
    expect((await database.pool.query('SELECT FROM credentials')).rowCount).toBe(0)
  })
})

describe('the audit log', () => {
  const entries = async () =>
    (await database.pool.query('SELECT * FROM audit_log ORDER BY id')).rows as Record<string, unknown>[]

  it('has every change with who, by which credential, on what and what came of it', async () => {
    const token = await issue('token', root)
    const stop = await post('/api/v1/automation/stop', bearer(token), { reason: 'we migrate' })
    expect(stop.statusCode).toBe(200)
    await post('/api/v1/incidents/INC-7/resolve', bearer(token))
    // A refusal changed nothing, so its answer does not wait for its entry.
    await expect.poll(async () => (await entries()).length).toBe(2)
    expect(await entries()).toMatchObject([
      {
        actor: 'root',
        credential: credentialId(token),
        action: 'POST /api/v1/automation/stop',
        target: 'everything',
        outcome: 'done',
        reason: 'we migrate',
        request_id: stop.headers['x-request-id'],
      },
      { action: 'POST /api/v1/incidents/:name/resolve', target: 'INC-7', outcome: 'refused' },
    ])
    await post('/api/v1/automation/resume', bearer(token), {})
  })

  it('has every refusal, also of what nobody knows, and no secret', async () => {
    const sent = await issue('token', sender)
    await status({})
    await status(bearer('revoked-token'))
    await status(bearer(sent))
    await post('/login/a-code-that-nobody-was-given', { origin: 'https://evil.test' })
    await web.app.inject({ url: '/incidents', headers: { accept: 'text/html', ...cookie('old-session') } })
    await expect.poll(async () => (await entries()).length).toBe(5)
    expect(await entries()).toMatchObject([
      { actor: null, credential: null, outcome: 'refused' },
      { actor: null, credential: credentialId('revoked-token'), outcome: 'refused' },
      { actor: 'prometheus', credential: credentialId(sent), outcome: 'refused' },
      { actor: null, action: 'POST /login/:code', target: null, outcome: 'refused' },
      { actor: null, credential: credentialId('old-session'), action: 'GET /incidents', outcome: 'refused' },
    ])
    expect(JSON.stringify(await entries())).not.toMatch(/nobody-was-given|revoked-token|old-session/)
  })

  it('leaves out what only reads, and alerts that come in', async () => {
    await status(bearer(await issue('token', ana)))
    await post('/api/v1/alerts', bearer(await issue('token', sender)))
    expect(await entries()).toEqual([])
  })

  it('is read by admins, page by page', async () => {
    const admin = bearer(await issue('token', root))
    for (const person of ['ana', 'root', 'mallory']) await post('/api/v1/tokens', admin, { person })
    const read = async (query: string) =>
      (await web.app.inject({ url: `/api/v1/audit-log?${query}`, headers: admin })).json().entries as {
        id: number
        target: string
        outcome: string
      }[]
    const [newest, next] = await read('limit=2')
    expect([newest?.outcome, next?.target]).toEqual(['refused', expect.stringMatching(/^root [0-9a-f]{12}$/)])
    expect(await read(`limit=2&before=${next?.id}`)).toHaveLength(1)
    expect(await read('outcome=refused&actor=root')).toHaveLength(1)
    expect(await read('actor=%00')).toEqual([])
    expect(await status(admin, '/api/v1/audit-log?outcome=odd')).toBe(400)
    expect(await status(bearer(await issue('token', ana)), '/api/v1/audit-log')).toBe(403)
  })
})

describe('N26 hostile addresses on a real store', () => {
  const paths = (text: string) => [
    `/charts/${text}.png`,
    `/login/${text}`,
    `/answers/${text}`,
    `/incidents/${text}/link/${text}`,
    `/incidents/INC-42/link/${text}`,
    `/login?next=${text}`,
    `/login/links?next=${text}`,
    `/calendars/${text}/person/${text}.ics`,
    `/api/v1/incidents/${text}`,
    `/api/v1/checks/${text}/verdicts`,
    `/api/v1/schedules/${text}`,
    `/runbooks/${text}`,
    `/reviews/${text}`,
    ...['text', 'service', 'owner', 'before', 'limit', 'state', 'severity'].flatMap((name) => [
      `/api/v1/incidents?${name}=${text}`,
      `/incidents?${name}=${text}`,
    ]),
    `/api/v1/on-call?schedule=${text}&at=${text}`,
    `/api/v1/on-call/context?incident=${text}`,
    `/api/v1/audit-log?actor=${text}&before=${text}`,
    `/incidents?told=${text}`,
    `/automation?told=${text}`,
  ]
  const hostile = [
    '%00',
    'a%00b',
    '%ED%A0%80',
    '%FF',
    '%',
    '%2500',
    'INC-999999999999999',
    '9e99',
    '-1',
    '%F0%9F%94%A5',
  ]

  it('are never an unexpected failure', async () => {
    const admin = bearer(await issue('token', root))
    for (const path of hostile.flatMap(paths)) {
      const { statusCode } = await web.app.inject({ url: path, headers: admin })
      expect(statusCode, path).toBeLessThan(500)
    }
  })

  it('are never an unexpected failure, whatever they hold', async () => {
    const admin = bearer(await issue('token', root))
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary', maxLength: 12 }), async (text) => {
        for (const path of paths(encodeURIComponent(text.toWellFormed()))) {
          const { statusCode } = await web.app.inject({ url: path, headers: admin })
          expect(statusCode, path).toBeLessThan(500)
        }
      }),
      { numRuns: 25 },
    )
  })
})
