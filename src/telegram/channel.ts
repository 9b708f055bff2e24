import type { Contact } from '../domain/configuration.ts'
import { errorText, type HttpPost } from '../domain/delivery.ts'
import type { PageMessage, SendOutcome } from '../domain/page.ts'
import { type Bot, type BotAnswer, createBotApi, isToken } from './bot-api.ts'
import { telegramLimits } from './limits.ts'
import { type TelegramText, textOf } from './text.ts'

export type TelegramContact = Extract<Contact, { channel: 'telegram' }>

export interface TelegramChannelOptions {
  readonly post: HttpPost
  /** For one request, the answer included; a page with its chart and every way round a refusal takes twice as long at most. */
  readonly timeoutMs: number
  /** Throws with a message that names the reference, never its value. */
  readonly resolveSecret: (reference: string) => Promise<string>
  readonly now: () => Date
  /** The chart of `INC-42` as PNG; `undefined` when there is nothing to show. It may fail and may take long: then the page goes without. */
  readonly chartOf: (incident: string) => Promise<Uint8Array | undefined>
  /** How long a page waits for its chart. */
  readonly chartWaitMs?: number
  /** Told why a page that arrived has no chart. */
  readonly onMissingChart: (incident: string, reason: string) => void
}

const defaultApiUrl = 'https://api.telegram.org'
const defaultChartWaitMs = 2_000

/**
 * Pages by a bot's messages. A text that fits is the caption of the chart; a longer one goes first and the chart answers it. Nothing about the chart
 * or the markup keeps the text from its reader. A possible repeat goes as text alone: the smallest message is the likeliest to arrive.
 */
export function createTelegramChannel(options: TelegramChannelOptions) {
  const { timeoutMs, resolveSecret, now } = options
  const call = createBotApi(options)
  const pauses = createPauses(now)
  return {
    keepsIncidents: false,
    hasKey: false,

    async send(contact: TelegramContact, message: PageMessage, signal: AbortSignal): Promise<SendOutcome> {
      const target = await botOf(contact, resolveSecret)
      if (target.kind === 'final') return target
      const { bot } = target
      const waiting = pauses.of(bot, contact.chatId)
      if (waiting !== undefined) return waiting
      const stop = AbortSignal.any([signal, AbortSignal.timeout(2 * timeoutMs)])
      const chat = chatWith(call, bot, contact.chatId, message.follows, stop)
      const outcome = await sendPage(chat, message, chartFor(options, message, stop))
      pauses.note(bot, contact.chatId, outcome)
      return outcome
    },
  }
}

type Target = { readonly kind: 'bot'; readonly bot: Bot } | Extract<SendOutcome, { kind: 'final' }>

async function botOf(
  { token: tokenReference, apiUrl = defaultApiUrl }: TelegramContact,
  resolveSecret: TelegramChannelOptions['resolveSecret'],
): Promise<Target> {
  try {
    const base = URL.parse(await resolveSecret(apiUrl))
    if (base === null || !['http:', 'https:'].includes(base.protocol))
      return { kind: 'final', error: 'the Telegram address of this contact is not an http or https URL' }
    const token = (await resolveSecret(tokenReference)).trim()
    return isToken(token)
      ? { kind: 'bot', bot: { base, token } }
      : {
          kind: 'final',
          error: 'the token of this contact cannot be right: BotFather gives 123456789:letters',
        }
  } catch (error) {
    return { kind: 'final', error: reasonOf(error, 'a secret of this contact cannot be read') }
  }
}

/** Asks Telegram for nothing before it said that it may be asked again; a chat that must wait holds up no other. */
function createPauses(now: () => Date) {
  const until = new Map<string, number>()
  const keyOf = ({ token }: Bot, chatId: string) => `${token.split(':')[0]}/${chatId}`
  return {
    of(bot: Bot, chatId: string): SendOutcome | undefined {
      const rest = (until.get(keyOf(bot, chatId)) ?? 0) - now().getTime()
      return rest > 0
        ? { kind: 'retry', error: 'Telegram asked to wait for this chat', retryAfterMs: rest }
        : undefined
    },
    note(bot: Bot, chatId: string, outcome: SendOutcome): void {
      if (outcome.kind === 'retry' && outcome.retryAfterMs !== undefined)
        until.set(keyOf(bot, chatId), now().getTime() + outcome.retryAfterMs)
      else until.delete(keyOf(bot, chatId))
    },
  }
}

type Chat = ReturnType<typeof chatWith>

function chatWith(
  call: ReturnType<typeof createBotApi>,
  bot: Bot,
  chatId: string,
  follows: string | undefined,
  signal: AbortSignal,
) {
  const followed = followedIn(chatId, follows)
  return {
    chatId,
    sendText: ({ form, text }: TelegramText) => {
      const parameters = {
        chat_id: chatId,
        text,
        ...parseMode(form),
        link_preview_options: { is_disabled: true },
        ...replyTo(followed),
      }
      return call(bot, { method: 'sendMessage', parameters }, signal)
    },
    sendPhoto: (png: Uint8Array, below: TelegramText | number) => {
      const rest =
        typeof below === 'number'
          ? replyTo(below)
          : { caption: below.text, ...parseMode(below.form), ...replyTo(followed) }
      const file = { field: 'photo', name: 'chart.png', type: 'image/png', bytes: png }
      return call(bot, { method: 'sendPhoto', parameters: { chat_id: chatId, ...rest }, file }, signal)
    },
  }
}

function parseMode(form: TelegramText['form']) {
  return form === 'html' ? { parse_mode: 'HTML' } : {}
}

function replyTo(messageId: number | undefined) {
  if (messageId === undefined) return {}
  return { reply_parameters: { message_id: messageId, allow_sending_without_reply: true } }
}

/** Messages count anew in every chat: one of another chat is not the one that is followed. */
function followedIn(chatId: string, follows: string | undefined): number | undefined {
  const [chat, id] = (follows ?? '').split('/')
  return chat === chatId && /^\d+$/.test(id ?? '') ? Number(id) : undefined
}

interface Chart {
  /** `undefined` when there is none in time. */
  readonly png: Promise<Uint8Array | undefined>
  readonly missed: (reason: string) => void
}

async function sendPage(chat: Chat, message: PageMessage, chart: Chart | undefined): Promise<SendOutcome> {
  const html = textOf(message, 'html')
  const png = html.length <= telegramLimits.captionLength ? await chart?.png : undefined
  if (png !== undefined) {
    const answer = await chat.sendPhoto(png, html)
    if (!isWorthText(answer)) return outcomeOf(answer, chat)
    const alone = await sendText(chat, message, html)
    if (alone.kind === 'sent') chart?.missed(answer.error)
    return outcomeOf(alone, chat)
  }
  const answer = await sendText(chat, message, html)
  if (answer.kind === 'sent' && answer.messageId !== undefined) await addChart(chat, chart, answer.messageId)
  return outcomeOf(answer, chat)
}

/** Not taken for sure, and nobody asked to wait: the text alone may still be. */
function isWorthText(answer: BotAnswer): answer is Extract<BotAnswer, { kind: 'refused' | 'retry' }> {
  return answer.kind === 'refused' || (answer.kind === 'retry' && answer.retryAfterMs === undefined)
}

/** Plain when Telegram does not take the markup, once. */
async function sendText(chat: Chat, message: PageMessage, html: TelegramText): Promise<BotAnswer> {
  const answer = await chat.sendText(html)
  const isRefused = answer.kind === 'refused' && answer.fault === 'markup'
  return isRefused ? chat.sendText(textOf(message, 'plain')) : answer
}

/** The text is there already: whatever becomes of the chart, the page was sent. */
async function addChart(chat: Chat, chart: Chart | undefined, messageId: number): Promise<void> {
  const png = await chart?.png
  if (png === undefined) return
  const answer = await chat.sendPhoto(png, messageId)
  if (answer.kind !== 'sent') chart?.missed(answer.error)
}

function outcomeOf(answer: BotAnswer, { chatId }: Chat): SendOutcome {
  if (answer.kind === 'refused') return { kind: 'final', error: answer.error }
  if (answer.kind !== 'sent') return answer
  return answer.messageId === undefined
    ? { kind: 'sent' }
    : { kind: 'sent', providerId: `${chatId}/${answer.messageId}` }
}

/** Being drawn while the text is on its way. */
function chartFor(
  options: TelegramChannelOptions,
  message: PageMessage,
  stop: AbortSignal,
): Chart | undefined {
  if (message.kind !== 'page' || message.possibleRepeat) return undefined
  const { chartOf, chartWaitMs = defaultChartWaitMs, onMissingChart } = options
  const { incident } = message
  const missed = (reason: string) => onMissingChart(incident, reason)
  const late = AbortSignal.any([stop, AbortSignal.timeout(chartWaitMs)])
  const png = Promise.race([chartOf(incident), endOf(late, chartWaitMs)]).then(
    (bytes) => {
      if (bytes === undefined || (bytes.length > 0 && bytes.length <= telegramLimits.photoBytes)) return bytes
      missed(`it has ${bytes.length} bytes, and Telegram takes 1 to ${telegramLimits.photoBytes}`)
      return undefined
    },
    (error: unknown) => {
      missed(reasonOf(error, 'it could not be drawn'))
      return undefined
    },
  )
  return { png, missed }
}

function endOf(signal: AbortSignal, waitMs: number): Promise<never> {
  return new Promise((_, reject) => {
    const end = () => reject(new Error(`it was not there within ${waitMs} ms`))
    if (signal.aborted) end()
    else signal.addEventListener('abort', end, { once: true })
  })
}

function reasonOf(error: unknown, otherwise: string): string {
  return errorText(error instanceof Error ? error.message : otherwise)
}
