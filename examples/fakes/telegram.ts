import type { IncomingMessage } from 'node:http'
import { type FakeAnswer, type FakeServer, startFakeServer } from './server.ts'
import {
  type FakeKey,
  limits,
  type MessageEntity,
  type PhotoSize,
  readKeyboard,
  readPhoto,
  readText,
  Refused,
} from './telegram-rules.ts'

/** A request as it came in. */
export interface ReceivedCall {
  readonly token: string
  readonly method: string
  /** What was sent, files aside. */
  readonly fields: Readonly<Record<string, unknown>>
  readonly accepted: boolean
  /** Why it was refused. */
  readonly error: string | undefined
}

/** A message as people see it. */
export interface FakeTelegramMessage {
  readonly chatId: string
  readonly messageId: number
  /** The text, or the photo's caption. */
  readonly text: string
  readonly entities: readonly MessageEntity[]
  readonly photo?: PhotoSize
  /** The message that this one answers. */
  readonly replyTo?: number
  readonly buttons: readonly FakeKey[]
}

/** A request of Telegram's to a bot's webhook. */
export interface TelegramUpdate {
  readonly headers: Readonly<Record<string, string>>
  readonly payload: object
}

export interface FakeTelegram extends FakeServer {
  readonly token: string
  readonly webhookSecret: string
  /** A pressed button. */
  press(user: number, message: FakeTelegramMessage, button: string): TelegramUpdate
  readonly received: readonly ReceivedCall[]
  readonly messages: readonly FakeTelegramMessage[]
}

export interface FakeTelegramOptions {
  readonly port?: number
  /** Chats that the bot may write to. */
  readonly chats?: readonly string[]
  /** Chats whose people have blocked it. */
  readonly blockedBy?: readonly string[]
}

type Fields = Readonly<Record<string, unknown>>

/** No bot of Telegram's has them. */
const token = '1234567890:FAKE-telegram_token-of-35-characters'
const webhookSecret = 'fake-webhook_secret'

/** Telegram's Bot API on 127.0.0.1, at least as strict as its documentation. */
export async function startFakeTelegram(options: FakeTelegramOptions = {}): Promise<FakeTelegram> {
  const { port = 0, chats = ['42'], blockedBy = [] } = options
  const received: ReceivedCall[] = []
  const messages: FakeTelegramMessage[] = []

  async function take(request: IncomingMessage, _: string, bytes: Buffer): Promise<FakeAnswer> {
    const { fields, files } = await contentOf(request, bytes)
    try {
      const { method } = addressOf(request)
      const message =
        method === 'editMessageReplyMarkup' ? edit(request, fields) : send(addressOf(request), fields, files)
      note(request, fields, true)
      if (method !== 'editMessageReplyMarkup') messages.push(message)
      const chat = { id: Number(message.chatId) }
      return { status: 200, body: { ok: true, result: { message_id: message.messageId, chat } } }
    } catch (error) {
      if (!(error instanceof Refused)) throw error
      note(request, fields, false, error.message)
      return { status: error.code, body: { ok: false, error_code: error.code, description: error.message } }
    }
  }

  function send({ token: given, method }: Address, fields: Fields, files: Files): FakeTelegramMessage {
    if (!/^\d+:[\w-]+$/.test(given)) throw new Refused('Not Found', 404)
    if (given !== token) throw new Refused('Unauthorized', 401)
    const content =
      method === 'sendMessage'
        ? textMessage(fields)
        : method === 'sendPhoto'
          ? photoMessage(fields, files)
          : undefined
    if (content === undefined) throw new Refused('Not Found: method not found', 404)
    const chatId = String(fields['chat_id'])
    if (blockedBy.includes(chatId)) throw new Refused('Forbidden: bot was blocked by the user', 403)
    if (!chats.includes(chatId)) throw new Refused('Bad Request: chat not found')
    const replied = repliedTo(fields, chatId, messages)
    return { chatId, messageId: messages.length + 1, ...content, ...replied }
  }

  function edit(request: IncomingMessage, fields: Fields): FakeTelegramMessage {
    if (addressOf(request).token !== token) throw new Refused('Unauthorized', 401)
    allowOnly(fields, ['chat_id', 'message_id', 'reply_markup'])
    const { chat_id: chatId, message_id: id } = fields
    const index = messages.findIndex((one) => one.chatId === String(chatId) && one.messageId === id)
    const old = messages[index]
    if (old === undefined) throw new Refused('Bad Request: message to edit not found')
    const buttons = readKeyboard(fields['reply_markup'])
    if (JSON.stringify(buttons) === JSON.stringify(old.buttons))
      throw new Refused('Bad Request: message is not modified')
    const message = { ...old, buttons }
    messages[index] = message
    return message
  }

  function note(request: IncomingMessage, fields: Fields, accepted: boolean, error?: string): void {
    received.push({ ...addressOf(request), fields, accepted, error })
  }

  const server = await startFakeServer(port, take, (request) => note(request, {}, false))
  return { ...server, token, webhookSecret, received, messages, press }
}

let presses = 0

function press(
  user: number,
  { chatId, messageId, buttons }: FakeTelegramMessage,
  button: string,
): TelegramUpdate {
  const key = buttons.find(({ text }) => text === button)
  if (key === undefined) throw new Error(`message ${messageId} has no button ${button}`)
  const message = { message_id: messageId, chat: { id: Number(chatId) } }
  presses++
  return {
    headers: { 'content-type': 'application/json', 'x-telegram-bot-api-secret-token': webhookSecret },
    payload: {
      update_id: presses,
      callback_query: { id: `${4242 + presses}`, from: { id: user, is_bot: false }, message, data: key.data },
    },
  }
}

interface Address {
  readonly token: string
  readonly method: string
}

function addressOf({ url = '', method }: IncomingMessage): Address {
  const { token: given = '', method: called = '' } =
    /^\/bot(?<token>[^/]+)\/(?<method>\w+)$/.exec(url)?.groups ?? {}
  return { token: given, method: method === 'POST' ? called : '' }
}

type Files = Readonly<Record<string, Buffer>>

async function contentOf(
  { headers }: IncomingMessage,
  bytes: Buffer,
): Promise<{ fields: Fields; files: Files }> {
  const type = headers['content-type'] ?? ''
  if (type === 'application/json') return { fields: JSON.parse(bytes.toString('utf8')) as Fields, files: {} }
  if (!type.startsWith('multipart/form-data; boundary=')) return { fields: {}, files: {} }
  const form = await new Response(new Uint8Array(bytes), { headers: { 'content-type': type } }).formData()
  const fields: Record<string, unknown> = {}
  const files: Record<string, Buffer> = {}
  for (const [name, value] of form) {
    if (typeof value !== 'string') files[name] = Buffer.from(await value.arrayBuffer())
    else fields[name] = value.startsWith('{') ? JSON.parse(value) : value
  }
  return { fields, files }
}

function textMessage(fields: Fields) {
  allowOnly(fields, [
    'chat_id',
    'text',
    'parse_mode',
    'link_preview_options',
    'reply_parameters',
    'reply_markup',
  ])
  const buttons = readKeyboard(fields['reply_markup'])
  return { ...readText(fields['text'], fields['parse_mode'], limits.text), buttons }
}

function photoMessage(fields: Fields, { photo: png }: Files) {
  allowOnly(fields, ['chat_id', 'caption', 'parse_mode', 'reply_parameters', 'reply_markup'])
  if (png === undefined) throw new Refused('Bad Request: there is no photo in the request')
  const photo = readPhoto(png)
  const { caption, parse_mode: parseMode } = fields
  const below =
    caption === undefined ? { text: '', entities: [] } : readText(caption, parseMode, limits.caption)
  return { ...below, photo, buttons: readKeyboard(fields['reply_markup']) }
}

/** Telegram ignores what it does not know; here it is a spelling mistake. */
function allowOnly(fields: Fields, names: readonly string[]): void {
  const unknown = Object.keys(fields).filter((name) => !names.includes(name))
  if (unknown.length > 0) throw new Refused(`Bad Request: unknown parameters ${unknown.join(', ')}`)
}

function repliedTo(fields: Fields, chatId: string, messages: readonly FakeTelegramMessage[]) {
  const reply = fields['reply_parameters']
  if (reply === undefined) return {}
  const { message_id: id, allow_sending_without_reply: otherwise } = reply as Fields
  const found = messages.find((one) => one.chatId === chatId && one.messageId === id)
  if (found !== undefined) return { replyTo: found.messageId }
  if (otherwise === true) return {}
  throw new Refused('Bad Request: message to be replied not found')
}
