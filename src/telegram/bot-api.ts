import { errorText, type HttpPost, outcomeOfRefusal, type PostAnswer } from '../domain/page/delivery.ts'
import type { TryOutcome } from '../domain/page/page.ts'
import { type FormFile, multipart } from './multipart.ts'

/** A bot at its address. The token stands in the path of every request, so no address is ever part of an error. */
export interface Bot {
  readonly base: URL
  readonly token: string
}

/** A call of a method: JSON, or a form when it carries a file. */
export interface BotCall {
  readonly method: 'sendMessage' | 'sendPhoto' | 'editMessageReplyMarkup'
  readonly parameters: Readonly<Record<string, unknown>>
  readonly file?: FormFile
}

/** What Telegram said, and, when it found fault with what was sent rather than with whom it went to, what with. */
export type BotAnswer =
  | { readonly kind: 'sent'; readonly messageId: number | undefined }
  | { readonly kind: 'refused'; readonly fault: 'markup' | 'content'; readonly error: string }
  | Exclude<TryOutcome, { kind: 'sent' }>

export interface BotApiOptions {
  readonly post: HttpPost
  /** For one request, the answer included. */
  readonly timeoutMs: number
  readonly now: () => Date
}

/** `123456789:` and letters; checked because it becomes part of a path. */
const tokenPattern = /^\d+:[\w-]+$/

function isToken(text: string): boolean {
  return tokenPattern.test(text)
}

const defaultApiUrl = 'https://api.telegram.org'

/**
 * The bot that references lead to.
 * @throws with a message that names what was wrong, and no value
 */
export async function botAt(
  { token: tokenReference, apiUrl = defaultApiUrl }: { readonly token: string; readonly apiUrl?: string },
  resolveSecret: (reference: string) => Promise<string>,
): Promise<Bot> {
  const base = URL.parse(await resolveSecret(apiUrl))
  if (base === null || !['http:', 'https:'].includes(base.protocol))
    throw new Error('the Telegram address of this contact is not an http or https URL')
  const token = (await resolveSecret(tokenReference)).trim()
  if (!isToken(token))
    throw new Error('the token of this contact cannot be right: BotFather gives 123456789:letters')
  return { base, token }
}

/** Calls a method of the Bot API once. https://core.telegram.org/bots/api#making-requests */
export function createBotApi({ post, timeoutMs, now }: BotApiOptions) {
  return async (bot: Bot, call: BotCall, signal: AbortSignal): Promise<BotAnswer> => {
    const { contentType, body } = call.file === undefined ? jsonOf(call) : formOf(call, call.file)
    const headers = { 'content-type': contentType, accept: 'application/json', 'user-agent': 'Firewatch' }
    const answer = await post({ url: addressOf(bot, call.method), headers, body, timeoutMs, signal })
    return classify(answer, bot.token, now())
  }
}

function addressOf({ base, token }: Bot, method: BotCall['method']): URL {
  const url = new URL(base)
  url.pathname = [url.pathname.replace(/\/+$/, ''), `bot${token}`, method].join('/')
  return url
}

function jsonOf({ parameters }: BotCall): { contentType: string; body: string } {
  return { contentType: 'application/json', body: JSON.stringify(parameters) }
}

/** Values that are not text go as JSON into a form. */
function formOf({ parameters }: BotCall, file: FormFile): { contentType: string; body: Uint8Array } {
  const fields = Object.entries(parameters).map(([key, value]) => {
    return [key, typeof value === 'string' ? value : JSON.stringify(value)] as const
  })
  return multipart(Object.fromEntries(fields), file)
}

/**
 * By https://core.telegram.org/bots/api#making-requests and #responseparameters. There is no idempotency key: once a request was begun, a lost
 * answer leaves it unknown whether somebody read the message.
 */
function classify(answer: PostAnswer, token: string, now: Date): BotAnswer {
  if (answer.kind === 'no-answer') {
    return { kind: answer.begun ? 'unknown' : 'retry', error: answer.reason }
  }
  const said = saidOf(answer.body)
  if (answer.status >= 200 && answer.status < 300) return acceptance(answer, said, token, now)
  return refusedAnswer(answer.status, said, answer.retryAfter, token, now)
}

function acceptance(
  { status, complete, retryAfter }: Extract<PostAnswer, { kind: 'answered' }>,
  said: Said | undefined,
  token: string,
  now: Date,
): BotAnswer {
  if (said?.ok === true) {
    const id = said.result?.message_id
    return { kind: 'sent', messageId: typeof id === 'number' ? id : undefined }
  }
  if (said?.ok === false) return refusedAnswer(Number(said.error_code ?? 500), said, retryAfter, token, now)
  // Whoever answers so whole is not Telegram; what broke off may have been.
  return complete
    ? { kind: 'retry', error: `answered ${status}, but not in the words of Telegram` }
    : { kind: 'unknown', error: `answered ${status}, and the answer broke off` }
}

function refusedAnswer(
  status: number,
  said: Said | undefined,
  retryAfter: string | undefined,
  token: string,
  now: Date,
): BotAnswer {
  const error = errorText(`answered ${status}${explanationOf(status, said)}`, [
    token,
    encodeURIComponent(token),
  ])
  const isAboutContent = status === 400 || status === 413
  if (isAboutContent) {
    const fault = /\bentit/i.test(descriptionOf(said)) ? 'markup' : 'content'
    return { kind: 'refused', fault, error }
  }
  const seconds = said?.parameters?.retry_after
  const wait = typeof seconds === 'number' && seconds >= 0 ? String(Math.ceil(seconds)) : retryAfter
  const outcome = outcomeOfRefusal(status, error, wait, now)
  return outcome.kind === 'sent' ? { kind: 'retry', error } : outcome
}

function explanationOf(status: number, said: Said | undefined): string {
  const description = descriptionOf(said)
  const told = description === '' ? '' : `: ${description}`
  if (status >= 300 && status < 400) return ': redirects are not followed'
  if (status === 401) return `${told}: the token was refused, BotFather has the right one`
  if (status === 404) return `${told}: no such bot at this address, see the token and apiUrl`
  const movedTo = said?.parameters?.migrate_to_chat_id
  return typeof movedTo === 'number' ? `${told}: configure chatId ${movedTo}` : told
}

/** What Telegram says, as far as it can be read. */
interface Said {
  readonly ok?: unknown
  readonly result?: { readonly message_id?: unknown }
  readonly error_code?: unknown
  readonly description?: unknown
  readonly parameters?: { readonly retry_after?: unknown; readonly migrate_to_chat_id?: unknown }
}

function descriptionOf(said: Said | undefined): string {
  return typeof said?.description === 'string' ? said.description : ''
}

function saidOf(body: string): Said | undefined {
  try {
    const value: unknown = JSON.parse(body)
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined
  } catch {
    return undefined
  }
}
