import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Failure } from '../../examples/fakes/failure.ts'
import { type FakeSlack, startFakeSlack } from '../../examples/fakes/slack.ts'
import type { PageMessage, SendOutcome } from '../../src/domain/page/page.ts'
import { createPost } from '../../src/http/post.ts'
import { createSlackChannel } from '../../src/slack/channel.ts'
import { followed, pageMessage } from '../support/pages.ts'
import { freePort } from '../support/servers.ts'

const { post, close } = createPost()
let now: Date
let slack: FakeSlack
let secrets: Record<string, string>
let channel: ReturnType<typeof createSlackChannel>

const later = (ms: number) => void (now = new Date(now.getTime() + ms))
let sent = 0

function send(
  change: Partial<PageMessage> = {},
  to = 'C0123456789',
  signal?: AbortSignal,
): Promise<SendOutcome> {
  sent++
  const message = pageMessage({ idempotencyKey: `page-${sent}`, ...change })
  return channel.send({ channel: 'slack', to }, message, signal ?? new AbortController().signal)
}

beforeEach(async () => {
  now = new Date('2026-03-01T03:00:00Z')
  slack = await startFakeSlack({
    now: () => now,
    places: ['C0123456789', 'C0000000001', 'C0000000002', 'U0123456789'],
    archived: ['C0000000002'],
  })
  secrets = { '${env:TOKEN}': slack.token, '${env:API}': `${slack.url}/api` }
  channel = createSlackChannel({
    post,
    timeoutMs: 2_000,
    now: () => now,
    resolveSecret: (reference) => Promise.resolve(secrets[reference] ?? reference),
    integration: { token: '${env:TOKEN}', apiUrl: '${env:API}' },
  })
})
afterEach(() => slack.stop())
afterAll(close)

describe('a page over Slack', () => {
  it('is a message, and what follows edits it', async () => {
    const page = await send()
    expect(page).toMatchObject({
      kind: 'sent',
      providerId: expect.stringMatching(/^C0123456789\//) as string,
    })
    const follows = page.kind === 'sent' ? (page.providerId ?? '') : ''
    expect(
      await send({ kind: 'acknowledged', follows: followed(follows), nowDoing: 'ben acknowledged' }),
    ).toEqual(page)
    expect(slack.messages).toMatchObject([
      { edits: 1, shown: expect.stringContaining('ben acknowledged') as string },
    ])
    await send({ kind: 'resolved', follows: followed(follows) })
    expect(slack.messages).toMatchObject([{ edits: 2, buttons: [] }])
  })

  it('reaches a person in their direct messages, and is edited there', async () => {
    const page = await send({}, 'U0123456789')
    const follows = page.kind === 'sent' ? (page.providerId ?? '') : ''
    expect(follows).toMatch(/^D0123456789\//)
    await send({ kind: 'resolved', follows: followed(follows) }, 'U0123456789')
    expect(slack.messages).toMatchObject([{ channel: 'D0123456789', edits: 1 }])
  })

  it.each(['C0123456789/1.000001', 'something else'])(
    'follows by a new message when it cannot edit %s',
    async (follows) => {
      expect((await send({ kind: 'resolved', follows: followed(follows) })).kind).toBe('sent')
      expect(slack.messages).toHaveLength(1)
    },
  )

  it.each(['msg_blocks_too_long', 'invalid_blocks'])(
    'goes as text when Slack says %s, once',
    async (error) => {
      slack.next({ kind: 'answer', status: 200, body: JSON.stringify({ ok: false, error }) })
      expect((await send()).kind).toBe('sent')
      expect(slack.received.at(-1)?.fields).not.toHaveProperty('blocks')
      later(1_000)
      slack.next({ kind: 'answer', status: 200, body: JSON.stringify({ ok: false, error }) }, 2)
      expect(await send()).toEqual({ kind: 'final', error: `Slack refused: ${error}` })
    },
  )

  it('unfolds no links', async () => {
    await send()
    expect(slack.received[0]?.fields).toMatchObject({ unfurl_links: false, unfurl_media: false })
  })
})

describe('the pace of a channel', () => {
  it('is one message a second: who comes too early is told when to come back, each at a time of its own', async () => {
    expect((await send({ idempotencyKey: 'a' })).kind).toBe('sent')
    const waits = []
    for (const idempotencyKey of ['b', 'c', 'd']) waits.push(await send({ idempotencyKey }))
    expect(waits.map((one) => (one.kind === 'wait' ? one.waitMs : one))).toEqual([1_000, 2_000, 3_000])
    later(1_000)
    expect((await send({ idempotencyKey: 'c' })).kind).toBe('wait')
    expect((await send({ idempotencyKey: 'b' })).kind).toBe('sent')
    later(1_000)
    expect((await send({ idempotencyKey: 'c' })).kind).toBe('sent')
    later(1_000)
    expect((await send({ idempotencyKey: 'd' })).kind).toBe('sent')
    expect(slack.received.every(({ accepted }) => accepted)).toBe(true)
  })

  it('goes on when the page whose turn it was never comes back', async () => {
    await send({ idempotencyKey: 'a' })
    await send({ idempotencyKey: 'gone' })
    expect((await send({ idempotencyKey: 'c' })).kind).toBe('wait')
    later(2_000)
    expect((await send({ idempotencyKey: 'c' })).kind).toBe('sent')
  })

  it('is of that channel alone', async () => {
    await send()
    expect((await send({}, 'C0000000001')).kind).toBe('sent')
  })
})

const final = (error: string) => ({ kind: 'final', error })
const retry = (error: string, retryAfterMs?: number) =>
  retryAfterMs === undefined ? { kind: 'retry', error } : { kind: 'retry', error, retryAfterMs }
const unknown = (error: string) => ({ kind: 'unknown', error })
describe('what became of a try', () => {
  const cases: [string, Failure, unknown][] = [
    ['429', { kind: 'answer', status: 429, retryAfter: '30' }, retry('answered 429', 30_000)],
    ['429 without a time', { kind: 'answer', status: 429 }, retry('answered 429')],
    ['500', { kind: 'answer', status: 500 }, retry('answered 500')],
    ['503', { kind: 'answer', status: 503, body: '<html>' }, retry('answered 503')],
    ['403', { kind: 'answer', status: 403, body: '{"ok":false,"error":"x"}' }, final('answered 403: x')],
    [
      '302',
      { kind: 'answer', status: 302, location: 'http://127.0.0.1:1' },
      final('answered 302: redirects are not followed'),
    ],
    [
      '200 of somebody else',
      { kind: 'answer', status: 200, body: '<html>' },
      retry('answered 200, but not in the words of Slack'),
    ],
    [
      '200 whose body stalls',
      { kind: 'hang-in-body', body: '{"ok":' },
      unknown('answered 200, and the answer broke off'),
    ],
    ['silence', { kind: 'hang' }, unknown('no answer within 2000 ms')],
    [
      'a reset before it was taken',
      { kind: 'reset', when: 'before' },
      unknown('connection lost (ECONNRESET)'),
    ],
    ['a reset after it was taken', { kind: 'reset', when: 'after' }, unknown('connection lost (ECONNRESET)')],
    [
      'an error without a word',
      { kind: 'answer', status: 200, body: '{"ok":false}' },
      final('Slack refused: without a reason'),
    ],
  ]

  it.each(cases)('%s', async (_, failure, expected) => {
    slack.next(failure)
    expect(await send()).toEqual(expected)
    expect(slack.received).toHaveLength(1)
  })

  it('an edit whose answer was lost is worth another try: it may be made twice', async () => {
    const page = await send()
    const follows = page.kind === 'sent' ? (page.providerId ?? '') : ''
    slack.next({ kind: 'reset', when: 'after' })
    expect(await send({ kind: 'resolved', follows: followed(follows) })).toEqual(
      retry('connection lost (ECONNRESET)'),
    )
  })

  it.each([
    ['an archived channel', 'C0000000002', 'Slack refused: is_archived (the channel is archived)'],
    [
      'an unknown one',
      'C9999999999',
      'Slack refused: channel_not_found (no such channel, or a private one that the app was not invited into)',
    ],
  ])('%s is final', async (_, to, error) => {
    expect(await send({}, to)).toEqual(final(error))
  })

  it('a connection that never came about leaves nothing unknown', async () => {
    secrets['${env:API}'] = `http://127.0.0.1:${await freePort()}/api`
    expect(await send()).toEqual(retry('connection refused (ECONNREFUSED)'))
  })

  it.each([
    [
      'a token of no form',
      { '${env:TOKEN}': 'x y' },
      'integrations.slack.token cannot be right: a bot has one like xoxb-…',
    ],
    ['no address', { '${env:API}': 's3cr3t' }, 'integrations.slack.apiUrl is not an http or https URL'],
    [
      'a revoked token',
      { '${env:TOKEN}': 'xoxb-other' },
      'Slack refused: invalid_auth (the token was refused)',
    ],
  ])('%s is final', async (_, change, error) => {
    Object.assign(secrets, change)
    expect(await send()).toEqual(final(error))
  })
})

describe('the token of the bot', () => {
  const failures: Failure[] = [
    ...[200, 301, 400, 401, 404, 429, 500].map((status) => ({ kind: 'answer' as const, status })),
    { kind: 'hang' },
    { kind: 'reset', when: 'after' },
  ]
  it.each(failures)('is in no error: %j', async (failure) => {
    const body = JSON.stringify({ ok: false, error: `Bearer ${slack.token} is wrong` })
    slack.next(failure.kind === 'answer' ? { ...failure, body } : failure, 2)
    expect(JSON.stringify(await send())).not.toMatch(/FAKE|127\.0\.0\.1/)
  })
})
