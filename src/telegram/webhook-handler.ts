import { createHash, timingSafeEqual } from 'node:crypto'
import { z } from 'zod'
import type { AnswerResult } from '../domain/page/channel-answers.ts'
import type { Configuration } from '../domain/configuration/configuration.ts'
import type { SecretReference } from '../domain/configuration/secret-reference.ts'
import type { TelegramIntegration } from '../domain/configuration/integrations.ts'
import { cutText, type HttpPost, oneLine } from '../domain/page/delivery.ts'
import { carryOutOrder, type ChatAnswers, chatHelp, readOrder } from '../domain/page/chat-order.ts'
import { incidentName } from '../domain/investigate/evidence.ts'
import { storable } from '../domain/values/text.ts'
import { botAt, createBotApi } from './bot-api.ts'
import { acknowledgedKeyboard, readButton } from './buttons.ts'
import { telegramLimits } from './limits.ts'

export interface TelegramWebhookHandlerOptions {
  readonly integration: TelegramIntegration
  /** As configured now: whose chat a message stands in says which bot wrote it. */
  readonly users: () => Configuration['users']
  readonly resolveSecret: (reference: string) => Promise<string>
  readonly answers: ChatAnswers
  readonly post: HttpPost
  /** For one request to Telegram. */
  readonly timeoutMs: number
  readonly now: () => Date
  readonly log: (message: string, reason: unknown) => void
}

export interface TelegramUpdate {
  /** `X-Telegram-Bot-Api-Secret-Token` */
  readonly secret: string | undefined
  readonly body: Uint8Array
}

/** What Telegram is answered; a reply is a call of one method. */
export type TelegramReceipt =
  | { readonly status: 401 }
  | { readonly status: 200; readonly reply?: Readonly<Record<string, unknown>> }

/** https://core.telegram.org/bots/api#callbackquery and #message */
const Query = z.object({
  id: z.string().max(100),
  from: z.object({ id: z.int() }),
  message: z.object({ message_id: z.int(), chat: z.object({ id: z.int() }) }).optional(),
  data: z.string().max(64).optional(),
})
const Typed = z.object({ from: z.object({ id: z.int() }), text: z.string() })
const Update = z.object({
  update_id: z.int().catch(0),
  callback_query: Query.optional().catch(undefined),
  message: Typed.optional().catch(undefined),
})

type Query = z.output<typeof Query>

/** `/firewatch …` or `/login`; also as it is written in a group of several bots: `/login@our_bot`. */
const command = /^\/(?:(?<login>login)|firewatch)(?:@\w+)?(?:\s+(?<text>[^]*))?$/i

/**
 * Takes pressed buttons and commands from Telegram's webhook. The answer to one is the answer to the request itself, which needs no token:
 * https://core.telegram.org/bots/api#making-requests-when-getting-updates
 */
export function createTelegramWebhookHandler(options: TelegramWebhookHandlerOptions) {
  const { integration, resolveSecret, answers, log } = options
  const underWay = new Set<Promise<void>>()
  return {
    async receive({ secret, body }: TelegramUpdate): Promise<TelegramReceipt> {
      const expected = (await resolveSecret(integration.webhookSecret)).trim()
      if (!isSame(secret, expected)) return { status: 401 }
      const { callback_query: query, message, update_id: id } = Update.safeParse(jsonOf(body)).data ?? {}
      if (query === undefined)
        return message === undefined ? { status: 200 } : typed(options, message, `telegram-${id}`)
      const button = readButton(query.data ?? '')
      if (button === undefined) return { status: 200, reply: answerTo(query, 'Nothing is left to do here.') }
      const told = await answers.give(
        { channel: 'telegram', id: String(query.from.id) },
        { verb: button.verb, commandId: `telegram-${query.id.replaceAll(/[^\w-]+/g, '-')}`, ...button.value },
      )
      if (button.verb === 'acknowledge' && isTaken(told)) {
        const edit = showAcknowledged(options, query, incidentName(button.value.incident))
          .catch((error: unknown) => log('the buttons of a page were left as they were', error))
          .finally(() => underWay.delete(edit))
        underWay.add(edit)
      }
      return { status: 200, reply: answerTo(query, told.message) }
    },

    /** When nothing is under way any more. */
    async idle(): Promise<void> {
      while (underWay.size > 0) await Promise.all(underWay)
    },
  }
}

/** A command is answered to whoever wrote it in their own chat with the bot, wherever they wrote it: never into a group. */
async function typed(
  { answers }: TelegramWebhookHandlerOptions,
  { from, text }: z.output<typeof Typed>,
  id: string,
): Promise<TelegramReceipt> {
  const { login, text: words = '' } = command.exec(text.trim())?.groups ?? {}
  if (!command.test(text.trim()) || (login !== undefined && words !== '')) return { status: 200 }
  const order = readOrder(login === undefined ? words : 'login', id)
  const told = await carryOutOrder(answers, { channel: 'telegram', id: String(from.id) }, order, id)
  const problem = order.kind === 'help' && order.problem !== undefined ? [order.problem] : []
  const shown = cutText(told?.message ?? [...problem, help].join('\n'), telegramLimits.textLength)
  const parameters = { chat_id: from.id, text: shown, link_preview_options: { is_disabled: true } }
  return { status: 200, reply: { method: 'sendMessage', ...parameters } }
}

const help = chatHelp.map(([usage, meaning]) => `${usage}: ${meaning}`).join('\n')

function isTaken({ kind }: AnswerResult): boolean {
  return kind === 'done' || kind === 'unchanged'
}

function answerTo({ id }: Query, text: string) {
  const shown = cutText(oneLine(text), telegramLimits.callbackAnswerLength)
  return { method: 'answerCallbackQuery', callback_query_id: id, text: shown, show_alert: true }
}

/** In constant time, whatever their lengths. */
function isSame(given: string | undefined, expected: string): boolean {
  if (given === undefined || expected === '') return false
  const digest = (text: string) => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(given), digest(expected))
}

/** The message itself then shows that somebody has it. Nothing depends on that: the answer was given. */
async function showAcknowledged(
  options: TelegramWebhookHandlerOptions,
  { message }: Query,
  incident: string,
): Promise<void> {
  if (message === undefined) return
  const chatId = String(message.chat.id)
  const account = accountOf(options, chatId)
  if (account === undefined) return
  const bot = await botAt(account, options.resolveSecret)
  const call = {
    chat_id: chatId,
    message_id: message.message_id,
    reply_markup: acknowledgedKeyboard(incident),
  }
  const stop = AbortSignal.timeout(2 * options.timeoutMs)
  const answer = await createBotApi(options)(
    bot,
    { method: 'editMessageReplyMarkup', parameters: call },
    stop,
  )
  if (answer.kind !== 'sent') options.log('the buttons of a page were left as they were', answer.error)
}

interface BotAccount {
  readonly token: SecretReference
  readonly apiUrl?: SecretReference
}

function accountOf(
  { integration, users }: TelegramWebhookHandlerOptions,
  chatId: string,
): BotAccount | undefined {
  const contacts = Object.values(users()).flatMap((user) => user.contacts)
  const own = contacts.find((contact) => contact.channel === 'telegram' && contact.chatId === chatId)
  if (own?.channel === 'telegram') return own
  const { token, apiUrl } = integration
  return token === undefined ? undefined : { token, ...(apiUrl === undefined ? {} : { apiUrl }) }
}

function jsonOf(body: Uint8Array): unknown {
  try {
    return storable(JSON.parse(Buffer.from(body).toString('utf8')))
  } catch {
    return undefined
  }
}
