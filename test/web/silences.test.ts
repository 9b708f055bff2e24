import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseMatchers } from '../../src/domain/alert/matcher-text.ts'
import { silenceAddress } from '../../src/web/pages/silences.ts'
import { as, startWeb } from './world.ts'

const form = { 'content-type': 'application/x-www-form-urlencoded', accept: 'text/html' }
const own = { origin: 'http://firewatch.test', host: 'firewatch.test' }
const browser = { ...form, ...own, cookie: 'firewatch_session=responder-secret' }
const id = '5f0c1d2e-0000-4000-8000-000000000000'

describe('N37: silences over the API', () => {
  it('are added by a responder, in their name and under their key', async () => {
    const { app, given, state } = await startWeb()
    const payload = { matchers: ['os="ios"', { name: 'größe', value: 'x' }], for: '2h', reason: 'new disks' }
    const post = (role: 'viewer' | 'responder', url = '/api/v1/silences') =>
      app.inject({ method: 'POST', url, headers: { ...as(role), 'idempotency-key': 'k-1' }, payload })
    expect((await post('viewer')).statusCode).toBe(403)
    const added = await post('responder')
    expect([added.statusCode, added.json()]).toEqual([
      201,
      {
        kind: 'done',
        message: 'os="ios", "größe"="x" is silenced',
        silence: {
          id,
          state: 'active',
          matchers: [{ name: 'os', operator: '=', value: '<b>ios' }],
          startsAt: '1970-01-01T00:00:00.000Z',
          endsAt: '2030-01-01T00:00:00.000Z',
          updatedAt: '1970-01-01T00:00:00.000Z',
          author: 'ben',
          reason: 'new disks',
        },
      },
    ])
    expect(given).toMatchObject([
      {
        verb: 'silence',
        command: { for: '2h', reason: 'new disks', actor: 'ana', commandId: 'web-ana-k-1' },
      },
    ])
    expect((await post('viewer', '/api/v1/silences/preview')).json()).toMatchObject({
      message: 'os="ios", "größe"="x" would be silenced',
    })
    expect(given).toHaveLength(1)
    expect(state.audit.map(({ actor, target, outcome, reason }) => [actor, target, outcome, reason])).toEqual(
      [
        ['vic', null, 'refused', expect.any(String)],
        ['ana', `silence/${id} os="ios", "größe"="x"`, 'done', 'new disks'],
        ['vic', null, 'done', null],
      ],
    )
  })

  it('are listed with instants, shown, and expired by their id', async () => {
    const { app, state } = await startWeb()
    const get = async (url: string) => (await app.inject({ url, headers: as('viewer') })).json()
    const states = async (url: string) => (await get(url)).silences.map((one: { state: string }) => one.state)
    expect(await states('/api/v1/silences')).toEqual(['active'])
    expect(await states('/api/v1/silences?expired=true')).toEqual(['active', 'expired'])
    expect((await get(`/api/v1/silences/${id}`)).silence).toMatchObject({ id, author: 'ben' })
    expect(await get('/api/v1/silences/x')).toEqual({ error: 'there is no silence x' })
    const expire = (one: string) =>
      app.inject({ method: 'POST', url: `/api/v1/silences/${one}/expire`, headers: as('responder') })
    expect((await expire(id)).json()).toMatchObject({ kind: 'done', silence: { state: 'expired' } })
    expect((await expire('x')).json()).toEqual({ error: 'there is no silence x' })
    expect(state.audit.map((entry) => [entry.target, entry.outcome])).toEqual([
      [`silence/${id}`, 'done'],
      ['silence/x', 'refused'],
    ])
  })

  it.each([
    [{ matcher: 'os="ios"', for: '1h' }, 'matcher'],
    [{ matchers: [1], for: '1h' }, 'matchers'],
    [{ matchers: [{ name: 'os', operator: '~', value: 'x' }], for: '1h' }, 'matchers'],
    [{ matchers: 'x'.repeat(12_001) }, 'matchers'],
    [{ matchers: Array.from({ length: 51 }, () => 'a=b') }, 'matchers'],
    [{ matchers: 'os=ios', reason: 'x'.repeat(2_001) }, 'reason'],
  ])('refuses %j and says what is wrong', async (payload, named) => {
    const { app, given } = await startWeb()
    const headers = as('responder')
    const answer = await app.inject({ method: 'POST', url: '/api/v1/silences', headers, payload })
    expect(answer.statusCode).toBe(400)
    expect(answer.body).toContain(named)
    expect(given).toEqual([])
  })
})

describe('N37: silences in the console', () => {
  it('shows what one would silence before it is added, once however often the form is sent', async () => {
    const { app, given } = await startWeb()
    const { body } = await app.inject({ url: '/silences', headers: browser })
    const commandId = /name="commandId" value="([\w-]+)"/.exec(body)?.[1] ?? ''
    const payload = new URLSearchParams({
      matchers: 'os="ios"\n',
      for: '2h',
      reason: '<script>alert(1)</script>',
      commandId,
    }).toString()
    const post = (url: string) => app.inject({ method: 'POST', url, headers: browser, payload })
    const preview = await post('/silences/preview')
    expect(preview.body).toContain('would be silenced')
    expect(preview.body).toContain('formaction="/silences"')
    expect(preview.body).not.toContain('<script>alert')
    expect(given).toEqual([])
    for (let click = 0; click < 2; click += 1) {
      const added = await post('/silences')
      expect([added.statusCode, added.headers.location]).toEqual([303, '/silences?told=added'])
    }
    expect(given.map(({ command }) => command.commandId)).toEqual([
      `web-ana-${commandId}`,
      `web-ana-${commandId}`,
    ])
  })

  it('lists them with the way to expire them, which a viewer does not see', async () => {
    const { app } = await startWeb()
    const show = (role: 'viewer' | 'responder') =>
      app.inject({ url: '/silences?expired=1', headers: { ...as(role), accept: 'text/html' } })
    const { body } = await show('responder')
    expect(body.match(/action="\/silences\/[\w-]+\/expire"/g)).toEqual([`action="/silences/${id}/expire"`])
    expect(body).toContain('os=&quot;&lt;b&gt;ios&quot;')
    const seen = (await show('viewer')).body
    expect(seen).toContain('new disks')
    expect(seen).not.toContain('<form')
  })

  it('is a tap away from an incident, with the matchers of its labels filled in', async () => {
    const { app, state } = await startWeb()
    const headers = { ...as('responder'), accept: 'text/html' }
    const { body } = await app.inject({ url: '/incidents/INC-42', headers })
    const address = /href="(\/silences\?matchers=[^"]+)"/.exec(body)?.[1] ?? ''
    const page = await app.inject({ url: address, headers })
    expect(page.body).toContain('See what it silences')
    const matchers = new URL(address, 'http://firewatch.test').searchParams.get('matchers') ?? ''
    expect(parseMatchers(matchers)).toEqual(
      Object.entries(state.incident.labels).map(([name, value]) => ({ name, operator: '=', value })),
    )
    const viewed = await app.inject({
      url: '/incidents/INC-42',
      headers: { ...as('viewer'), accept: 'text/html' },
    })
    expect(viewed.body).not.toContain('/silences?')
  })

  it('fills in what fits into an address, whatever the labels', () => {
    const labels = fc.dictionary(
      fc.string({ minLength: 1, unit: 'binary' }),
      fc.string({ unit: 'binary', maxLength: 2_000 }),
    )
    fc.assert(
      fc.property(labels, (given) => {
        const address = silenceAddress(given)
        expect(address.length).toBeLessThan(4_000)
        const matchers = new URL(address, 'http://firewatch.test').searchParams.get('matchers') ?? ''
        for (const { name, value } of parseMatchers(matchers)) expect(given[name]).toBe(value)
      }),
    )
  })
})
