import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Failure } from '../../examples/fakes/failure.ts'
import { type FakeTelegram, startFakeTelegram } from '../../examples/fakes/telegram.ts'
import type { PageMessage, SendOutcome } from '../../src/domain/page/page.ts'
import { createPost } from '../../src/http/post.ts'
import { createTelegramChannel, type TelegramChannelOptions } from '../../src/telegram/channel.ts'
import { telegramLimits } from '../../src/telegram/limits.ts'
import { followed, pageMessage, smallPng } from '../support/pages.ts'
import { freePort } from '../support/servers.ts'

const { post, close } = createPost()
let now = new Date('2026-03-01T03:00:00Z')
let telegram: FakeTelegram
let missed: string[]

type Chart = TelegramChannelOptions['chartOf']

interface Change {
  readonly message?: Partial<PageMessage>
  readonly token?: string
  readonly apiUrl?: string
  readonly chatId?: string
  readonly chartOf?: Chart
  readonly signal?: AbortSignal
}

/** What the channel of a test is given; a test may exchange it between two pages. */
let chart: Chart
let secrets: Readonly<Record<string, string>>
let channel: ReturnType<typeof createTelegramChannel>

function send({ chartOf, ...change }: Change = {}): Promise<SendOutcome> {
  const { message, token = telegram.token, apiUrl = telegram.url, chatId = '42', signal } = change
  chart = chartOf ?? (() => Promise.resolve(smallPng))
  secrets = { '${env:TOKEN}': token, '${env:API}': apiUrl }
  const contact = { channel: 'telegram', chatId, token: '${env:TOKEN}', apiUrl: '${env:API}' } as const
  return channel.send(contact, pageMessage(message), signal ?? new AbortController().signal)
}

const methods = () => telegram.received.map(({ method }) => method)

beforeEach(async () => {
  telegram = await startFakeTelegram({ chats: ['42', '-1007'], blockedBy: ['13'] })
  missed = []
  now = new Date('2026-03-01T03:00:00Z')
  channel = createTelegramChannel({
    post,
    timeoutMs: 2_000,
    chartWaitMs: 100,
    now: () => now,
    resolveSecret: (reference) => Promise.resolve(secrets[reference] ?? reference),
    chartOf: (...asked) => chart(...asked),
    onMissingChart: (incident, reason) => void missed.push(`${incident}: ${reason}`),
  })
})
afterEach(() => telegram.stop())
afterAll(close)

const longLines = Array.from({ length: 10 }, (_, n) => `Line ${n}: ${'x'.repeat(280)}`)

describe('a page over Telegram', () => {
  it('is a photo of what was measured with the text below it', async () => {
    expect(await send()).toEqual({ kind: 'sent', providerId: '42/1' })
    expect(telegram.messages).toMatchObject([
      {
        chatId: '42',
        text: expect.stringMatching(/^P1 INC-42: checkout: error-rate\n/) as string,
        photo: { width: 1, height: 1, bytes: smallPng.length },
      },
    ])
    expect(telegram.received[0]?.fields).toMatchObject({ parse_mode: 'HTML' })
    expect(missed).toEqual([])
  })

  it('W05: goes first when it is too long for that, and the photo answers it', async () => {
    expect(await send({ message: { lines: longLines } })).toEqual({ kind: 'sent', providerId: '42/1' })
    const [text, photo] = telegram.messages
    expect(text?.text.length).toBeGreaterThan(telegramLimits.captionLength)
    expect(text).not.toHaveProperty('photo')
    expect(photo).toMatchObject({ text: '', replyTo: 1, photo: { width: 1 } })
    expect(telegram.received[0]?.fields).toMatchObject({ link_preview_options: { is_disabled: true } })
  })

  it.each([1024, 1025])('of %i characters finds the right side of the limit', async (length) => {
    const bare = await lengthOf('x')
    await send({ message: { lines: ['x'.repeat(length - bare + 1)] } })
    const first = telegram.messages[1]
    expect(first?.text.length).toBe(length)
    expect(first?.photo === undefined).toBe(length > 1024)
  })

  async function lengthOf(line: string): Promise<number> {
    await send({
      message: { lines: [line], possibleRepeat: false },
      chartOf: () => Promise.resolve(undefined),
    })
    return telegram.messages[0]?.text.length ?? 0
  }

  it('is a text without a photo when it may be a repeat, and says so', async () => {
    await send({ message: { possibleRepeat: true } })
    expect(methods()).toEqual(['sendMessage'])
    expect(telegram.messages[0]?.text).toMatch(/^Possible repeat/)
  })

  it.each(['acknowledged', 'resolved'] as const)('is answered by the news that it was %s', async (kind) => {
    await send()
    expect(await send({ message: { kind, follows: followed('42/1') } })).toEqual({
      kind: 'sent',
      providerId: '42/2',
    })
    expect(telegram.messages[1]).toMatchObject({ replyTo: 1 })
    expect(telegram.messages[1]?.text).toContain(`INC-42 ${kind}`)
    expect(telegram.messages[1]).not.toHaveProperty('photo')
  })

  it.each(['-1007/1', '42/99', '42/x', 'something else'])(
    'is news of its own when it cannot follow %s',
    async (follows) => {
      await send()
      await send({ message: { kind: 'resolved', follows: followed(follows) } })
      expect(telegram.messages[1]).not.toHaveProperty('replyTo')
    },
  )
})

describe('the chart of a page', () => {
  const cases: [string, Chart, string[]][] = [
    ['fails', () => Promise.reject(new Error('no font')), ['INC-42: no font']],
    ['is late', () => new Promise(() => undefined), ['INC-42: it was not there within 100 ms']],
    [
      'is empty',
      () => Promise.resolve(new Uint8Array()),
      ['INC-42: it has 0 bytes, and Telegram takes 1 to 10485760'],
    ],
    [
      'is too large',
      () => Promise.resolve(new Uint8Array(telegramLimits.photoBytes + 1)),
      ['INC-42: it has 10485761 bytes, and Telegram takes 1 to 10485760'],
    ],
    ['has nothing to show', () => Promise.resolve(undefined), []],
    [
      'is no picture',
      () => Promise.resolve(new Uint8Array([1, 2, 3])),
      ['INC-42: answered 400: Bad Request: IMAGE_PROCESS_FAILED'],
    ],
  ]

  it.each(cases)('that %s does not keep the text from its reader', async (_, chartOf, told) => {
    expect((await send({ chartOf })).kind).toBe('sent')
    expect((await send({ chartOf, message: { lines: longLines } })).kind).toBe('sent')
    expect(telegram.messages).toHaveLength(2)
    expect(telegram.messages.every(({ photo }) => photo === undefined)).toBe(true)
    expect(missed).toEqual([...told, ...told])
  })

  it('that breaks off after its text was sent takes nothing back', async () => {
    telegram.next({ kind: 'answer', status: 200, body: '{"ok":true,"result":{"message_id":1}}' })
    telegram.next({ kind: 'reset', when: 'after' })
    expect(await send({ message: { lines: longLines } })).toEqual({ kind: 'sent', providerId: '42/1' })
    expect(missed).toEqual(['INC-42: connection lost (ECONNRESET)'])
  })
})

describe('markup that Telegram does not take', () => {
  const description = `Bad Request: can't parse entities: Unsupported start tag "x" at byte offset 3`
  const refusal = {
    kind: 'answer',
    status: 400,
    body: JSON.stringify({ ok: false, error_code: 400, description }),
  } as const

  it('F09: is left out, once', async () => {
    telegram.next(refusal)
    expect((await send({ message: { lines: longLines } })).kind).toBe('sent')
    expect(methods()).toEqual(['sendMessage', 'sendMessage', 'sendPhoto'])
    expect(telegram.messages[0]?.entities).toEqual([])
    expect(telegram.messages[0]?.text).toContain(
      'Open INC-42: https://firewatch.example.com/incidents/INC-42',
    )
  })

  it('F09: is left out of a caption too', async () => {
    telegram.next(refusal, 2)
    expect((await send()).kind).toBe('sent')
    expect(methods()).toEqual(['sendPhoto', 'sendMessage', 'sendMessage'])
  })

  it('is final when plain text is refused as well', async () => {
    telegram.next(refusal, 3)
    expect(await send()).toEqual({ kind: 'final', error: `answered 400: ${description}` })
    expect(methods()).toHaveLength(3)
  })
})

const final = (error: string) => ({ kind: 'final', error })
const retry = (error: string, retryAfterMs?: number) =>
  retryAfterMs === undefined ? { kind: 'retry', error } : { kind: 'retry', error, retryAfterMs }
const unknown = (error: string) => ({ kind: 'unknown', error })
const says = (status: number, description: string, parameters?: unknown, http = status): Failure => ({
  kind: 'answer',
  status: http,
  body: JSON.stringify({ ok: false, error_code: status, description, parameters }),
})

describe('what became of a try', () => {
  const plain = { kind: 'acknowledged' } as const
  const cases: [string, Failure, unknown][] = [
    ['400', says(400, 'Bad Request: chat not found'), final('answered 400: Bad Request: chat not found')],
    [
      'a group that moved',
      says(400, 'Bad Request: group chat was upgraded to a supergroup chat', { migrate_to_chat_id: -1009 }),
      final(
        'answered 400: Bad Request: group chat was upgraded to a supergroup chat: configure chatId -1009',
      ),
    ],
    [
      '401',
      says(401, 'Unauthorized'),
      final('answered 401: Unauthorized: the token was refused, BotFather has the right one'),
    ],
    [
      '403',
      says(403, 'Forbidden: bot was blocked by the user'),
      final('answered 403: Forbidden: bot was blocked by the user'),
    ],
    [
      '404',
      says(404, 'Not Found'),
      final('answered 404: Not Found: no such bot at this address, see the token and apiUrl'),
    ],
    ['409', says(409, 'Conflict'), final('answered 409: Conflict')],
    [
      '429',
      says(429, 'Too Many Requests: retry after 17', { retry_after: 17 }),
      retry('answered 429: Too Many Requests: retry after 17', 17_000),
    ],
    [
      '429 of a proxy',
      { kind: 'answer', status: 429, retryAfter: '9', body: '<html>' },
      retry('answered 429', 9_000),
    ],
    ['429 without a time', { kind: 'answer', status: 429 }, retry('answered 429')],
    ['500', says(500, 'Internal Server Error'), retry('answered 500: Internal Server Error')],
    ['502 of a proxy', { kind: 'answer', status: 502, body: '<html>' }, retry('answered 502')],
    [
      '307',
      { kind: 'answer', status: 307, location: 'http://127.0.0.1:1' },
      final('answered 307: redirects are not followed'),
    ],
    ['an error within 200', says(403, 'Forbidden', undefined, 200), final('answered 403: Forbidden')],
    [
      '200 of somebody else',
      { kind: 'answer', status: 200, body: '<html>', contentType: 'text/html' },
      retry('answered 200, but not in the words of Telegram'),
    ],
    ['200 whose body stalls', { kind: 'hang-in-body' }, unknown('answered 200, and the answer broke off')],
    ['silence', { kind: 'hang' }, unknown('no answer within 2000 ms')],
    [
      'a reset before it was taken',
      { kind: 'reset', when: 'before' },
      unknown('connection lost (ECONNRESET)'),
    ],
    ['a reset after it was taken', { kind: 'reset', when: 'after' }, unknown('connection lost (ECONNRESET)')],
  ]

  it.each(cases)('%s', async (_, failure, expected) => {
    telegram.next(failure)
    expect(await send({ message: plain })).toEqual(expected)
    expect(telegram.received).toHaveLength(1)
  })

  it.each(cases)('%s, of a text with its photo', async (_, failure, expected) => {
    telegram.next(failure)
    const outcome = await send()
    const isWorthText = /^(400|500|502|429 without|200 of)|moved/.test(_)
    expect(outcome).toEqual(isWorthText ? { kind: 'sent', providerId: '42/1' } : expected)
    expect(methods()).toEqual(isWorthText ? ['sendPhoto', 'sendMessage'] : ['sendPhoto'])
  })

  it('a connection that never came about is worth another try, and leaves nothing unknown', async () => {
    const apiUrl = `http://127.0.0.1:${await freePort()}`
    expect(await send({ apiUrl })).toEqual(retry('connection refused (ECONNREFUSED)'))
  })

  it('a try that is stopped may have arrived', async () => {
    telegram.next({ kind: 'hang' })
    const stop = new AbortController()
    const outcome = send({ message: plain, signal: stop.signal })
    await expect.poll(() => telegram.received).toHaveLength(1)
    stop.abort()
    expect(await outcome).toEqual(unknown('stopped before an answer came'))
  })

  it.each([
    ['an unknown chat', { chatId: '7' }, 'answered 400: Bad Request: chat not found'],
    [
      'a person who blocked the bot',
      { chatId: '13' },
      'answered 403: Forbidden: bot was blocked by the user',
    ],
    [
      'a revoked token',
      { token: '1234567890:another-token' },
      'answered 401: Unauthorized: the token was refused, BotFather has the right one',
    ],
    [
      'a token of no form',
      { token: 'x/../y' },
      'the token of this contact cannot be right: BotFather gives 123456789:letters',
    ],
    ['no address', { apiUrl: 's3cr3t' }, 'the Telegram address of this contact is not an http or https URL'],
    [
      'a file',
      { apiUrl: 'file:///etc/passwd' },
      'the Telegram address of this contact is not an http or https URL',
    ],
  ])('%s is final', async (_, change, error) => {
    expect(await send(change)).toEqual(final(error))
    expect(missed).toEqual([])
  })

  it('an address may have a path of its own', async () => {
    await send({ apiUrl: `${telegram.url}/telegram/` })
    expect(telegram.received[0]?.accepted).toBe(false)
    await send({ apiUrl: `${telegram.url}/` })
    expect(telegram.messages).toHaveLength(1)
  })

  it('a secret that cannot be read is final, with the name of the reference', async () => {
    const broken = createTelegramChannel({
      post,
      timeoutMs: 2_000,
      now: () => now,
      resolveSecret: (reference) =>
        Promise.reject(new Error(`${reference}: this environment variable is not set`)),
      chartOf: () => Promise.resolve(smallPng),
      onMissingChart: () => undefined,
    })
    const contact = { channel: 'telegram', chatId: '42', token: '${env:TOKEN}' } as const
    expect(await broken.send(contact, pageMessage(), new AbortController().signal)).toMatchObject({
      kind: 'final',
      error: expect.stringContaining('this environment variable is not set') as string,
    })
  })
})

describe('F10: a chat that Telegram asks to wait for', () => {
  beforeEach(async () => {
    telegram.next(says(429, 'Too Many Requests: retry after 17', { retry_after: 17 }))
    await send()
  })

  it('is not written to before, also not by another page', async () => {
    now = new Date(now.getTime() + 16_000)
    expect(await send({ message: { incident: 'INC-43' } })).toEqual(
      retry('Telegram asked to wait for this chat', 1_000),
    )
    expect(telegram.received).toHaveLength(1)
    now = new Date(now.getTime() + 1_000)
    expect((await send()).kind).toBe('sent')
  })

  it('holds up no other', async () => {
    expect((await send({ chatId: '-1007' })).kind).toBe('sent')
  })
})

describe('the token of a bot', () => {
  const failures: Failure[] = [
    ...[200, 301, 400, 401, 403, 404, 429, 500].map((status) => ({ kind: 'answer' as const, status })),
    { kind: 'hang' },
    { kind: 'reset', when: 'before' },
    { kind: 'reset', when: 'after' },
  ]

  it.each(failures)('is in no error: %j', async (failure) => {
    const { token } = telegram
    const description = `Cannot POST /bot${token}/sendPhoto or /bot${encodeURIComponent(token)}/sendMessage`
    const body = JSON.stringify({ ok: false, description })
    telegram.next(failure.kind === 'answer' ? { ...failure, body } : failure, 3)
    const outcome = await send()
    expect(outcome.kind).not.toBe('sent')
    expect(JSON.stringify([outcome, missed])).not.toMatch(/FAKE|1234567890|127\.0\.0\.1/)
  })

  it('is in no error when nobody answers at the address', async () => {
    const outcome = await send({ apiUrl: `http://127.0.0.1:${await freePort()}` })
    expect(JSON.stringify([outcome, missed])).not.toMatch(/FAKE|127\.0\.0\.1/)
  })
})
