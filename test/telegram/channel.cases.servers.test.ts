import { randomBytes } from 'node:crypto'
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type FakeTelegram, startFakeTelegram } from '../../examples/fakes/telegram.ts'
import type { PageMessage } from '../../src/domain/page/page.ts'
import { createPost } from '../../src/http/post.ts'
import { keyboardOf, readButton } from '../../src/telegram/buttons.ts'
import { createTelegramChannel } from '../../src/telegram/channel.ts'
import { telegramLimits } from '../../src/telegram/limits.ts'
import { followed, pageMessage, smallPng } from '../support/pages.ts'

const { post, close } = createPost()
let now: Date
let telegram: FakeTelegram
let channel: ReturnType<typeof createTelegramChannel>
let png: Uint8Array
let oldButtons: string[]

const later = (ms: number) => void (now = new Date(now.getTime() + ms))

function send(change: Partial<PageMessage> = {}, chatId = '42') {
  const contact = { channel: 'telegram', chatId, token: '${env:TOKEN}', apiUrl: '${env:API}' } as const
  return channel.send(contact, pageMessage(change), new AbortController().signal)
}

beforeEach(async () => {
  telegram = await startFakeTelegram({ chats: ['42', '-1007'] })
  now = new Date('2026-03-01T03:00:00Z')
  png = smallPng
  oldButtons = []
  channel = createTelegramChannel({
    post,
    timeoutMs: 500,
    now: () => now,
    resolveSecret: (reference) =>
      Promise.resolve(reference === '${env:TOKEN}' ? telegram.token : telegram.url),
    chartOf: () => Promise.resolve(png),
    onMissingChart: () => undefined,
    buttons: true,
    onOldButtons: (incident, reason) => void oldButtons.push(`${incident}: ${reason}`),
  })
})
afterEach(() => telegram.stop())
afterAll(close)

describe('F10: Telegram asks to wait', () => {
  const flood = JSON.stringify({ ok: false, error_code: 429, parameters: { retry_after: 17 } })

  it('F10: that chat is not called before 17 s, and others are not affected', async () => {
    telegram.next({ kind: 'answer', status: 429, body: flood })
    expect(await send({ idempotencyKey: 'a' })).toMatchObject({ kind: 'retry', retryAfterMs: 17_000 })
    later(16_999)
    expect(await send({ idempotencyKey: 'a' })).toMatchObject({ kind: 'retry', retryAfterMs: 1 })
    expect(telegram.received).toHaveLength(1)
    expect((await send({ idempotencyKey: 'b' }, '-1007')).kind).toBe('sent')
    later(1)
    expect((await send({ idempotencyKey: 'a' })).kind).toBe('sent')
  })

  it('F10: messages to one chat keep their order: each is told to come back after the one before', async () => {
    telegram.next({ kind: 'answer', status: 429, body: flood })
    const waits = []
    for (const idempotencyKey of ['a', 'b', 'c'])
      waits.push(await send({ idempotencyKey, incident: `INC-${idempotencyKey}` }))
    expect(waits).toMatchObject([
      { retryAfterMs: 17_000 },
      { retryAfterMs: 18_000 },
      { retryAfterMs: 19_000 },
    ])
    later(17_000)
    expect((await send({ idempotencyKey: 'c', incident: 'INC-c' })).kind).toBe('retry')
    for (const key of ['a', 'b', 'c']) {
      expect((await send({ idempotencyKey: key, incident: `INC-${key}` })).kind).toBe('sent')
      later(1_000)
    }
    expect(telegram.messages.map(({ text }) => /INC-\w/.exec(text)?.[0])).toEqual(['INC-a', 'INC-b', 'INC-c'])
  })
})

describe('W05: a chart, a long text and buttons', () => {
  const lines = Array.from({ length: 10 }, (_, n) => `Line ${n}: ${'x'.repeat(289)}`)

  it('W05: a short text is the caption of the photo, with the buttons', async () => {
    await send()
    expect(telegram.messages).toMatchObject([
      { photo: { width: 1 }, buttons: [{ text: 'Acknowledge' }, { text: 'Escalate' }] },
    ])
    expect(telegram.messages[0]?.text.length).toBeLessThanOrEqual(telegramLimits.captionLength)
  })

  it('W05: a text of 3,000 characters goes first, with the buttons, and the photo answers it', async () => {
    await send({ lines })
    const [text, photo] = telegram.messages
    expect(text?.text.length).toBeGreaterThan(3_000)
    expect(text?.buttons.map((key) => key.text)).toEqual(['Acknowledge', 'Escalate'])
    expect(photo).toMatchObject({ text: '', replyTo: 1, photo: { width: 1 }, buttons: [] })
  })

  it('W05: a photo above 10 MB is left out, and the text still arrives', async () => {
    png = new Uint8Array(Buffer.concat([smallPng, randomBytes(telegramLimits.photoBytes)]))
    expect((await send()).kind).toBe('sent')
    expect(telegram.messages).toMatchObject([{ buttons: [{ text: 'Acknowledge' }, { text: 'Escalate' }] }])
    expect(telegram.messages[0]).not.toHaveProperty('photo')
  })

  it('W05: what a button carries fits into 64 bytes, and comes back as it was', () => {
    const message = pageMessage({ incident: `INC-${'9'.repeat(15)}`, position: { round: 9999, step: 9999 } })
    const data =
      keyboardOf(message)
        ?.inline_keyboard.flat()
        .map((key) => key.callback_data) ?? []
    expect(Math.max(...data.map((text) => Buffer.byteLength(text)))).toBeLessThanOrEqual(64)
    const value = { incident: 999_999_999_999_999, asOf: { round: 9999, step: 9999 } }
    expect(data.map(readButton)).toEqual([
      { verb: 'acknowledge', value },
      { verb: 'escalate', value },
    ])
  })
})

describe('the buttons of a page', () => {
  it('offer no next step where there is none', async () => {
    await send({ position: { round: 0, step: 0 } })
    expect(telegram.messages[0]?.buttons.map((key) => key.text)).toEqual(['Acknowledge'])
  })

  it('go when the incident moves on, and news has none', async () => {
    await send()
    await send({ kind: 'acknowledged', follows: followed('42/1') })
    await send({ kind: 'resolved', follows: followed('42/1') })
    expect(telegram.messages.map(({ buttons }) => buttons)).toEqual([[], [], []])
    expect(oldButtons).toEqual([])
  })

  it('that cannot be taken away fail no page', async () => {
    await send()
    telegram.next({ kind: 'answer', status: 200, body: '{"ok":true,"result":{"message_id":9}}' })
    telegram.next({ kind: 'answer', status: 500 })
    expect(await send({ kind: 'acknowledged', follows: followed('42/1') })).toEqual({
      kind: 'sent',
      providerId: '42/9',
    })
    expect(oldButtons).toEqual(['INC-42: answered 500'])
  })
})
