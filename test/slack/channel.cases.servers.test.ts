import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type FakeSlack, startFakeSlack } from '../../examples/fakes/slack.ts'
import { createPost } from '../../src/http/post.ts'
import { createSlackChannel } from '../../src/slack/channel.ts'
import { pageMessage } from '../support/pages.ts'

const { post, close } = createPost()
let now: Date
let slack: FakeSlack
let channel: ReturnType<typeof createSlackChannel>

const send = (idempotencyKey: string, to = 'C0123456789') =>
  channel.send({ channel: 'slack', to }, pageMessage({ idempotencyKey }), new AbortController().signal)

beforeEach(async () => {
  now = new Date('2026-03-01T03:00:00Z')
  slack = await startFakeSlack({ now: () => now, places: ['C0123456789', 'C0000000001'] })
  channel = createSlackChannel({
    post,
    timeoutMs: 2_000,
    now: () => now,
    resolveSecret: (reference) =>
      Promise.resolve(reference === '${env:TOKEN}' ? slack.token : `${slack.url}/api`),
    integration: { token: '${env:TOKEN}', apiUrl: '${env:API}' },
  })
})
afterEach(() => slack.stop())
afterAll(close)

describe('F06: Slack answers 200 with ok: false', () => {
  it.each(['channel_not_found', 'is_archived', 'not_in_channel', 'invalid_auth', 'restricted_action'])(
    'F06: %s is final, with its reason',
    async (error) => {
      slack.next({ kind: 'answer', status: 200, body: JSON.stringify({ ok: false, error }) })
      const outcome = await send('a')
      expect(outcome).toMatchObject({ kind: 'final', error: expect.stringContaining(error) as string })
      expect(slack.received).toHaveLength(1)
    },
  )

  it.each(['ratelimited', 'internal_error', 'fatal_error', 'service_unavailable', 'request_timeout'])(
    'F06: %s is tried again',
    async (error) => {
      slack.next({ kind: 'answer', status: 200, body: JSON.stringify({ ok: false, error }), retryAfter: '2' })
      expect(await send('a')).toEqual({
        kind: 'retry',
        error: `Slack refused: ${error}`,
        retryAfterMs: 2_000,
      })
      now = new Date(now.getTime() + 2_000)
      expect((await send('a')).kind).toBe('sent')
      expect(slack.messages).toHaveLength(1)
    },
  )
})

describe('F07: Slack answers 429 with Retry-After', () => {
  it('F07: is not called for that channel before, exactly one message comes of it, and other channels do not wait', async () => {
    slack.next({ kind: 'answer', status: 429, retryAfter: '30' })
    expect(await send('a')).toMatchObject({ kind: 'retry', retryAfterMs: 30_000 })
    now = new Date(now.getTime() + 29_000)
    expect(await send('a')).toEqual({
      kind: 'retry',
      error: 'Slack asked to wait for this channel',
      retryAfterMs: 1_000,
    })
    expect(await send('b')).toMatchObject({ kind: 'retry', retryAfterMs: 2_000 })
    expect(slack.received).toHaveLength(1)
    expect((await send('c', 'C0000000001')).kind).toBe('sent')
    now = new Date(now.getTime() + 1_000)
    expect((await send('a')).kind).toBe('sent')
    expect(slack.messages.filter((message) => message.channel === 'C0123456789')).toHaveLength(1)
  })
})
