import { readSpan } from '../escalate/maintenance-request.ts'
import { cutText } from '../page/delivery.ts'
import { errorMessage } from '../values/error-message.ts'
import { storableText } from '../values/text.ts'
import type { Matcher } from './matcher.ts'
import { formatMatcher, MatcherRefused, parseMatchers } from './matcher-text.ts'
import { type Silence, type SilenceDraft, silenceProblem, silenceState } from './silence.ts'
import type { SilenceEffect } from './silence-effect.ts'

/** A silence as somebody asks for it, in their own words; the one who answers says what is not understood. */
export interface SilenceRequest {
  /** Each one matcher or a list of them, such as `service="feed"`. */
  readonly matchers: readonly string[]
  /** `2h`; or else `to`. */
  readonly for?: string
  /** Instants such as `2026-05-01T12:00`, days, `now` or `+2h`, by the clock of `timeZone` unless they say another; absent: from now. */
  readonly from?: string
  readonly to?: string
  readonly reason?: string
  /** The silence that is changed; absent: a new one. What the request leaves out stays. */
  readonly id?: string
  /** By whose clock it is written, and answered. */
  readonly timeZone: string
}

export interface SilenceAnswer {
  readonly kind: 'done' | 'unchanged' | 'refused'
  /** What came of it, in sentences. */
  readonly message: string
  readonly silence?: Omit<Silence, 'id' | 'updatedAt'> & { readonly id?: string }
  readonly effect?: SilenceEffect
}

/** Silencing from wherever people are. */
export interface Silencing {
  /** Those that are not expired, or those of the last days too; the newest end first among the expired. */
  listed(withExpired?: boolean): Promise<readonly Silence[]>
  /** @param id or its beginning, of 8 characters at least */
  find(id: string): Promise<Silence | undefined>
  /** What a silence would silence now; nothing is changed. */
  preview(request: SilenceRequest, by: string): Promise<SilenceAnswer>
  /** @param requestKey the same over repeats of one request */
  add(request: SilenceRequest, by: string, requestKey: string): Promise<SilenceAnswer>
  expire(id: string, by: string): Promise<SilenceAnswer>
}

/**
 * Matchers as words of a command line or a chat, each one matcher: as with Alertmanager's `amtool`, a first word that is none names an alert.
 */
export function matchersOfWords(words: readonly string[]): readonly string[] {
  const [first = '', ...rest] = words
  if (!/^[\p{L}\p{N}_:./-]+$/u.test(first)) return words
  return [formatMatcher({ name: 'alertname', operator: '=', value: first }), ...rest]
}

const longestReason = 500

export interface SilenceContext {
  readonly by: string
  /** What it changes; `null`: nothing. */
  readonly previous: Silence | null
  /** Epoch milliseconds. */
  readonly now: number
  /** Who only looks need not say why. */
  readonly isPreview: boolean
}

type Problem = { readonly problem: string }

/** The silence that a request means, or what is not understood or not possible. */
export function readSilence(request: SilenceRequest, context: SilenceContext): SilenceDraft | Problem {
  const { by, previous, now, isPreview } = context
  const read = readMatchers(request.matchers)
  if ('problem' in read) return read
  const span = readSilenceSpan(request, previous, now)
  if ('problem' in span) return span
  const reason = cutText(storableText(request.reason ?? '').trim(), longestReason)
  const draft: SilenceDraft = {
    matchers: read.matchers.length === 0 && previous !== null ? previous.matchers : read.matchers,
    startsAt: span.from,
    endsAt: span.to,
    createdBy: by,
    comment: reason === '' ? (previous?.comment ?? '') : reason,
  }
  const isComplete = draft.comment !== '' || !isPreview
  const problem = silenceProblem(isComplete ? draft : { ...draft, comment: 'preview' }, now)
  return problem === undefined ? draft : { problem }
}

function readMatchers(written: readonly string[]): { readonly matchers: readonly Matcher[] } | Problem {
  try {
    return { matchers: written.flatMap((text) => parseMatchers(storableText(text))) }
  } catch (error) {
    if (error instanceof MatcherRefused) return { problem: errorMessage(error) }
    throw error
  }
}

type Span = { readonly from: number; readonly to: number }

/** A change that names no beginning keeps it, and one that names no end keeps that. `2h` counts from now, as people extend a silence. */
function readSilenceSpan(request: SilenceRequest, previous: Silence | null, now: number): Span | Problem {
  if (previous === null || silenceState(previous, now) === 'expired') return readSpan(request, now)
  const { startsAt, endsAt } = previous
  const isPending = silenceState(previous, now) === 'pending'
  const keepsEnd = request.for === undefined && request.to === undefined
  const span = readSpan(
    {
      ...request,
      ...(request.from === undefined && isPending ? { from: new Date(startsAt).toISOString() } : {}),
      ...(keepsEnd ? { to: new Date(endsAt).toISOString() } : {}),
    },
    now,
  )
  if ('problem' in span) return span
  return { from: request.from === undefined ? startsAt : span.from, to: keepsEnd ? endsAt : span.to }
}
