import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Failure } from '../../examples/fakes/failure.ts'
import { type FakePagerDuty, startFakePagerDuty } from '../../examples/fakes/pagerduty.ts'
import type { PageMessage, SendOutcome } from '../../src/domain/page/page.ts'
import { createPost } from '../../src/http/post.ts'
import { createPagerDutyChannel } from '../../src/pagerduty/channel.ts'
import { pageMessage, routingKey } from '../support/pages.ts'
import { freePort } from '../support/servers.ts'

const { post, close } = createPost()
const contact = { channel: 'pagerduty', routingKey: '${env:KEY}' } as const
const now = new Date('2026-03-01T03:00:00Z')
let pagerDuty: FakePagerDuty

interface Change {
  readonly message?: Partial<PageMessage>
  readonly url?: string
  readonly key?: string
  readonly signal?: AbortSignal
}

function send({
  message,
  url,
  key = routingKey,
  signal = new AbortController().signal,
}: Change = {}): Promise<SendOutcome> {
  const channel = createPagerDutyChannel({
    post,
    defaultUrl: pagerDuty.url,
    timeoutMs: 2_000,
    now: () => now,
    resolveSecret: (reference) => Promise.resolve(reference === '${env:KEY}' ? key : reference),
  })
  return channel.send(url === undefined ? contact : { ...contact, url }, pageMessage(message), signal)
}

beforeEach(async () => {
  pagerDuty = await startFakePagerDuty()
})
afterEach(() => pagerDuty.stop())
afterAll(close)

describe('a page over PagerDuty', () => {
  it('is sent when PagerDuty accepts it, and is known there by its key', async () => {
    expect(await send()).toEqual({ kind: 'sent', providerId: 'firewatch/c0ffee/INC-42/ana' })
    expect(pagerDuty.incidents).toEqual([
      {
        routingKey,
        dedupKey: 'firewatch/c0ffee/INC-42/ana',
        summary: 'INC-42 P1 checkout: error-rate',
        status: 'triggered',
        triggers: 1,
      },
    ])
  })

  it('opens one incident however many steps page the person, which acknowledging and resolving reach', async () => {
    await send()
    await send({ message: { idempotencyKey: 'INC-42/r1/s1/ana/c0' } })
    expect(pagerDuty.incidents).toMatchObject([{ triggers: 2, status: 'triggered' }])
    await send({ message: { kind: 'acknowledged' } })
    expect(pagerDuty.incidents).toMatchObject([{ status: 'acknowledged' }])
    await send({ message: { kind: 'resolved' } })
    expect(pagerDuty.incidents).toMatchObject([{ status: 'resolved' }])
  })

  it('goes to the address of the contact, to its default path or to the path that it names', async () => {
    const other = await startFakePagerDuty()
    expect(await send({ url: other.url })).toMatchObject({ kind: 'sent' })
    expect(await send({ url: `${other.url}/v2/enqueue` })).toMatchObject({ kind: 'sent' })
    expect(await send({ url: `${other.url}/elsewhere` })).toMatchObject({ kind: 'final' })
    expect(other.incidents).toMatchObject([{ triggers: 2 }])
    expect(pagerDuty.received).toEqual([])
    await other.stop()
  })
})

const json = (body: unknown) => JSON.stringify(body)
const retry = (error: string, retryAfterMs?: number) =>
  retryAfterMs === undefined ? { kind: 'retry', error } : { kind: 'retry', error, retryAfterMs }

describe('what became of a try', () => {
  const invalid = json({
    status: 'invalid event',
    message: 'Event object is invalid',
    errors: ['too blue', 'too loud'],
  })
  const throttled = json({ status: 'throttle exceeded', message: 'Requests are arriving too quickly' })
  const cases: [string, Failure, unknown][] = [
    ['429', { kind: 'answer', status: 429 }, retry('answered 429')],
    [
      '429 with seconds',
      { kind: 'answer', status: 429, retryAfter: '30', body: throttled },
      retry('answered 429: throttle exceeded; Requests are arriving too quickly', 30_000),
    ],
    [
      '429 with a date',
      { kind: 'answer', status: 429, retryAfter: 'Sun, 01 Mar 2026 03:02:00 GMT' },
      retry('answered 429', 120_000),
    ],
    ['500', { kind: 'answer', status: 500 }, retry('answered 500')],
    [
      'an HTML 502',
      { kind: 'answer', status: 502, body: '<html>', contentType: 'text/html' },
      retry('answered 502'),
    ],
    ['503 with seconds', { kind: 'answer', status: 503, retryAfter: '5' }, retry('answered 503', 5_000)],
    [
      '400',
      { kind: 'answer', status: 400, body: invalid },
      { kind: 'final', error: 'answered 400: invalid event; Event object is invalid; too blue; too loud' },
    ],
    ['404', { kind: 'answer', status: 404 }, { kind: 'final', error: 'answered 404' }],
    [
      'a redirect',
      { kind: 'answer', status: 307, location: 'http://127.0.0.1:1/' },
      { kind: 'final', error: 'answered 307: redirects are not followed' },
    ],
    [
      'an HTML page with 200',
      { kind: 'answer', status: 200, body: '<html>', contentType: 'text/html' },
      retry('answered 200, but not in the words of PagerDuty'),
    ],
    [
      'an HTML page with 202',
      { kind: 'answer', status: 202, body: '<html>', contentType: 'text/html' },
      retry('answered 202, but not in the words of PagerDuty'),
    ],
    [
      'an empty 202',
      { kind: 'answer', status: 202 },
      { kind: 'sent', providerId: 'firewatch/c0ffee/INC-42/ana' },
    ],
    [
      'an empty 200',
      { kind: 'answer', status: 200 },
      retry('answered 200, but not in the words of PagerDuty'),
    ],
    [
      '200 with success',
      { kind: 'answer', status: 200, body: json({ status: 'success', dedup_key: 'k' }) },
      { kind: 'sent', providerId: 'k' },
    ],
    [
      '202 with a throttle',
      { kind: 'answer', status: 202, body: throttled },
      retry('answered 202: throttle exceeded; Requests are arriving too quickly'),
    ],
    [
      '202 with a refusal',
      { kind: 'answer', status: 202, body: invalid },
      { kind: 'final', error: 'answered 202: invalid event; Event object is invalid; too blue; too loud' },
    ],
    [
      '202 whose body stalls',
      { kind: 'hang-in-body' },
      { kind: 'sent', providerId: 'firewatch/c0ffee/INC-42/ana' },
    ],
    ['silence', { kind: 'hang' }, retry('no answer within 2000 ms')],
    ['a reset before it was taken', { kind: 'reset', when: 'before' }, retry('connection lost (ECONNRESET)')],
    ['a reset after it was taken', { kind: 'reset', when: 'after' }, retry('connection lost (ECONNRESET)')],
  ]

  it.each(cases)('%s', async (_, failure, expected) => {
    pagerDuty.next(failure)
    expect(await send()).toEqual(expected)
    expect(pagerDuty.received).toHaveLength(1)
  })

  it('a refused connection is worth another try', async () => {
    expect(await send({ url: `http://127.0.0.1:${await freePort()}` })).toEqual(
      retry('connection refused (ECONNREFUSED)'),
    )
  })

  it('a host that cannot be found is worth another try', async () => {
    expect(await send({ url: 'http://firewatch.invalid' })).toMatchObject({
      kind: 'retry',
      error: expect.stringMatching(/host name/),
    })
  })

  it('a try that is stopped says so', async () => {
    pagerDuty.next({ kind: 'hang' })
    const stop = new AbortController()
    const outcome = send({ signal: stop.signal })
    await expect.poll(() => pagerDuty.received).toHaveLength(1)
    stop.abort()
    expect(await outcome).toEqual(retry('stopped before an answer came'))
  })

  it.each([
    ['ftp://127.0.0.1/', 'the PagerDuty address of this contact is not an http or https URL'],
    ['nowhere', 'the PagerDuty address of this contact is not an http or https URL'],
  ])('the address %s is final', async (url, error) => {
    expect(await send({ url })).toEqual({ kind: 'final', error })
  })

  it('a routing key of the wrong length is final and is not sent', async () => {
    expect(await send({ key: 'short' })).toEqual({
      kind: 'final',
      error:
        'the routing key of this contact cannot be right: an integration key has 32 characters, this one 5',
    })
    expect(pagerDuty.received).toEqual([])
  })

  it('a routing key that cannot be read is final, and says which', async () => {
    const channel = createPagerDutyChannel({
      post,
      timeoutMs: 2_000,
      now: () => now,
      resolveSecret: () => Promise.reject(new Error('${env:KEY}: this environment variable is not set')),
    })
    expect(await channel.send(contact, pageMessage(), new AbortController().signal)).toEqual({
      kind: 'final',
      error: '${env:KEY}: this environment variable is not set',
    })
  })
})

describe('F01: PagerDuty answers 429, 429, 202', () => {
  it('three tries carry the same keys and open one incident', async () => {
    pagerDuty.next({ kind: 'answer', status: 429 }, 2)
    expect([(await send()).kind, (await send()).kind, (await send()).kind]).toEqual([
      'retry',
      'retry',
      'sent',
    ])
    const keys = pagerDuty.received.map(({ event }) => [event['routing_key'], event['dedup_key']])
    expect(new Set(keys.map(String)).size).toBe(1)
    expect(keys).toHaveLength(3)
    expect(pagerDuty.incidents).toMatchObject([{ triggers: 1 }])
  })

  it('M03: a try that was taken before its answer was lost adds to the same incident', async () => {
    pagerDuty.next({ kind: 'reset', when: 'after' })
    expect((await send()).kind).toBe('retry')
    expect((await send()).kind).toBe('sent')
    expect(pagerDuty.incidents).toMatchObject([{ triggers: 2 }])
    expect(pagerDuty.incidents).toHaveLength(1)
  })
})

describe('the routing key', () => {
  const echoes = [`bad key ${routingKey}`, { nested: routingKey }]
  it.each([200, 202, 400, 403, 429, 500, 503])(
    'is in no error, though an answer of %i repeats it',
    async (status) => {
      const body = json({ status: `no ${routingKey}`, message: routingKey, errors: echoes })
      pagerDuty.next({ kind: 'answer', status, body, retryAfter: '1' })
      const outcome = await send()
      expect(outcome.kind).not.toBe('sent')
      expect(JSON.stringify(outcome)).not.toContain(routingKey)
    },
  )
})
