import { describe, expect, it } from 'vitest'
import type { CurrentAlert } from '../../src/domain/alert/current-alert.ts'
import type { Silence } from '../../src/domain/alert/silence.ts'
import { readPostedAlerts } from '../../src/intake/alertmanager-api.ts'
import type { AlertmanagerApi } from '../../src/web/alertmanager-api.ts'
import type { Intake } from '../../src/web/intake.ts'
import { as, now, startWeb } from './world.ts'

const at = Date.parse(now)
const id = '7d8a0e0a-1b54-4d4a-9e44-1c6ee3bb9a39'

const alert: CurrentAlert = {
  source: 'integration/prometheus',
  fingerprint: '098258703e67166c',
  labels: { alertname: 'A', service: 'feed' },
  annotations: { summary: 'down', generatorURL: 'http://prometheus/graph' },
  startsAt: '2026-03-02T03:00:00.000Z',
  endsAt: '2026-03-02T03:08:00.000Z',
  updatedAt: '2026-03-02T03:04:00.000Z',
  silencedBy: [id],
  inhibitedBy: [],
  routes: [{ id: '0', receiver: 'ops', groupLabels: { service: 'feed' } }],
}

const silence: Silence = {
  id,
  matchers: [
    { name: 'service', operator: '=', value: 'feed' },
    { name: 'os', operator: '!~', value: 'ios|android' },
  ],
  startsAt: at - 60_000,
  endsAt: at + 60_000,
  updatedAt: at - 60_000,
  createdBy: 'ana',
  comment: 'new disks',
}

async function webWith(api: Partial<AlertmanagerApi> & { receive?: Intake['alertmanagerApi'] } = {}) {
  const { app, dependencies, state } = await startWeb()
  const { receive, ...rest } = api
  if (receive !== undefined) Object.assign(dependencies.intake, { alertmanagerApi: receive })
  Object.assign(dependencies.alertmanagerApi, {
    alerts: async () => [alert],
    silences: async () => [silence],
    silence: async (wanted: string) => (wanted === id ? silence : undefined),
    ...rest,
  })
  const ask = (
    method: 'GET' | 'POST' | 'DELETE',
    url: string,
    payload?: object,
    role = 'responder' as const,
  ) => app.inject({ method, url, headers: as(role), ...(payload === undefined ? {} : { payload }) })
  return { app, ask, state }
}

describe('POST /api/v2/alerts', () => {
  const receive = async (body: unknown) => {
    const context = { source: 'integration/x', now: new Date(now), newId: () => '' }
    const { alerts, problems } = readPostedAlerts(body, context)
    return { accepted: alerts.length, duplicates: 0, problems }
  }

  it('answers 200 without a body, also to no alerts (S33)', async () => {
    const { ask } = await webWith({ receive })
    for (const body of [[], [{ labels: { alertname: 'A' } }]]) {
      const answer = await ask('POST', '/api/v2/alerts', body)
      expect([answer.statusCode, answer.body]).toEqual([200, ''])
    }
  })

  it('answers 400 with the reasons as one JSON text when some are at fault (S33)', async () => {
    const { ask } = await webWith({ receive })
    const answer = await ask('POST', '/api/v2/alerts', [{ labels: { a: 'b' } }, { labels: { '': 'x' } }, {}])
    expect([answer.statusCode, answer.json()]).toEqual([
      400,
      'alert 1: invalid label set: invalid name ""; alert 2: at least one label pair required',
    ])
    expect(answer.headers['content-type']).toMatch(/^application\/json/)
  })

  it('answers 400 to what is no list', async () => {
    const { ask } = await webWith({ receive })
    const answer = await ask('POST', '/api/v2/alerts', { alerts: [] })
    expect([answer.statusCode, answer.json()]).toEqual([
      400,
      { code: 400, message: expect.stringContaining('must be a list of alerts') },
    ])
  })

  it('hears of the sender, whose alerts they are', async () => {
    const senders: string[] = []
    const { app } = await webWith({
      receive: async (_, sender) => {
        senders.push(sender)
        return { accepted: 0, duplicates: 0, problems: [] }
      },
    })
    await app.inject({ method: 'POST', url: '/api/v2/alerts', headers: as('sender'), payload: [] })
    expect(senders).toEqual(['alertmanager'])
  })

  it('answers 503 with Retry-After when they cannot be stored', async () => {
    const away = () => Promise.reject(Object.assign(new Error('no'), { code: 'ECONNREFUSED' }))
    const { ask } = await webWith({ receive: away })
    const answer = await ask('POST', '/api/v2/alerts', [])
    expect([answer.statusCode, answer.headers['retry-after']]).toEqual([503, '5'])
  })

  it('takes a storm in one request', async () => {
    const { ask } = await webWith({ receive })
    const storm = Array.from({ length: 20_000 }, (_, index) => ({
      labels: { alertname: 'A', instance: `host-${index}` },
      annotations: { description: 'x'.repeat(200) },
    }))
    expect((await ask('POST', '/api/v2/alerts', storm)).statusCode).toBe(200)
  })
})

describe('GET /api/v2/alerts', () => {
  const json = {
    annotations: { summary: 'down' },
    endsAt: '2026-03-02T03:08:00.000Z',
    fingerprint: '098258703e67166c',
    receivers: [{ name: 'ops' }],
    startsAt: '2026-03-02T03:00:00.000Z',
    status: { inhibitedBy: [], silencedBy: [id], state: 'suppressed' },
    updatedAt: '2026-03-02T03:04:00.000Z',
    generatorURL: 'http://prometheus/graph',
    labels: { alertname: 'A', service: 'feed' },
  }

  it('has the fields of Alertmanager, and in groups too', async () => {
    const { ask } = await webWith()
    expect((await ask('GET', '/api/v2/alerts')).json()).toEqual([json])
    expect((await ask('GET', '/api/v2/alerts/groups')).json()).toEqual([
      { alerts: [json], labels: { service: 'feed' }, receiver: { name: 'ops' } },
    ])
  })

  it.each([
    ['', 1],
    ['silenced=false', 0],
    ['silenced=true&silenced=no', 0],
    ['silenced=', 1],
    ['silenced=YES', 1],
    ['active=false&inhibited=false&unprocessed=false', 1],
    ['filter=service%3Dfeed&filter=alertname%3D~%22A%7CB%22', 1],
    ['filter=service%3Dfeed&filter=alertname%21%3DA', 0],
    ['receiver=o.s', 1],
    ['receiver=o', 0],
    ['receiver=', 1],
  ])('takes the query "%s"', async (query, count) => {
    const { ask } = await webWith()
    for (const path of ['alerts', 'alerts/groups'])
      expect((await ask('GET', `/api/v2/${path}?${query}`)).json()).toHaveLength(count)
  })

  it.each([
    ['filter=%7B', /^bad matcher format: /],
    ['receiver=%5B', /^failed to parse receiver param: /],
  ])('answers 400 with a JSON text to "%s"', async (query, words) => {
    const { ask } = await webWith()
    for (const path of ['alerts', 'alerts/groups']) {
      const answer = await ask('GET', `/api/v2/${path}?${query}`)
      expect([answer.statusCode, answer.json()]).toEqual([400, expect.stringMatching(words)])
    }
  })
})

describe('silences', () => {
  const json = {
    id,
    status: { state: 'active' },
    updatedAt: '2026-03-02T03:03:05.000Z',
    comment: 'new disks',
    createdBy: 'ana',
    endsAt: '2026-03-02T03:05:05.000Z',
    matchers: [
      { isEqual: true, isRegex: false, name: 'service', value: 'feed' },
      { isEqual: false, isRegex: true, name: 'os', value: 'ios|android' },
    ],
    startsAt: '2026-03-02T03:03:05.000Z',
  }

  it('have the fields of Alertmanager', async () => {
    const { ask } = await webWith()
    expect((await ask('GET', '/api/v2/silences')).json()).toEqual([json])
    expect((await ask('GET', `/api/v2/silence/${id}`)).json()).toEqual(json)
  })

  it('are listed with what ends or begins next first, and what expired last before that', async () => {
    const times = { late: [-9, 9], soon: [-9, 5], next: [3, 9], later: [4, 5], old: [-9, -5], last: [-9, -1] }
    const silences = Object.entries(times).map(([name, [from = 0, to = 0]]) => ({
      ...silence,
      id: name,
      startsAt: at + from * 1_000,
      endsAt: at + to * 1_000,
    }))
    const { ask } = await webWith({ silences: async () => silences })
    const ids = async (query = '') =>
      (await ask('GET', `/api/v2/silences${query}`)).json<{ id: string }[]>().map((one) => one.id)
    expect(await ids()).toEqual(['soon', 'late', 'next', 'later', 'last', 'old'])
    expect(await ids('?expired=false&pending=false')).toEqual(['soon', 'late'])
  })

  it.each([
    ['service=feed', 1],
    ['service="feed"', 1],
    ['os!~ios|android', 1],
    ['os!~"ios"', 0],
    ['service=~feed', 0],
  ])('are found by a matcher that is one of theirs: %s', async (matcher, count) => {
    const { ask } = await webWith()
    const answer = await ask('GET', `/api/v2/silences?filter=${encodeURIComponent(matcher)}`)
    expect(answer.json()).toHaveLength(count)
  })

  const posted = {
    matchers: [
      { name: 'service', value: 'feed', isRegex: false },
      { name: 'os', value: 'ios|android', isRegex: true, isEqual: false },
    ],
    startsAt: '2026-03-02T03:03:05.000Z',
    endsAt: '2026-03-02T04:05:05.000+01:00',
    createdBy: 'ana',
    comment: 'new disks',
  }

  it('are set as they are posted; the audit log names who has the credential', async () => {
    const set: unknown[] = []
    const { ask, state } = await webWith({
      setSilence: async (...given) => {
        set.push(given)
        return { kind: 'done', id }
      },
    })
    const payload = { ...posted, createdBy: 'vic' }
    for (const change of [payload, { ...payload, id }]) {
      const answer = await ask('POST', '/api/v2/silences', change)
      expect([answer.statusCode, answer.json()]).toEqual([200, { silenceID: id }])
    }
    const { id: _, updatedAt: __, ...draft } = { ...silence, createdBy: 'vic' }
    expect(set).toEqual([
      [draft, undefined, 'id-1'],
      [draft, id, 'id-1'],
    ])
    expect(state.audit).toMatchObject(
      Array.from({ length: 2 }, () => ({ actor: 'ana', target: `silence ${id}`, reason: 'new disks' })),
    )
  })

  it.each([
    [422, { code: 602, message: 'comment in body is required' }, { ...posted, comment: undefined }],
    [
      422,
      { code: 602, message: 'matchers in body should have at least 1 items' },
      { ...posted, matchers: [] },
    ],
    [
      422,
      { code: 602, message: 'matchers.0.isRegex in body is required' },
      { ...posted, matchers: [{ name: 'a', value: 'b' }] },
    ],
    [404, 'silence not found', { ...posted, id }],
    [404, 'silence not found', { ...posted, id: 'none' }],
  ])('are answered %d %j when that is so', async (status, json, payload) => {
    const { ask } = await webWith()
    const answer = await ask('POST', '/api/v2/silences', payload)
    expect([answer.statusCode, answer.json()]).toEqual([status, json])
  })

  it('are refused with a JSON text', async () => {
    const { ask } = await webWith({ setSilence: async () => ({ kind: 'refused', problem: 'too long' }) })
    const answer = await ask('POST', '/api/v2/silences', posted)
    expect([answer.statusCode, answer.json()]).toEqual([400, 'silence invalid: too long'])
  })

  it('are expired by their id', async () => {
    const expired: unknown[] = []
    const { ask } = await webWith({
      expireSilence: async (...given) => {
        expired.push(given)
        return given[0] === id
      },
    })
    const answer = await ask('DELETE', `/api/v2/silence/${id}`)
    expect([answer.statusCode, answer.body, expired]).toEqual([200, '', [[id]]])
    const other = id.replace('7', '8')
    const unknown = await ask('DELETE', `/api/v2/silence/${other}`)
    expect([unknown.statusCode, unknown.json()]).toEqual([404, 'silence not found'])
    expect((await ask('GET', `/api/v2/silence/${other}`)).statusCode).toBe(404)
  })

  it('are expired also by a client that says JSON without a body', async () => {
    const { app } = await webWith({ expireSilence: async () => true })
    const headers = { ...as('responder'), 'content-type': 'application/json' }
    const url = `/api/v2/silence/${id}`
    expect((await app.inject({ method: 'DELETE', url, headers })).statusCode).toBe(200)
    expect((await app.inject({ method: 'DELETE', url, headers, payload: '{}' })).statusCode).toBe(200)
    expect((await app.inject({ method: 'DELETE', url, headers, payload: '{' })).statusCode).toBe(400)
  })

  it.each(['GET', 'DELETE'] as const)('%s answers 422 to what is no id', async (method) => {
    const { ask } = await webWith()
    const answer = await ask(method, '/api/v2/silence/abc')
    expect([answer.statusCode, answer.json()]).toEqual([
      422,
      { code: 601, message: 'silenceID in path must be of type uuid: "abc"' },
    ])
  })
})

describe('what clients ask before the rest', () => {
  it('is the status, with the version that is spoken and the routes', async () => {
    const { ask } = await webWith()
    expect((await ask('GET', '/api/v2/status')).json()).toEqual({
      cluster: { peers: [], status: 'disabled' },
      config: { original: 'route:\n  receiver: default\n' },
      uptime: now,
      versionInfo: {
        branch: 'firewatch',
        buildDate: '',
        buildUser: '',
        goVersion: '',
        revision: '',
        version: '0.25.0',
      },
    })
    expect((await ask('GET', '/api/v2/receivers')).json()).toEqual([{ name: 'default' }])
  })

  it.each([
    [{}, 200, 'OK'],
    [{ temporal: 'away', clickhouse: 'away' }, 200, 'OK'],
    [{ postgres: 'away' }, 503, 'alerts cannot be stored'],
  ])('is whether it is ready, for everyone: %j', async (missing, status, words) => {
    const { app } = await startWeb({ unready: async () => missing })
    const answer = await app.inject('/-/ready')
    expect([answer.statusCode, answer.body]).toEqual([status, words])
    expect((await app.inject('/-/healthy')).body).toBe('OK')
  })
})
