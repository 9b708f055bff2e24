import { describe, expect, it } from 'vitest'
import { BodyRefused } from '../../src/intake/reading.ts'
import type { PagerDutyEvents } from '../../src/web/intake.ts'
import { HttpProblem } from '../../src/web/errors.ts'
import { startWeb } from './world.ts'

const enqueueUrl = '/v2/enqueue'

async function webWith(enqueue: PagerDutyEvents['enqueue'] = async () => ({ dedupKey: 'disk' })) {
  const taken: unknown[] = []
  const { dependencies } = await startWeb()
  const pagerDuty: PagerDutyEvents = {
    enqueue: async (body, sender) => {
      taken.push([sender, body])
      return enqueue(body, sender)
    },
    enqueueChange: async (body, sender) => void taken.push([sender, body]),
  }
  const { app, state } = await startWeb({ intake: { ...dependencies.intake, pagerDuty } })
  const send = async (payload: object | string, headers: Record<string, string> = {}, url = enqueueUrl) => {
    const type = typeof payload === 'string' ? { 'content-type': 'application/json' } : {}
    const answer = await app.inject({ method: 'POST', url, payload, headers: { ...type, ...headers } })
    return { status: answer.statusCode, headers: answer.headers, body: answer.json<object>() }
  }
  return { send, state, taken }
}

const event = { routing_key: 'sender-secret', event_action: 'trigger' }
const invalid = (...errors: string[]) => ({
  status: 'invalid event',
  message: 'Event object is invalid',
  errors,
})

describe("PagerDuty's addresses", () => {
  it('answer as PagerDuty does', async () => {
    const { send, taken, state } = await webWith()
    expect(await send(event)).toMatchObject({
      status: 202,
      body: { status: 'success', message: 'Event processed', dedup_key: 'disk' },
    })
    expect(await send(event, {}, '/v2/change/enqueue')).toMatchObject({
      status: 202,
      body: { status: 'success', message: 'Change event processed' },
    })
    expect(taken).toEqual([
      ['alertmanager', event],
      ['alertmanager', event],
    ])
    // Alerts are records by themselves.
    expect(state.audit).toEqual([])
  })

  it('take the key from a header too, as the client for Python sends it', async () => {
    const { send, taken } = await webWith()
    const answer = await send({ event_action: 'trigger' }, { 'x-routing-key': 'sender-secret' })
    expect([answer.status, taken.length]).toEqual([202, 1])
  })

  it.each(['text/plain', 'application/x-www-form-urlencoded', 'application/vnd.pagerduty+json;version=2'])(
    'take JSON that is called %s',
    async (type) => {
      const { send, taken } = await webWith()
      await send(JSON.stringify(event), { 'content-type': type })
      expect(taken).toEqual([['alertmanager', event]])
    },
  )

  it.each([
    ['unknown', { routing_key: 'guess' }, 'Invalid routing key', 'id of guess', /is not known/],
    [
      'of a viewer',
      { routing_key: 'viewer-secret' },
      'Invalid routing key',
      'id of viewer-secret',
      /vic is viewer/,
    ],
    ['missing', {}, "'routing_key' is missing or blank", null, /no routing key/],
    ['blank', { routing_key: ' ' }, "'routing_key' is missing or blank", null, /no routing key/],
    ['no text', { routing_key: 7 }, "'routing_key' is missing or blank", null, /no routing key/],
  ])(
    'refuse a key that is %s, look at nothing else, and log it',
    async (_, body, error, credential, reason) => {
      const { send, taken, state } = await webWith()
      for (const url of [enqueueUrl, '/v2/change/enqueue']) {
        const answer = await send({ ...event, routing_key: undefined, ...body }, { accept: 'text/html' }, url)
        expect([answer.status, answer.body]).toEqual([400, invalid(error)])
      }
      expect(taken).toEqual([])
      expect(state.audit).toMatchObject([
        {
          action: 'POST /v2/enqueue',
          actor: null,
          credential,
          outcome: 'refused',
          reason: expect.stringMatching(reason),
        },
        { action: 'POST /v2/change/enqueue' },
      ])
    },
  )

  it('say what is wrong with an event, and log no refusal for it', async () => {
    const { send, state } = await webWith(() => Promise.reject(new BodyRefused('no', ['a', 'b'])))
    expect(await send(event)).toMatchObject({ status: 400, body: invalid('a', 'b') })
    expect(state.audit).toEqual([])
  })

  it.each(['{', '', 'null', '[]', '"text"'])('refuse the body %j', async (body) => {
    const { send } = await webWith()
    expect(await send(body)).toMatchObject({ status: 400, body: { status: 'invalid event' } })
  })

  it('ask for patience when events cannot be stored, or are too many', async () => {
    const away = Object.assign(new Error('no'), { code: 'ECONNREFUSED' })
    const stopped = await webWith(() => Promise.reject(away))
    expect(await stopped.send(event)).toMatchObject({
      status: 503,
      headers: { 'retry-after': '5' },
      body: { status: 'error', errors: [expect.stringMatching(/cannot be stored/)] },
    })
    const throttled = await webWith(() => Promise.reject(new HttpProblem(429, 'too many')))
    expect(await throttled.send(event)).toMatchObject({
      status: 429,
      body: { status: 'throttle exceeded', errors: ['too many'] },
    })
  })

  it('refuse what is larger than any event', async () => {
    const { send } = await webWith()
    expect(await send({ ...event, more: 'x'.repeat(2_100_000) })).toMatchObject({ status: 413 })
  })
})
