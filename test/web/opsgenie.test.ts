import { describe, expect, it } from 'vitest'
import { BodyRefused } from '../../src/intake/reading.ts'
import type { OpsgenieAlerts } from '../../src/web/intake.ts'
import { as, startWeb } from './world.ts'

const geniekey = { authorization: 'GenieKey sender-secret' }
const known = {
  action: 'Acknowledge',
  processedAt: '2026-03-02T03:04:05.000Z',
  alertId: '0b5e0a0e-5a9c-4f0e-8d0c-2f8a7d0c1e11',
}

async function webWith(overrides: Partial<OpsgenieAlerts> = {}) {
  const taken: unknown[] = []
  const { dependencies } = await startWeb()
  const opsgenie: OpsgenieAlerts = {
    create: async (body, sender) => `created-${taken.push(['create', sender, body])}`,
    close: async (...given) => `closed-${taken.push(given)}`,
    requestId: (identifier, action) => `${action} of ${identifier}`,
    request: (id) => (id === 'known' ? known : undefined),
    ...overrides,
  }
  const { app, state } = await startWeb({ intake: { ...dependencies.intake, opsgenie } })
  const ask = async (
    method: 'GET' | 'POST' | 'PUT' | 'DELETE',
    url: string,
    payload?: object | string,
    headers: Record<string, string> = geniekey,
  ) => {
    const body = payload === undefined ? {} : { payload }
    const answer = await app.inject({ method, url, headers, ...body })
    return { status: answer.statusCode, body: answer.json<object>(), headers: answer.headers }
  }
  return { ask, taken, state }
}

const took = expect.any(Number)

describe("Opsgenie's alert API", () => {
  it('takes an alert', async () => {
    const { ask, taken } = await webWith()
    expect(await ask('POST', '/v2/alerts', { message: 'x' })).toMatchObject({
      status: 202,
      body: { result: 'Request will be processed', took, requestId: 'created-1' },
    })
    expect(taken).toEqual([['create', 'alertmanager', { message: 'x' }]])
  })

  it.each([
    [
      'POST',
      '/v2/alerts/disk/close?identifierType=alias',
      { source: 'x' },
      ['disk', 'Close', 'alertmanager'],
    ],
    ['POST', '/v2/alerts/disk/close', undefined, ['disk', 'Close', 'alertmanager']],
    ['POST', '/v2/alerts/a%2Fb%20%C3%B6/close?identifierType=alias', {}, ['a/b ö', 'Close', 'alertmanager']],
    ['DELETE', '/v2/alerts/disk?identifierType=id', undefined, ['disk', 'Delete', 'alertmanager']],
  ] as const)('ends one: %s %s', async (method, url, body, given) => {
    const { ask, taken } = await webWith()
    expect(await ask(method, url, body)).toMatchObject({ status: 202, body: { requestId: 'closed-1', took } })
    expect(taken).toEqual([given])
  })

  it('ends one by the longest alias, however it is written', async () => {
    const { ask, taken } = await webWith()
    const alias = '字'.repeat(512)
    const answer = await ask('POST', `/v2/alerts/${encodeURIComponent(alias)}/close?identifierType=alias`)
    expect([answer.status, taken]).toEqual([202, [[alias, 'Close', 'alertmanager']]])
  })

  it.each([
    ['POST', 'acknowledge', 'Acknowledge'],
    ['POST', 'unacknowledge', 'Unacknowledge'],
    ['POST', 'snooze', 'Snooze'],
    ['POST', 'notes', 'Notes'],
    ['POST', 'escalate', 'Escalate'],
    ['POST', 'assign', 'Assign'],
    ['POST', 'responders', 'Responders'],
    ['POST', 'tags', 'Tags'],
    ['DELETE', 'tags?tags=a', 'Tags'],
    ['POST', 'details', 'Details'],
    ['PUT', 'message', 'Message'],
    ['PUT', 'description', 'Description'],
    ['PUT', 'priority', 'Priority'],
    ['POST', 'actions/Restart', 'Actions'],
  ] as const)('accepts and leaves to people: %s %s', async (method, path, action) => {
    const { ask, taken } = await webWith()
    expect(await ask(method, `/v2/alerts/disk/${path}`, { user: 'x' })).toMatchObject({
      status: 202,
      body: { result: 'Request will be processed', requestId: `${action} of disk` },
    })
    expect(taken).toEqual([])
  })

  it('tells of a request, and of no other', async () => {
    const { ask } = await webWith()
    expect(await ask('GET', '/v2/alerts/requests/known')).toMatchObject({
      status: 200,
      body: {
        data: {
          ...known,
          success: true,
          isSuccess: true,
          alias: known.alertId,
          integrationId: 'alertmanager',
        },
        took,
        requestId: 'id-1',
      },
    })
    expect(await ask('GET', '/v2/alerts/requests/other')).toMatchObject({
      status: 404,
      body: { message: 'Request not found. It might not be processed, yet.', took, requestId: 'id-1' },
    })
  })

  it.each([
    [{}, 401],
    [{ authorization: 'GenieKey guess' }, 401],
    [as('viewer'), 403],
  ])('refuses %j, also to clients that would take a page', async (headers, status) => {
    const { ask, taken, state } = await webWith()
    const page = { ...headers, accept: 'text/html, */*' }
    expect(await ask('POST', '/v2/alerts', { message: 'x' }, page)).toMatchObject({
      status,
      body: { message: expect.any(String), took, requestId: 'id-1' },
    })
    expect(taken).toEqual([])
    expect(state.audit).toMatchObject([{ action: 'POST /v2/alerts', outcome: 'refused' }])
  })

  it('says what a body lacks', async () => {
    const create = () => Promise.reject(new BodyRefused('no', ['message: Message can not be empty.']))
    const { ask } = await webWith({ create })
    expect(await ask('POST', '/v2/alerts', {})).toMatchObject({
      status: 422,
      body: {
        message: 'Request body is not processable. Please check the errors.',
        errors: { message: 'Message can not be empty.' },
        took,
        requestId: 'id-1',
      },
    })
  })

  it('refuses what is no JSON, and what it does not have', async () => {
    const { ask, taken } = await webWith()
    expect(await ask('POST', '/v2/alerts', '{')).toMatchObject({
      status: 400,
      body: { message: expect.stringMatching(/JSON/) },
    })
    for (const path of ['explode', 'delete', 'close/now'])
      expect((await ask('POST', `/v2/alerts/disk/${path}`)).status).toBe(404)
    expect(await ask('POST', '/v2/alerts/disk/explode')).toMatchObject({ body: { took } })
    expect(taken).toEqual([])
  })

  it('asks for patience when alerts cannot be stored', async () => {
    const create = () => Promise.reject(Object.assign(new Error('no'), { code: '57P01' }))
    const { ask } = await webWith({ create })
    expect(await ask('POST', '/v2/alerts', { message: 'x' })).toMatchObject({
      status: 503,
      headers: { 'retry-after': '5' },
      body: { message: expect.stringMatching(/cannot be stored/) },
    })
  })
})

const basic = (user: string, password: string) => ({
  authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`,
})

describe('schemes of senders', () => {
  const alerts = '/api/v1/alerts'
  it.each([
    ['Basic', basic('whoever', 'sender-secret'), 202],
    ['Basic without a name', basic('', 'sender-secret'), 202],
    ['Basic with a colon in it', basic('who', 'ever:sender-secret'), 401],
    ['Basic with a wrong key', basic('alertmanager', 'guess'), 401],
    ['Basic with the key as the name', basic('sender-secret', ''), 401],
    ['no base64', { authorization: 'Basic %%%' }, 401],
    ['GenieKey', geniekey, 202],
    ['lower case', { authorization: 'geniekey sender-secret' }, 202],
    ['Digest', { authorization: 'Digest sender-secret' }, 401],
  ])('send alerts: %s', async (_, headers, status) => {
    const { app } = await startWeb()
    const answer = await app.inject({ method: 'POST', url: alerts, headers, payload: {} })
    expect(answer.statusCode).toBe(status)
  })

  it('count for nothing else, whoever has the key', async () => {
    const { app } = await startWeb()
    const url = '/api/v1/incidents'
    for (const headers of [basic('root', 'admin-secret'), { authorization: 'GenieKey admin-secret' }])
      expect((await app.inject({ url, headers })).statusCode).toBe(401)
    expect((await app.inject({ url, headers: as('admin') })).statusCode).toBe(200)
  })

  it('leave the id of a key that is unknown in the audit log', async () => {
    const { app, state } = await startWeb()
    await app.inject({ method: 'POST', url: alerts, headers: basic('x', 'guess'), payload: {} })
    expect(state.audit).toMatchObject([{ credential: 'id of guess', outcome: 'refused' }])
  })
})
