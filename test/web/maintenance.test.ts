import { describe, expect, it } from 'vitest'
import { as, startWeb } from './world.ts'

const form = { 'content-type': 'application/x-www-form-urlencoded', accept: 'text/html' }
const own = { origin: 'http://firewatch.test', host: 'firewatch.test' }

describe('N37: maintenance over the API', () => {
  it('is announced by a responder, in their name and under their key', async () => {
    const { app, given } = await startWeb()
    const payload = { service: 'feed', for: '2h', reason: 'new disks' }
    const post = (role: 'viewer' | 'responder', url = '/api/v1/maintenance') =>
      app.inject({ method: 'POST', url, headers: { ...as(role), 'idempotency-key': 'k-1' }, payload })
    expect((await post('viewer')).statusCode).toBe(403)
    expect((await post('responder')).json()).toEqual({ kind: 'done', message: 'feed is quiet' })
    expect(given).toMatchObject([
      { verb: 'maintenance', command: { ...payload, actor: 'ana', commandId: 'web-ana-k-1' } },
    ])
    expect((await post('viewer', '/api/v1/maintenance/preview')).json()).toMatchObject({
      message: 'feed would be quiet',
    })
    expect(given).toHaveLength(1)
  })

  it('is listed with instants, and ended by its number', async () => {
    const { app, state } = await startWeb()
    const { windows } = (await app.inject({ url: '/api/v1/maintenance', headers: as('viewer') })).json()
    expect(windows).toEqual([
      expect.objectContaining({ id: '3', service: 'feed', to: '2030-01-01T00:00:00.000Z', madeBy: 'ben' }),
    ])
    const end = (id: string) =>
      app.inject({ method: 'POST', url: `/api/v1/maintenance/${id}/end`, headers: as('responder') })
    expect((await end('3')).statusCode).toBe(200)
    expect((await end('4')).json()).toEqual({ error: 'there is no maintenance 4' })
    expect(state.audit.map((entry) => [entry.target, entry.outcome])).toEqual([
      ['maintenance/3', 'done'],
      ['maintenance/4', 'refused'],
    ])
  })

  it.each([
    [{ for: '1h' }, 'service'],
    [{ service: 'feed', fro: '1h' }, 'fro'],
    [{ service: ['feed'], for: '1h' }, 'service'],
    [{ service: 'feed', for: '1h', reason: 'x'.repeat(2_001) }, 'reason'],
  ])('refuses %j and says what is wrong', async (payload, named) => {
    const { app, given } = await startWeb()
    const answer = await app.inject({
      method: 'POST',
      url: '/api/v1/maintenance',
      headers: as('responder'),
      payload,
    })
    expect(answer.statusCode).toBe(400)
    expect(answer.body).toContain(named)
    expect(given).toEqual([])
  })
})

describe('N37: maintenance in the console', () => {
  it('shows what it would hold back before it begins', async () => {
    const { app, given } = await startWeb()
    const post = (url: string) =>
      app.inject({
        method: 'POST',
        url,
        headers: { ...form, ...own, cookie: 'firewatch_session=responder-secret' },
        payload: new URLSearchParams({
          service: 'feed',
          for: '2h',
          reason: '<script>alert(1)</script>',
        }).toString(),
      })
    const preview = await post('/maintenance/preview')
    expect(preview.body).toContain('feed would be quiet')
    expect(preview.body).toContain('formaction="/maintenance"')
    expect(preview.body).not.toContain('<script>alert')
    expect(given).toEqual([])
    const begun = await post('/maintenance')
    expect([begun.statusCode, begun.headers.location]).toEqual([303, '/maintenance?told=begun'])
    expect(given).toMatchObject([{ command: { reason: '<script>alert(1)</script>' } }])
  })

  it('N37: begins it once, however often the form is sent', async () => {
    const { app, given } = await startWeb()
    const headers = { ...form, ...own, cookie: 'firewatch_session=responder-secret' }
    const { body } = await app.inject({ url: '/maintenance', headers })
    const commandId = /name="commandId" value="([\w-]+)"/.exec(body)?.[1] ?? ''
    const payload = new URLSearchParams({ service: 'feed', for: '2h', reason: 'disks', commandId }).toString()
    for (let click = 0; click < 2; click += 1)
      expect((await app.inject({ method: 'POST', url: '/maintenance', headers, payload })).statusCode).toBe(
        303,
      )
    expect(given.map(({ command }) => command.commandId)).toEqual([
      `web-ana-${commandId}`,
      `web-ana-${commandId}`,
    ])
  })

  it('lists windows with the way to end them, which a viewer does not see', async () => {
    const { app } = await startWeb()
    const show = (role: 'viewer' | 'responder') =>
      app.inject({ url: '/maintenance', headers: { ...as(role), accept: 'text/html' } })
    expect((await show('responder')).body).toContain('action="/maintenance/3/end"')
    const seen = (await show('viewer')).body
    expect(seen).toContain('new disks')
    expect(seen).not.toContain('<form')
  })
})
