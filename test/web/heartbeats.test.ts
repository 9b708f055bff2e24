import { PassThrough, type Readable } from 'node:stream'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { ListedHeartbeat } from '../../src/domain/alert/heartbeat-view.ts'
import { as, heartbeatKey, now, startWeb, type TestWeb } from './world.ts'

const listed: ListedHeartbeat = {
  name: 'nightly-backup',
  title: 'Nightly backup',
  service: 'shop',
  state: 'healthy',
  since: '2026-03-01T03:00:00.000Z',
  lastBeatAt: '2026-03-02T03:00:00.000Z',
  lastStatus: 'ok',
  message: 'copied 42 GB\n<b>well</b>',
  deadlineAt: '2026-03-03T03:10:00.000Z',
  everyMs: 86_400_000,
  graceMs: 600_000,
  muted: false,
}

let web: TestWeb
let logged: string[]
const served: unknown[] = []

beforeEach(async () => {
  logged = []
  web = await startWeb({
    log: (message, error) => void logged.push(`${message} ${String(error)}`),
    served: (request) => void served.push(request),
  })
  web.state.heartbeats = [listed, { ...listed, name: 'mail', title: 'mail' }]
})
afterEach(() => web.app.close())

const received = Date.parse(now)
const key = `/heartbeat/${heartbeatKey}`
const told = () => web.state.beats.map(({ beat }) => beat)
const post = (payload: string | Buffer | Readable, headers: Record<string, string> = {}, url = key) =>
  web.app.inject({ method: 'POST', url, payload, headers })

describe('a beat by its address', () => {
  it.each([
    ['GET', key, 'ok'],
    ['HEAD', key, 'ok'],
    ['POST', key, 'ok'],
    ['POST', `${key}?status=ok`, 'ok'],
    ['GET', `${key}?status=fail`, 'fail'],
    ['GET', `${key}/fail`, 'fail'],
    ['HEAD', `${key}/fail`, 'fail'],
    ['POST', `${key}/fail`, 'fail'],
  ] as const)('%s %s: %s', async (method, url, status) => {
    const answer = await web.app.inject({ method, url })
    expect(answer.statusCode).toBe(200)
    if (method !== 'HEAD') expect(answer.body).toBe('OK\n')
    expect(web.state.beats).toEqual([
      { name: 'nightly-backup', beat: { receivedAt: received, status, message: null } },
    ])
  })

  it('counts from when it arrived, however long it takes to know who sends it', async () => {
    let at = received
    const slow = await startWeb({
      now: () => new Date(at),
      credentials: {
        ...web.dependencies.credentials,
        check: async (kind, secret) => {
          at += 5_000
          return web.dependencies.credentials.check(kind, secret)
        },
      },
    })
    slow.state.heartbeats = [listed]
    await slow.app.inject({ url: key })
    await slow.app.inject({
      method: 'POST',
      url: '/api/v1/heartbeats/nightly-backup',
      headers: as('heartbeat'),
    })
    expect(slow.state.beats.map(({ beat }) => beat.receivedAt)).toEqual([received, received + 5_000])
    await slow.app.close()
  })

  it('is refused with a status that it cannot have', async () => {
    expect((await web.app.inject({ url: `${key}?status=failed` })).statusCode).toBe(400)
    expect(told()).toEqual([])
  })
})

const chunked = { 'transfer-encoding': 'chunked' }

describe('what a job says', () => {
  it.each([
    ['text/plain', 'copied 42 GB'],
    ['application/json', '{"copied": '],
    ['application/x-www-form-urlencoded', 'a=b&status=fail'],
    ['application/octet-stream', 'x'],
    ['nothing/known', 'x'],
    ['', 'x'],
  ])('is kept as it came, whatever it is called: %s', async (type, text) => {
    const answer = await post(text, type === '' ? {} : { 'content-type': type })
    expect(answer.statusCode).toBe(200)
    expect(told()).toEqual([{ receivedAt: received, status: 'ok', message: text }])
  })

  it('is nothing where nothing can be seen of it', async () => {
    await post(' \n')
    expect(told()[0]?.message).toBeNull()
  })

  it('is cut after 10 kB, between two characters, and is no reason to refuse the beat', async () => {
    expect((await post('a' + 'é'.repeat(3_000_000))).statusCode).toBe(200)
    expect(told()[0]?.message).toBe('a' + 'é'.repeat(4_999))
  })

  it('is not waited for once there is enough of it', async () => {
    const endless = new PassThrough()
    endless.write('x'.repeat(20_000))
    const answer = await post(endless, chunked)
    expect(answer.statusCode).toBe(200)
    expect(told()[0]?.message).toHaveLength(10_000)
    endless.end()
  })

  it('is not waited for when it does not come', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    try {
      const stuck = new PassThrough()
      stuck.write('begun')
      const answer = post(stuck, chunked)
      await vi.waitUntil(() => vi.getTimerCount() > 0)
      await vi.advanceTimersByTimeAsync(3_000)
      expect((await answer).statusCode).toBe(200)
      expect(told()[0]?.message).toBe('begun')
      stuck.end()
    } finally {
      vi.useRealTimers()
    }
  })

  it('can hold what no store can', async () => {
    await post(Buffer.from([0x61, 0x00, 0xff, 0x62]))
    expect(told()[0]?.message).toBe('a\uFFFD\uFFFDb')
  })
})

describe('an address that is none', () => {
  const others = ['x', 'unknown-key-of-forty-three-characters-long-x', 'responder-secret-of-nobody', '%F0%9F']

  it.each(others)('tells nothing: /heartbeat/%s', async (other) => {
    for (const method of ['GET', 'POST'] as const) {
      const answer = await web.app.inject({ method, url: `/heartbeat/${other}`, payload: 'hello' })
      expect(answer.statusCode).toBeGreaterThanOrEqual(400)
      expect(answer.statusCode).toBeLessThan(500)
    }
    expect(told()).toEqual([])
  })

  it('is answered alike: one never made, one of a person, one of a heartbeat that is not configured', async () => {
    const admin = await startWeb({
      credentials: {
        ...web.dependencies.credentials,
        check: async () => ({ person: 'root', kind: 'person', role: 'admin', credential: 'x' }),
      },
    })
    const gone = await startWeb()
    const answers = await Promise.all([
      web.app.inject({ url: `/heartbeat/unknown-key-of-forty-three-characters-long-x` }),
      admin.app.inject({ url: key }),
      gone.app.inject({ url: key }),
    ])
    for (const { statusCode, json } of answers)
      expect([statusCode, json()]).toEqual([404, { error: 'no such heartbeat' }])
    await Promise.all([admin.app.close(), gone.app.close()])
  })
})

describe('a key', () => {
  it('stands in no log and not in the audit log, whatever becomes of the beat', async () => {
    const away = async () => {
      throw Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' })
    }
    await web.app.inject({ method: 'POST', url: key })
    const broken = await startWeb({
      heartbeats: { beat: away, list: async () => [] },
      log: (message, error) => void logged.push(`${message} ${String(error)}`),
      served: (request) => void served.push(request),
    })
    const answer = await broken.app.inject({ method: 'POST', url: key })
    expect(answer.statusCode).toBe(503)
    expect(answer.headers['retry-after']).toBeDefined()
    await web.app.inject({ method: 'POST', url: '/heartbeat/unknown-key-of-forty-three-characters-long-x' })
    await web.app.inject({ method: 'POST', url: `${key}/fail/more` })
    const all = JSON.stringify([logged, served, web.state.audit, broken.state.audit])
    expect(logged).toHaveLength(1)
    for (const secret of [heartbeatKey, 'unknown-key-of']) expect(all).not.toContain(secret)
    await broken.app.close()
  })

  it('leaves no entry in the audit log for a beat, and one for a refusal and for what a person does', async () => {
    const url = '/api/v1/heartbeats/nightly-backup'
    await web.app.inject({ method: 'POST', url, headers: as('heartbeat') })
    expect(web.state.audit).toEqual([])
    await web.app.inject({ method: 'POST', url, headers: as('responder') })
    await web.app.inject({ method: 'POST', url: '/api/v1/heartbeats/mail', headers: as('heartbeat') })
    await web.app.inject({ method: 'POST', url: '/heartbeat/unknown-key-of-forty-three-characters-long-x' })
    expect(web.state.audit.map(({ actor, target, outcome }) => [actor, target, outcome])).toEqual([
      ['ana', 'nightly-backup', 'done'],
      ['nightly-backup', 'mail', 'refused'],
      [null, null, 'refused'],
    ])
  })
})

describe('a beat by a token', () => {
  const beat = (name: string, role: Parameters<typeof as>[0], query = '') =>
    web.app.inject({
      method: 'POST',
      url: `/api/v1/heartbeats/${name}${query}`,
      headers: { ...as(role), 'content-type': 'application/json' },
      payload: 'not JSON',
    })

  it('is of the heartbeat whose key it is, or of anybody who may respond', async () => {
    expect((await beat('nightly-backup', 'heartbeat', '?status=fail')).json()).toEqual({
      heartbeat: 'nightly-backup',
      status: 'fail',
    })
    expect((await beat('mail', 'responder')).statusCode).toBe(200)
    expect(web.state.beats).toEqual([
      {
        name: 'nightly-backup',
        beat: { receivedAt: received, status: 'fail', message: 'not JSON' },
      },
      { name: 'mail', beat: { receivedAt: received, status: 'ok', message: 'not JSON' } },
    ])
  })

  it('is refused for another one, and for one that is not there', async () => {
    expect((await beat('mail', 'heartbeat')).json()).toEqual({
      error: 'this key is of nightly-backup, and can beat for nothing else',
    })
    expect((await beat('backup', 'responder')).statusCode).toBe(404)
    expect(told()).toEqual([])
  })
})

describe('what is known of heartbeats', () => {
  it('is given to programs', async () => {
    const answer = await web.app.inject({ url: '/api/v1/heartbeats', headers: as('viewer') })
    expect(answer.json()).toEqual({ timeZone: 'UTC', heartbeats: web.state.heartbeats })
  })

  it('is a page, on which nothing of a message is interpreted', async () => {
    web.state.heartbeats = [
      {
        ...listed,
        state: 'unhealthy',
        lastStatus: 'ok',
        deadlineAt: '2026-03-02T03:00:00.000Z',
        lastBeatAt: '2026-03-01T02:50:00.000Z',
      },
      { ...listed, name: 'sync', title: 'sync', state: 'unhealthy', lastStatus: 'fail', deadlineAt: null },
      { ...listed, name: 'mail', title: 'mail', muted: true },
      {
        ...listed,
        name: 'new',
        title: 'new',
        state: 'inactive',
        lastBeatAt: null,
        lastStatus: null,
        deadlineAt: null,
        message: null,
      },
    ]
    const { body } = await web.app.inject({ url: '/heartbeats', headers: as('viewer') })
    const text = body
      .replaceAll(/<[^>]+>/g, '')
      .replaceAll(/\s+/g, ' ')
      .replace(/^.*?Checks/, '')
    expect(text).toContain('4 heartbeats: 2 unhealthy, 1 inactive, 1 healthy')
    expect(text).toContain('Last beat 1 d ago, 2026-03-01 02:50:00 UTC.')
    expect(text).toContain('Overdue for 4 min 5 s, since 2026-03-02 03:00:00 UTC.')
    expect(text).toContain('Reported a failure 4 min 5 s ago')
    expect(text).toContain('Next deadline in 1 d, 2026-03-03 03:10:00 UTC.')
    expect(text).toContain('healthy muted: nobody is told')
    expect(text).toContain('No beat yet. The first one begins it.')
    expect(text).toContain('Nightly backup')
    expect(body).toContain('copied 42 GB &lt;b&gt;well&lt;/b&gt;')
    expect(body).not.toContain('<b>well')
  })

  it('is found from the checks', async () => {
    expect((await web.app.inject({ url: '/checks', headers: as('viewer') })).body).toContain(
      'href="/heartbeats"',
    )
  })

  it('says how to begin where there is none', async () => {
    web.state.heartbeats = []
    expect((await web.app.inject({ url: '/heartbeats', headers: as('viewer') })).body).toContain(
      'docs/heartbeats.md',
    )
  })
})
