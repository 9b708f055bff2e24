import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Failure } from '../../examples/fakes/failure.ts'
import { type FakeWebhook, startFakeWebhook } from '../../examples/fakes/webhook.ts'
import type { PageMessage, SendOutcome } from '../../src/domain/page/page.ts'
import { createPost } from '../../src/http/post.ts'
import { createWebhookChannel } from '../../src/webhook/channel.ts'
import { signatureOf } from '../../src/webhook/sign.ts'
import { pageMessage } from '../support/pages.ts'
import { freePort } from '../support/servers.ts'

const { post, close } = createPost()
const now = new Date('2026-03-01T03:00:00Z')
const secret = 'correct horse battery staple'
const path = '/hooks/T0000/s3cr3t-in-the-path?token=s3cr3t-in-the-query'
const contact = { channel: 'webhook', url: '${env:HOOK}', secret: '${env:SECRET}' } as const
let receiver: FakeWebhook

interface Change {
  readonly message?: Partial<PageMessage>
  readonly url?: string
  readonly secret?: string
  readonly signal?: AbortSignal
}

function send({
  message,
  url = receiver.url + path,
  secret: signedWith = secret,
  signal,
}: Change = {}): Promise<SendOutcome> {
  const values = { '${env:HOOK}': url, '${env:SECRET}': signedWith } as const
  const channel = createWebhookChannel({
    post,
    timeoutMs: 2_000,
    now: () => now,
    resolveSecret: (reference) =>
      Promise.resolve(reference in values ? values[reference as keyof typeof values] : reference),
  })
  return channel.send(contact, pageMessage(message), signal ?? new AbortController().signal)
}

beforeEach(async () => {
  receiver = await startFakeWebhook({ secret, now: () => now })
})
afterEach(() => receiver.stop())
afterAll(close)

describe('a page over a webhook', () => {
  it('is sent when it was answered with 2xx, signed and with its key', async () => {
    expect(await send()).toEqual({ kind: 'sent' })
    expect(receiver.effects()).toHaveLength(1)
    const [{ headers, body } = { headers: {}, body: {} }] = receiver.received
    expect(headers).toMatchObject({
      'idempotency-key': 'c0ffee/INC-42/r0/s1/ana/c0',
      'x-firewatch-timestamp': '1772334000',
    })
    const { idempotencyKey, ...facts } = pageMessage()
    expect(body).toEqual({ version: 1, id: idempotencyKey, ...facts })
  })

  it('is not signed when the contact has no secret', async () => {
    const open = await startFakeWebhook()
    const channel = createWebhookChannel({
      post,
      now: () => now,
      resolveSecret: (reference) => Promise.resolve(reference),
    })
    const outcome = await channel.send(
      { channel: 'webhook', url: open.url },
      pageMessage(),
      new AbortController().signal,
    )
    expect(outcome).toEqual({ kind: 'sent' })
    expect(open.received[0]?.headers).not.toHaveProperty('x-firewatch-signature')
    await open.stop()
  })

  it('is signed over time and body', () => {
    // openssl: printf '1772334000.{}' | openssl dgst -sha256 -hmac key
    expect(signatureOf('key', '1772334000', '{}')).toBe(
      'sha256=51576e6300ff30d432c02c91622b959adc86cf0d0d55b839773610a6a0a728b6',
    )
  })

  it.each(['acknowledged', 'resolved'] as const)('is followed by the news that it was %s', async (kind) => {
    expect(await send({ message: { kind, idempotencyKey: `INC-42/${kind}/ana/c0` } })).toEqual({
      kind: 'sent',
    })
    expect(receiver.effects()).toMatchObject([{ body: { kind } }])
  })

  it('acts once when a lost answer made it come twice', async () => {
    receiver.next({ kind: 'reset', when: 'after' })
    expect((await send()).kind).toBe('retry')
    expect((await send()).kind).toBe('sent')
    expect(receiver.received).toHaveLength(2)
    expect(receiver.effects()).toHaveLength(1)
  })
})

const retry = (error: string, retryAfterMs?: number) =>
  retryAfterMs === undefined ? { kind: 'retry', error } : { kind: 'retry', error, retryAfterMs }
const final = (error: string) => ({ kind: 'final', error })

describe('what became of a try', () => {
  const cases: [string, Failure, unknown][] = [
    ['201', { kind: 'answer', status: 201 }, { kind: 'sent' }],
    ['204', { kind: 'answer', status: 204 }, { kind: 'sent' }],
    ['200 with a long body', { kind: 'answer', status: 200, body: 'x'.repeat(1_000_000) }, { kind: 'sent' }],
    [
      '200 with HTML',
      { kind: 'answer', status: 200, body: '<html>', contentType: 'text/html' },
      { kind: 'sent' },
    ],
    ['200 whose body stalls', { kind: 'hang-in-body' }, { kind: 'sent' }],
    ['500', { kind: 'answer', status: 500 }, retry('answered 500')],
    ['503 with seconds', { kind: 'answer', status: 503, retryAfter: '9' }, retry('answered 503', 9_000)],
    [
      '429 with a date',
      { kind: 'answer', status: 429, retryAfter: 'Sun, 01 Mar 2026 03:00:10 GMT' },
      retry('answered 429', 10_000),
    ],
    ['408', { kind: 'answer', status: 408 }, retry('answered 408')],
    ['425', { kind: 'answer', status: 425 }, retry('answered 425')],
    ['400', { kind: 'answer', status: 400 }, final('answered 400')],
    ['401', { kind: 'answer', status: 401 }, final('answered 401')],
    ['404', { kind: 'answer', status: 404 }, final('answered 404')],
    ['410', { kind: 'answer', status: 410 }, final('answered 410')],
    ['silence', { kind: 'hang' }, retry('no answer within 2000 ms')],
    ['a reset before it was taken', { kind: 'reset', when: 'before' }, retry('connection lost (ECONNRESET)')],
    ['a reset after it was taken', { kind: 'reset', when: 'after' }, retry('connection lost (ECONNRESET)')],
  ]

  it.each(cases)('%s', async (_, failure, expected) => {
    receiver.next(failure)
    expect(await send()).toEqual(expected)
    expect(receiver.received).toHaveLength(1)
  })

  it('a redirect is final, and nobody else hears of the page', async () => {
    const elsewhere = await startFakeWebhook()
    receiver.next({ kind: 'answer', status: 307, location: elsewhere.url })
    expect(await send()).toEqual(
      final('answered 307: redirects are not followed, configure the address they lead to'),
    )
    expect(elsewhere.received).toEqual([])
    await elsewhere.stop()
  })

  it('a refused connection is worth another try', async () => {
    expect(await send({ url: `http://127.0.0.1:${await freePort()}${path}` })).toEqual(
      retry('connection refused (ECONNREFUSED)'),
    )
  })

  it('a try that is stopped says so', async () => {
    receiver.next({ kind: 'hang' })
    const stop = new AbortController()
    const outcome = send({ signal: stop.signal })
    await expect.poll(() => receiver.received).toHaveLength(1)
    stop.abort()
    expect(await outcome).toEqual(retry('stopped before an answer came'))
  })

  it.each([
    ['file:///etc/passwd', 'the webhook URL of this contact is neither http nor https'],
    ['s3cr3t', 'the webhook URL of this contact is not a URL'],
    [
      'http://ana:s3cr3t@127.0.0.1/',
      'the webhook URL of this contact carries a user or password, which is not sent; use its secret',
    ],
  ])('the address %s is final, and is not repeated', async (url, error) => {
    expect(await send({ url })).toEqual(final(error))
  })

  it('an empty secret is final: it would sign nothing', async () => {
    expect(await send({ secret: '' })).toEqual(final('the webhook secret of this contact is empty'))
    expect(receiver.received).toEqual([])
  })

  it('a secret that does not fit is refused by the receiver', async () => {
    expect(await send({ secret: 'another' })).toEqual(final('answered 401'))
    expect(receiver.effects()).toEqual([])
  })

  it('a timestamp out of the window is refused by the receiver', async () => {
    await receiver.stop()
    receiver = await startFakeWebhook({ secret, now: () => new Date(now.getTime() + 301_000) })
    expect(await send()).toEqual(final('answered 401'))
  })
})

describe('the secrets of a webhook', () => {
  const failures: Failure[] = [
    ...[301, 400, 401, 404, 429, 500].map((status) => ({
      kind: 'answer' as const,
      status,
      body: `Cannot POST ${path} signed with ${secret}`,
    })),
    { kind: 'hang' },
    { kind: 'reset', when: 'before' },
    { kind: 'reset', when: 'after' },
  ]

  it.each(failures)('are in no error: %j', async (failure) => {
    receiver.next(failure)
    expect(JSON.stringify(await send())).not.toMatch(/s3cr3t|horse|127\.0\.0\.1/)
  })

  it('are in no error when nobody answers at the address', async () => {
    const outcome = await send({ url: `http://127.0.0.1:${await freePort()}${path}` })
    expect(JSON.stringify(outcome)).not.toMatch(/s3cr3t|127\.0\.0\.1/)
  })
})
