import { channelTraits } from '../domain/page/channel-traits.ts'
import type { Contact } from '../domain/configuration/people.ts'
import { failureText, type HttpPost } from '../domain/page/delivery.ts'
import type { FollowedMessage, PageMessage, SendOutcome, TryOutcome } from '../domain/page/page.ts'
import { type Chart, chartFor, type ChartOptions, defaultChartWaitMs } from '../domain/page/chart.ts'
import { createTurns, outcomeOfTurn } from '../domain/page/turns.ts'
import { type Bot, type BotAnswer, botAt, createBotApi } from './bot-api.ts'
import { type Keyboard, keyboardOf, standingKeyboard } from './buttons.ts'
import { pace, telegramLimits } from './limits.ts'
import { type TelegramText, telegramText } from './text.ts'

export type TelegramContact = Extract<Contact, { channel: 'telegram' }>

export interface TelegramChannelOptions extends ChartOptions {
  readonly post: HttpPost
  /** For one request, the answer included; a page with its chart and every way round a refusal takes twice as long at most. */
  readonly timeoutMs: number
  /** Throws with a message that names the reference, never its value. */
  readonly resolveSecret: (reference: string) => Promise<string>
  readonly now: () => Date
  /** Whether somebody hears when a button is pressed; without that, pages have none. */
  readonly buttons?: boolean
  /** Told why a page that is over still has its buttons. */
  readonly onOldButtons?: (incident: string, reason: string) => void
}

/**
 * Pages by a bot's messages. A text that fits is the caption of the chart; a longer one goes first and the chart answers it. Nothing about the chart
 * or the markup keeps the text from its reader. A possible repeat goes as text alone: the smallest message is the likeliest to arrive.
 */
export function createTelegramChannel(options: TelegramChannelOptions) {
  const { timeoutMs, resolveSecret, now } = options
  const call = createBotApi(options)
  const turns = createTurns(now, pace)
  return {
    ...channelTraits.telegram,

    async send(contact: TelegramContact, message: PageMessage, signal: AbortSignal): Promise<SendOutcome> {
      const target = await botOf(contact, resolveSecret)
      if (target.kind === 'final') return target
      const { bot } = target
      const place = placeOf(bot, contact.chatId)
      const turn = turns.of(place, message.idempotencyKey)
      if (turn !== undefined) return outcomeOfTurn(turn, 'Telegram', 'chat')
      const stop = AbortSignal.any([signal, AbortSignal.timeout(2 * timeoutMs)])
      const chat = chatWith(call, bot, contact.chatId, message, stop, options.buttons === true)
      const late = AbortSignal.any([stop, AbortSignal.timeout(options.chartWaitMs ?? defaultChartWaitMs)])
      const outcome: SendOutcome =
        message.isOwnDeed === true
          ? { kind: 'sent' }
          : await sendPage(chat, message, chartFor(options, message, late, chartLimit))
      if (outcome.kind === 'sent') await changeButtons(chat, message, options)
      turns.note(place, message.idempotencyKey, outcome)
      return outcome
    },

    /** A text that is no page, once. */
    async tell(contact: TelegramContact, text: string, signal: AbortSignal): Promise<TryOutcome> {
      const target = await botOf(contact, resolveSecret)
      if (target.kind === 'final') return target
      const parameters = { chat_id: contact.chatId, text, link_preview_options: { is_disabled: true } }
      const answer = await call(target.bot, { method: 'sendMessage', parameters }, signal)
      return answer.kind === 'refused' ? { kind: 'final', error: answer.error } : told(answer)
    },
  }
}

function told(answer: Exclude<BotAnswer, { kind: 'refused' }>): TryOutcome {
  return answer.kind === 'sent' ? { kind: 'sent' } : answer
}

type Target = { readonly kind: 'bot'; readonly bot: Bot } | Extract<SendOutcome, { kind: 'final' }>

async function botOf(
  contact: TelegramContact,
  resolveSecret: TelegramChannelOptions['resolveSecret'],
): Promise<Target> {
  try {
    return { kind: 'bot', bot: await botAt(contact, resolveSecret) }
  } catch (error) {
    return { kind: 'final', error: failureText(error, 'a secret of this contact cannot be read') }
  }
}

const chartLimit = { taker: 'Telegram', bytes: telegramLimits.photoBytes }

/** A chat of one bot. */
function placeOf({ token }: Bot, chatId: string): string {
  return `${token.split(':')[0]}/${chatId}`
}

type Chat = ReturnType<typeof chatWith>

function chatWith(
  call: ReturnType<typeof createBotApi>,
  bot: Bot,
  chatId: string,
  message: PageMessage,
  signal: AbortSignal,
  buttons: boolean,
) {
  const followed = (message.follows ?? []).flatMap((one) => {
    const id = messageIn(chatId, one)
    return id === undefined ? [] : [{ id, message: one }]
  })
  const [answered] = followed
  const keyboard = buttons ? keyboardOf(message) : undefined
  const pressed = keyboard === undefined ? {} : { reply_markup: keyboard }
  return {
    chatId,
    /** Messages of this chat that it follows. */
    followed: buttons ? followed : [],
    changeButtons: (messageId: number, keyboard: Keyboard) => {
      const parameters = { chat_id: chatId, message_id: messageId, reply_markup: keyboard }
      return call(bot, { method: 'editMessageReplyMarkup', parameters }, signal)
    },
    sendText: ({ form, text }: TelegramText) => {
      const parameters = {
        chat_id: chatId,
        text,
        ...parseMode(form),
        link_preview_options: { is_disabled: true },
        ...replyTo(answered?.id),
        ...pressed,
      }
      return call(bot, { method: 'sendMessage', parameters }, signal)
    },
    sendPhoto: (png: Uint8Array, below: TelegramText | number) => {
      const rest =
        typeof below === 'number'
          ? replyTo(below)
          : { caption: below.text, ...parseMode(below.form), ...replyTo(answered?.id), ...pressed }
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

/** Messages count anew in every chat: one of another chat is not followed in this one. */
function messageIn(chatId: string, { id: named }: FollowedMessage): number | undefined {
  const [chat, id] = named.split('/')
  return chat === chatId && /^\d+$/.test(id ?? '') ? Number(id) : undefined
}

/** What was there to press is over. The message arrived, so nothing that happens here takes that back. */
async function changeButtons(
  chat: Chat,
  { incident, kind }: PageMessage,
  options: TelegramChannelOptions,
): Promise<void> {
  if (kind === 'page' || kind === 'on-call') return
  for (const { id, message } of chat.followed) {
    const keyboard = standingKeyboard(kind, message)
    const answer = keyboard === undefined ? undefined : await chat.changeButtons(id, keyboard)
    // One that has these already, or that is gone, says so by a refusal.
    const isDone = answer === undefined || answer.kind === 'sent' || answer.kind === 'refused'
    if (!isDone) options.onOldButtons?.(incident, answer.error)
  }
}

async function sendPage(chat: Chat, message: PageMessage, chart: Chart | undefined): Promise<TryOutcome> {
  const html = telegramText(message, 'html')
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
  return isRefused ? chat.sendText(telegramText(message, 'plain')) : answer
}

/** The text is there already: whatever becomes of the chart, the page was sent. */
async function addChart(chat: Chat, chart: Chart | undefined, messageId: number): Promise<void> {
  const png = await chart?.png
  if (png === undefined) return
  const answer = await chat.sendPhoto(png, messageId)
  if (answer.kind !== 'sent') chart?.missed(answer.error)
}

function outcomeOf(answer: BotAnswer, { chatId }: Chat): TryOutcome {
  if (answer.kind === 'refused') return { kind: 'final', error: answer.error }
  if (answer.kind !== 'sent') return answer
  return answer.messageId === undefined
    ? { kind: 'sent' }
    : { kind: 'sent', providerId: `${chatId}/${answer.messageId}` }
}
