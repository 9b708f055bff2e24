import {
  errorText,
  type HttpPost,
  outcomeOfRefusal,
  type PostAnswer,
  retryAfterMs,
} from '../domain/page/delivery.ts'
import type { TryOutcome } from '../domain/page/page.ts'

/** A bot at its address. The token goes into a header, and into no error. */
export interface SlackBot {
  readonly base: URL
  readonly token: string
}

export interface SlackCall {
  readonly method: 'chat.postMessage' | 'chat.update'
  readonly body: Readonly<Record<string, unknown>>
}

/** What Slack said; `refused` with Slack's own word for the reason, for whoever knows a way round it. */
export type SlackAnswer =
  | { readonly kind: 'sent'; readonly channel: string; readonly ts: string }
  | { readonly kind: 'refused'; readonly reason: string; readonly error: string }
  | Exclude<TryOutcome, { kind: 'sent' }>

export interface WebApiOptions {
  readonly post: HttpPost
  /** For one request, the answer included. */
  readonly timeoutMs: number
  readonly now: () => Date
}

/** Errors that pass: https://docs.slack.dev/reference/methods/chat.postMessage#errors. All others are said about the request and will be said again. */
const passing = [
  'ratelimited',
  'rate_limited',
  'internal_error',
  'fatal_error',
  'service_unavailable',
  'request_timeout',
]

/** What a reader can do about the commonest ones. */
const hints: Readonly<Record<string, string>> = {
  not_in_channel: 'invite the app into the channel',
  channel_not_found: 'no such channel, or a private one that the app was not invited into',
  is_archived: 'the channel is archived',
  invalid_auth: 'the token was refused',
  account_inactive: 'the token belongs to a removed app or user',
  token_revoked: 'the token was revoked',
  missing_scope: 'the app needs the scope chat:write',
}

/** Calls a method of the Web API once. https://docs.slack.dev/apis/web-api/ */
export function createWebApi({ post, timeoutMs, now }: WebApiOptions) {
  return async (bot: SlackBot, { method, body }: SlackCall, signal: AbortSignal): Promise<SlackAnswer> => {
    const headers = {
      authorization: `Bearer ${bot.token}`,
      'content-type': 'application/json; charset=utf-8',
      accept: 'application/json',
      'user-agent': 'Firewatch',
    }
    const answer = await post({
      url: addressOf(bot, method),
      headers,
      body: JSON.stringify(body),
      timeoutMs,
      signal,
    })
    return classify(answer, bot.token, now())
  }
}

function addressOf({ base }: SlackBot, method: SlackCall['method']): URL {
  const url = new URL(base)
  url.pathname = [url.pathname.replace(/\/+$/, ''), method].join('/')
  return url
}

/** There is no idempotency key: once a request was begun, a lost answer leaves it unknown whether the message stands in the channel. */
function classify(answer: PostAnswer, token: string, now: Date): SlackAnswer {
  if (answer.kind === 'no-answer') return { kind: answer.begun ? 'unknown' : 'retry', error: answer.reason }
  const { status, complete, retryAfter } = answer
  const said = saidOf(answer.body)
  const isSlack = typeof said?.ok === 'boolean'
  if (status < 200 || status >= 300) {
    const reason = status < 400 ? ': redirects are not followed' : reasonIn(said)
    const outcome = outcomeOfRefusal(
      status,
      errorText(`answered ${status}${reason}`, [token]),
      retryAfter,
      now,
    )
    return outcome.kind === 'sent' ? { kind: 'retry', error: `answered ${status}` } : outcome
  }
  if (!isSlack)
    return complete
      ? { kind: 'retry', error: `answered ${status}, but not in the words of Slack` }
      : { kind: 'unknown', error: `answered ${status}, and the answer broke off` }
  if (said.ok === true) return { kind: 'sent', channel: textIn(said.channel), ts: textIn(said.ts) }
  return refusedAnswer(said, retryAfter, token, now)
}

function refusedAnswer(said: Said, retryAfter: string | undefined, token: string, now: Date): SlackAnswer {
  const reason = textIn(said.error)
  const hint = Object.hasOwn(hints, reason) ? ` (${hints[reason]})` : ''
  const error = errorText(`Slack refused: ${reason === '' ? 'without a reason' : reason}${hint}`, [token])
  if (!passing.includes(reason)) return { kind: 'refused', reason, error }
  const wait = retryAfterMs(retryAfter, now)
  return wait === undefined ? { kind: 'retry', error } : { kind: 'retry', error, retryAfterMs: wait }
}

/** What Slack says, as far as it can be read. */
interface Said {
  readonly ok?: unknown
  readonly error?: unknown
  readonly channel?: unknown
  readonly ts?: unknown
}

function reasonIn(said: Said | undefined): string {
  const reason = textIn(said?.error)
  return reason === '' ? '' : `: ${reason}`
}

function textIn(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

function saidOf(body: string): Said | undefined {
  try {
    const value: unknown = JSON.parse(body)
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined
  } catch {
    return undefined
  }
}
