import { describe, expect, it } from 'vitest'
import { guardRoutes } from '../../src/web/access.ts'
import fastify from 'fastify'
import type { NoteCommand } from '../../src/domain/incident/messages.ts'
import type { Intake } from '../../src/web/intake.ts'
import { StoreError } from '../../src/postgres/errors.ts'
import { as, incident, now, startWeb, takesNothing } from './world.ts'

const acknowledge = '/api/v1/incidents/INC-42/acknowledge'
const page = { accept: 'text/html' }

describe('access', () => {
  it('refuses to register a route that does not say who may use it', () => {
    const app = fastify()
    guardRoutes(app, {
      check: async () => undefined,
      checkPageLink: async () => undefined,
      idOf: (secret) => secret,
    })
    expect(() => app.get('/open', async () => 'x')).toThrow(/does not say who may use it/)
  })

  it.each([
    ['GET', '/api/v1/incidents'],
    ['GET', '/api/v1/incidents/INC-42'],
    ['POST', acknowledge],
    ['POST', '/api/v1/alerts'],
    ['POST', '/api/v1/tokens'],
  ] as const)('refuses %s %s without a token', async (method, url) => {
    const { app, given } = await startWeb()
    expect((await app.inject({ method, url })).statusCode).toBe(401)
    expect(given).toEqual([])
  })

  it('refuses a command by a viewer and takes one by a responder, with its actor', async () => {
    const { app, given } = await startWeb()
    expect((await app.inject({ method: 'POST', url: acknowledge, headers: as('viewer') })).statusCode).toBe(
      403,
    )
    const answer = await app.inject({ method: 'POST', url: acknowledge, headers: as('responder') })
    expect(answer.json()).toEqual({ changed: true, message: 'acknowledge taken' })
    expect(given.map(({ command }) => command.actor)).toEqual(['ana'])
  })

  it('lets only an admin make tokens, and only for configured people', async () => {
    const { app } = await startWeb()
    const make = (role: 'responder' | 'admin', person: string) =>
      app.inject({ method: 'POST', url: '/api/v1/tokens', headers: as(role), payload: { person } })
    expect((await make('responder', 'ana')).statusCode).toBe(403)
    expect((await make('admin', '__proto__')).statusCode).toBe(404)
    expect((await make('admin', 'ana')).json()).toMatchObject({ person: 'ana', role: 'responder' })
  })

  it('refuses a form that another site posts with the session of a person', async () => {
    const { app, given } = await startWeb()
    const post = (headers: Record<string, string>) =>
      app.inject({
        method: 'POST',
        url: '/incidents/INC-42/acknowledge',
        headers: { cookie: 'firewatch_session=responder-secret', host: 'firewatch.test', ...headers },
      })
    expect((await post({ origin: 'https://evil.test' })).statusCode).toBe(403)
    expect((await post({})).statusCode).toBe(403)
    expect(given).toEqual([])
    const own = await post({ origin: 'http://firewatch.test' })
    expect([own.statusCode, own.headers.location]).toEqual([303, '/incidents/INC-42?told=acknowledge'])
    expect(given).toHaveLength(1)
  })
})

describe('log-in', () => {
  const url = '/login/login-code-of-twenty-letters'

  it('uses the link up by its button, not by looking at it, and only once', async () => {
    const { app } = await startWeb()
    expect((await app.inject({ url })).body).toContain('Open the console')
    expect((await app.inject({ url })).body).toContain('Open the console')
    const first = await app.inject({ method: 'POST', url, payload: { next: '/incidents/INC-42' } })
    expect(first.headers['set-cookie']).toMatch(/HttpOnly; SameSite=Lax/)
    expect(first.headers.location).toBe('/incidents/INC-42')
    const second = await app.inject({ method: 'POST', url })
    expect([second.headers['set-cookie'], second.headers.location]).toEqual([undefined, '/login'])
  })

  it('takes a link that cannot be one as no link', async () => {
    const { app } = await startWeb()
    expect((await app.inject({ url: '/login/short' })).headers.location).toBe('/login')
  })

  it('never leads to an address that the link brought along', async () => {
    const { app } = await startWeb()
    const answer = await app.inject({ method: 'POST', url, payload: { next: '//evil.test/x' } })
    expect(answer.headers.location).toBe('/incidents')
  })

  it('sends a browser without a session to the log-in page', async () => {
    const { app } = await startWeb()
    const answer = await app.inject({ url: '/incidents', headers: page })
    expect([answer.statusCode, answer.headers.location]).toEqual([302, '/login?next=%2Fincidents'])
  })
})

describe('commands', () => {
  it('are refused on a resolved incident', async () => {
    const { app, given } = await startWeb(
      {},
      { ...incident, state: 'resolved', resolvedAt: incident.detectedAt },
    )
    const answer = await app.inject({ method: 'POST', url: acknowledge, headers: as('responder') })
    expect([answer.statusCode, answer.json()]).toEqual([
      409,
      { error: 'INC-42 is resolved; a closed incident never re-opens' },
    ])
    expect(given).toEqual([])
  })

  it('reach a resolved incident as a repeat: the answer of the first may have been lost', async () => {
    const { app, given } = await startWeb({}, { ...incident, state: 'resolved' })
    const headers = { ...as('responder'), 'idempotency-key': 'resolve-1' }
    const answer = await app.inject({ method: 'POST', url: '/api/v1/incidents/42/resolve', headers })
    expect(answer.statusCode).toBe(200)
    expect(given).toMatchObject([{ verb: 'resolve', command: { commandId: 'resolve-1' } }])
  })

  it.each([
    ['"quoted-1"', 200, ['quoted-1']],
    ['two words', 400, []],
    ['x'.repeat(101), 400, []],
    ['', 400, []],
  ])(
    'take the key %j with %i: one that is passed over would let a repeat count twice',
    async (key, status, ids) => {
      const { app, given } = await startWeb()
      const headers = { ...as('responder'), 'idempotency-key': key }
      const answer = await app.inject({ method: 'POST', url: acknowledge, headers })
      expect([answer.statusCode, given.map(({ command }) => command.commandId)]).toEqual([status, ids])
      const url = '/api/v1/incidents'
      const declared = await app.inject({ method: 'POST', url, headers, payload: { title: 'x' } })
      expect(declared.statusCode).toBe(status === 200 ? 201 : 400)
    },
  )

  it('declare one incident for each person, though two choose the same key', async () => {
    const { app, given } = await startWeb()
    for (const role of ['responder', 'admin'] as const)
      await app.inject({
        method: 'POST',
        url: '/api/v1/incidents',
        headers: { ...as(role), 'idempotency-key': '1' },
        payload: { title: 'nobody can pay' },
      })
    expect(given.map(({ command }) => 'id' in command && command.id)).toEqual(['web-ana-1', 'web-root-1'])
  })

  it.each([
    ['feed', ''],
    ['fede', ' There is no service "fede"; did you mean "feed"?'],
    ['billing', ' There is no service "billing"; there is feed.'],
  ])('N39: declare an incident of the service %s, and are told when there is none', async (service, hint) => {
    const { app, given } = await startWeb()
    const answer = await app.inject({
      method: 'POST',
      url: '/api/v1/incidents',
      headers: as('responder'),
      payload: { title: 'nobody can pay', service },
    })
    expect(answer.statusCode).toBe(201)
    expect(answer.json()).toMatchObject({ message: `INC-42 is open: “nobody can pay”; paged ana.${hint}` })
    expect(given).toMatchObject([{ command: { service } }])
  })

  it('keep the id that the sender gave, so that a repeat is the same command', async () => {
    const { app, given } = await startWeb()
    const headers = { ...as('responder'), 'idempotency-key': 'again-1' }
    await app.inject({ method: 'POST', url: acknowledge, headers })
    await app.inject({ method: 'POST', url: acknowledge, headers })
    expect(given.map(({ command }) => command.commandId)).toEqual(['again-1', 'again-1'])
  })

  it('refuse an empty note', async () => {
    const { app } = await startWeb()
    const answer = await app.inject({
      method: 'POST',
      url: '/api/v1/incidents/42/note',
      headers: as('responder'),
      payload: { text: '  ' },
    })
    expect([answer.statusCode, answer.json()]).toEqual([400, { error: 'a note needs text' }])
  })

  it.each([
    [{ text: 'x' }, 200, [false]],
    [{ text: 'x', identified: true }, 200, [true]],
    [{ text: 'x', identified: 'on' }, 200, [true]],
    [{ text: 'x', identified: 'maybe' }, 400, []],
  ])('take with a note whether it says what was wrong: %o', async (payload, status, identified) => {
    const { app, given } = await startWeb()
    const url = '/api/v1/incidents/42/note'
    const answer = await app.inject({ method: 'POST', url, headers: as('responder'), payload })
    expect(answer.statusCode).toBe(status)
    expect(given.map(({ command }) => (command as NoteCommand).identified)).toEqual(identified)
  })

  const give = async (verb: string, payload?: object) => {
    const { app, given } = await startWeb()
    const url = `/api/v1/incidents/42/${verb}`
    const answer = await app.inject({
      method: 'POST',
      url,
      headers: as('responder'),
      ...(payload === undefined ? {} : { payload }),
    })
    return { status: answer.statusCode, error: answer.json().error as string, given }
  }

  it.each([
    ['take-over', undefined, {}],
    ['hand-over', { to: 'ben' }, { to: 'ben' }],
    ['snooze', { for: '1h30m' }, { forMs: 5_400_000 }],
    ['severity', { severity: 'p0' }, { severity: 'P0' }],
    ['apply-policy', undefined, { keep: false }],
    ['apply-policy', { policy: '', keep: 'on' }, { keep: true }],
    ['apply-policy', { policy: 'quiet', keep: true }, { policy: 'quiet', keep: true }],
    ['merge', { into: 'INC-12', reason: ' same disk ' }, { into: 12, reason: 'same disk' }],
    ['unmerge', { reason: 'another disk' }, { reason: 'another disk' }],
    ['split', { alerts: ['0f3c'], reason: 'x' }, { fingerprints: ['0f3c'], matchers: [], reason: 'x' }],
    [
      'split',
      { matchers: 'os="ios"\n"cpu.core"=~"1|2"', reason: 'x' },
      {
        fingerprints: [],
        matchers: [
          { name: 'os', operator: '=', value: 'ios' },
          { name: 'cpu.core', operator: '=~', value: '1|2' },
        ],
        reason: 'x',
      },
    ],
    ['escalate', undefined, {}],
    ['escalate', { asOf: { round: 1, step: 2 } }, { asOf: { round: 1, step: 2 } }],
    ['escalate', { asOf: 'r1/s2' }, { asOf: { round: 1, step: 2 } }],
  ])('%s with %j is handed on', async (verb, payload, expected) => {
    const { status, given } = await give(verb, payload)
    expect(status).toBe(200)
    const command = { incident: 42, actor: 'ana', at: now, commandId: 'id-1' }
    expect(given).toEqual([{ verb, command: { ...command, ...expected } }])
  })

  it.each([
    ['hand-over', undefined, 'to says who is to take it'],
    ['hand-over', { to: 'mallory' }, 'there is no user "mallory"; there is ana, ben'],
    ['hand-over', { to: 'constructor' }, 'there is no user "constructor"'],
    ['hand-over', { to: 'vic' }, 'vic is viewer and could not take it'],
    ['snooze', undefined, 'for says how long'],
    ['snooze', { for: 'a while' }, '"a while" is not a duration: write a number with its unit'],
    ['snooze', { for: 60 }, 'must be text'],
    ['snooze', { for: '0' }, 'a snooze lasts from 1 s to 7 d'],
    ['snooze', { for: '8d' }, 'a snooze lasts from 1 s to 7 d'],
    ['severity', { severity: 'bad' }, 'the severity is one of P0, P1, P2, P3'],
    ['severity', {}, 'the severity is one of P0, P1, P2, P3'],
    ['apply-policy', { policy: 'none' }, 'there is no policy "none"; there is default, quiet'],
    ['apply-policy', { keep: 'perhaps' }, 'keep is true or false'],
    ['merge', undefined, 'say what it is part of, and why'],
    ['merge', { into: 'INC-12' }, 'say what it is part of, and why'],
    ['merge', { into: 'INC-12', reason: ' ' }, 'reason says why'],
    ['merge', { into: 'twelve', reason: 'x' }, '"twelve" names no incident: write INC-12'],
    ['unmerge', {}, 'reason says why'],
    ['unmerge', { reason: 'x'.repeat(501) }, 'a reason has at most 500 characters'],
    ['split', { reason: 'x' }, 'say which alerts'],
    ['split', { matchers: ['='], reason: 'x' }, "expected a label's name"],
    ['split', { alerts: ['a'] }, 'say which alerts, and why'],
    ['escalate', { asOf: { step: 1 } }, 'asOf says where the escalation stood'],
    ['escalate', { asOf: 'step 1' }, 'asOf says where the escalation stood'],
  ])('%s with %j is refused with what is wrong', async (verb, payload, error) => {
    const refused = await give(verb, payload)
    expect([refused.status, refused.error, refused.given]).toEqual([400, expect.stringContaining(error), []])
  })

  it('tell programs by a code that it asks whether it is meant anyway, so that none reads it in the sentence', async () => {
    const message = '2 alerts of INC-42 still fire; resolve it anyway?'
    const refusals = [
      [{ asks: true }, { code: 'still-firing', problems: ['say "anyway": true to resolve it all the same'] }],
      [{ asks: false }, {}],
    ] as const
    for (const [kind, told] of refusals) {
      const refused = Object.assign(new Error(message), { name: 'CommandRefused', ...kind })
      const { app, dependencies } = await startWeb()
      Object.assign(dependencies.commands, { resolve: () => Promise.reject(refused) })
      const url = '/api/v1/incidents/INC-42/resolve'
      const answer = await app.inject({ method: 'POST', url, headers: as('responder') })
      expect([answer.statusCode, answer.json()]).toEqual([409, { error: message, ...told }])
    }
  })

  it('say with 503 that they cannot be kept right now', async () => {
    const unavailable = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' })
    const { app, dependencies } = await startWeb()
    Object.assign(dependencies.commands, { acknowledge: () => Promise.reject(unavailable) })
    const answer = await app.inject({ method: 'POST', url: acknowledge, headers: as('responder') })
    const error = 'this cannot be stored durably right now; try again'
    expect([answer.statusCode, answer.json()]).toEqual([503, { error }])
  })
})

const intakeOf = (receive: Intake['firewatch']): Intake => ({
  ...takesNothing,
  firewatch: receive,
  alertmanager: receive,
})

describe('intake', () => {
  it('answers 503 with Retry-After while the alerts cannot be made durable', async () => {
    const refused = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' })
    const { app } = await startWeb({ intake: intakeOf(() => Promise.reject(refused)) })
    const answer = await app.inject({
      method: 'POST',
      url: '/api/v1/alerts',
      headers: as('responder'),
      payload: {},
    })
    expect([answer.statusCode, answer.headers['retry-after']]).toEqual([503, '5'])
  })

  it.each([
    ['retry', 'PostgreSQL does not keep up: 30000 wait for it already', null, 503],
    ['retry', 'canceling statement due to statement timeout', '57014', 503],
    ['unknown', 'Connection terminated unexpectedly', null, 503],
    ['final', 'value "9e99" is out of range for type bigint', '22003', 400],
    ['final', 'duplicate key value violates unique constraint', '23505', 500],
  ] as const)(
    'N06 says of a store that answers %s (%s) what it means for the sender',
    async (fault, message, code, status) => {
      const failure = new StoreError(fault, Object.assign(new Error(message), code === null ? {} : { code }))
      const { app } = await startWeb({
        intake: intakeOf(() => Promise.reject(new Error('not stored', { cause: failure }))),
      })
      const answer = await app.inject({
        method: 'POST',
        url: '/api/v1/alerts',
        headers: as('responder'),
        payload: {},
      })
      expect([answer.statusCode, answer.headers['retry-after']]).toEqual([
        status,
        status === 503 ? '5' : undefined,
      ])
      expect(answer.json<{ error: string }>().error.includes(message)).toBe(status === 400)
    },
  )

  it('N26 refuses a path that no schema takes, and does not fail', async () => {
    const { app } = await startWeb()
    const answer = await app.inject({ url: `/api/v1/incidents/${'x'.repeat(60)}`, headers: as('viewer') })
    expect([answer.statusCode, answer.json().error]).toEqual([400, 'the request is not understood'])
  })
})

describe('pages', () => {
  it('show stored script as text', async () => {
    const hostile = '<script>alert(1)</script>"\'&'
    const { app } = await startWeb({}, { ...incident, title: hostile, nowDoing: hostile, service: hostile })
    for (const url of ['/incidents', '/incidents/INC-42']) {
      const { body } = await app.inject({ url, headers: { ...as('viewer'), ...page } })
      expect(body).not.toContain('<script>')
      expect(body).toContain('&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#39;&amp;')
    }
  })

  it('say 404 for an incident that does not exist, and how to find one', async () => {
    const { app } = await startWeb()
    const answer = await app.inject({ url: '/api/v1/incidents/INC-7', headers: as('viewer') })
    expect([answer.statusCode, answer.json().error]).toEqual([
      404,
      expect.stringContaining('no incident INC-7'),
    ])
  })

  it('give the chart to whoever knows its token', async () => {
    const { app } = await startWeb()
    expect((await app.inject({ url: '/charts/c0ffee.png' })).headers['content-type']).toBe('image/png')
    expect((await app.inject({ url: '/charts/other.png' })).statusCode).toBe(404)
  })

  it('name the parameter of a filter that is not understood', async () => {
    const { app } = await startWeb()
    const answer = await app.inject({ url: '/api/v1/incidents?state=weird', headers: as('viewer') })
    expect([answer.statusCode, answer.json().problems[0]]).toEqual([400, expect.stringContaining('state')])
  })
})

describe('health', () => {
  it('is live while not ready, and says what is missing', async () => {
    const { app } = await startWeb({ unready: async () => ({ clickhouse: 'does not answer' }) })
    expect((await app.inject({ url: '/health/live' })).statusCode).toBe(200)
    const ready = await app.inject({ url: '/health/ready' })
    expect([ready.statusCode, ready.json()]).toEqual([
      503,
      { ready: false, missing: { clickhouse: 'does not answer' } },
    ])
  })
})
