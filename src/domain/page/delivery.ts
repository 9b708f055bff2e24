import type { TryOutcome } from './page.ts'
import { storableText } from '../values/text.ts'

/** One POST to an address outside. */
export interface PostRequest {
  readonly url: URL
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | Uint8Array
  /** For the whole exchange, the answer's body included. */
  readonly timeoutMs: number
  readonly signal: AbortSignal
}

export type PostAnswer =
  | {
      readonly kind: 'answered'
      readonly status: number
      readonly retryAfter?: string
      /** Only its beginning when it was long. */
      readonly body: string
      /** False when the body was cut, by its length or by a broken connection. */
      readonly complete: boolean
    }
  /**
   * No status line came back. `reason` names neither address nor content: both may be secret. Once it was `begun`, the request may have arrived;
   * before that, it has not.
   */
  | { readonly kind: 'no-answer'; readonly reason: string; readonly begun: boolean }

/** Sends once and never repeats, follows no redirect, and answers for every fault of the network instead of throwing. */
export type HttpPost = (request: PostRequest) => Promise<PostAnswer>

const dayMs = 86_400_000
const httpDate = /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/

/**
 * Milliseconds that a `Retry-After` header asks to wait: seconds or an HTTP date (RFC 9110 §10.2.3), a day at most.
 * @returns `undefined` when there is none, or none that can be read
 */
export function retryAfterMs(header: string | undefined, now: Date): number | undefined {
  const text = header?.trim() ?? ''
  if (/^\d+$/.test(text)) return Math.min(Number(text) * 1000, dayMs)
  if (!httpDate.test(text)) return undefined
  const at = Date.parse(text)
  return Number.isNaN(at) ? undefined : Math.min(Math.max(at - now.getTime(), 0), dayMs)
}

/**
 * What an answer other than success means: too early, too many and the server's own trouble pass (408, 425, 429, 5xx); anything else is
 * said about this request and will be said again.
 */
export function outcomeOfRefusal(
  status: number,
  error: string,
  retryAfter: string | undefined,
  now: Date,
): TryOutcome {
  const passes = status === 408 || status === 425 || status === 429 || status >= 500
  if (!passes) return { kind: 'final', error }
  const wait = retryAfterMs(retryAfter, now)
  return wait === undefined ? { kind: 'retry', error } : { kind: 'retry', error, retryAfterMs: wait }
}

/** Text of at most `max` UTF-16 units, with an ellipsis where it was cut; nothing that is read as one character is cut in two, and what no store can hold is replaced. */
export function cutText(text: string, max: number): string {
  const whole = storableText(text)
  return whole.length <= max ? whole : `${whole.slice(0, boundaryBefore(whole, max - 1))}…`
}

const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' })
/** Longer than any that is written in good faith: a letter under a thousand accents is cut between these. */
const longestGrapheme = 64

/** The last place at or before `at` where a text may be cut. */
function boundaryBefore(text: string, at: number): number {
  const boundary = graphemes.segment(text.slice(0, at + longestGrapheme)).containing(at)?.index ?? at
  if (at - boundary <= longestGrapheme) return boundary
  const last = text.charCodeAt(at - 1)
  return last >= 0xd800 && last <= 0xdbff ? at - 1 : at
}

/** Turns the direction of writing round for whatever follows: a text must not be able to look like another. */
const turning = /[\u202a-\u202e\u2066-\u2069]/g
/** Something that can be seen. */
const visible = /[^\p{Cc}\p{Z}\p{Default_Ignorable_Code_Point}]/u

/**
 * Text on one line: control characters and runs of white space become one blank, what turns the direction of writing is left out. Empty where nothing of it
 * can be seen.
 */
export function oneLine(text: string): string {
  const line = text
    .replaceAll(turning, '')
    .replaceAll(/[\p{Cc}\s]+/gu, ' ')
    .trim()
  return visible.test(line) ? line : ''
}

/** Long enough for a provider's reason, short enough for a list. */
const longestError = 300

/** An error as it may be stored and shown: one bounded line without any of `secrets`. */
export function errorText(text: string, secrets: readonly string[] = []): string {
  // Before it is cut: half a secret would no longer be found.
  const safe = secrets
    .filter((secret) => secret !== '')
    .reduce((rest, secret) => rest.replaceAll(secret, '[secret]'), text)
  return cutText(oneLine(safe), longestError)
}

/** What failed before anything was sent, as it may be stored and shown; `otherwise` where what was thrown is no error. */
export function failureText(error: unknown, otherwise: string): string {
  return errorText(error instanceof Error ? error.message : otherwise)
}
