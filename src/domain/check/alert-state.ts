import type { AlertStatus } from '../alert/alert.ts'
import type { MissingReason } from './first-data.ts'
import type { VerdictState } from './verdict.ts'

/** Where the alert of one series stands between two runs of its check. Instants are ISO 8601 in UTC. */
export interface SeriesState {
  readonly phase: 'clear' | 'pending' | 'firing'
  /** Start of the first bucket that fired; null while clear. */
  readonly since: string | null
  /** Consecutive evaluated `ok` buckets while firing; `unknown` neither counts nor interrupts. */
  readonly okBuckets: number
  /** Start of the first of those. */
  readonly okSince: string | null
  /** The newest bucket that was judged `ok` or `firing`. */
  readonly judgedAt: string | null
  /** The bucket whose transition was last told to people; the cooldown runs from it. */
  readonly messagedAt: string | null
  /** Fires, but nobody was told because of a cooldown. */
  readonly muted: boolean
  /** What is not there, of the wait for first data. */
  readonly reason?: MissingReason
}

/** What of a check's configuration decides when its alerts begin and end. */
export interface AlertPolicy {
  readonly forMs: number
  readonly clearAfter: number
  readonly cooldownMs: number
}

/** A change that becomes an alert event. */
export interface Transition {
  readonly status: AlertStatus
  /** The bucket that brought it about. */
  readonly at: string
  /** Start of the first bucket that fired. */
  readonly startsAt: string
  /** Start of the first `ok` bucket; with `resolved` only. */
  readonly endsAt?: string
  /** State changes, but nobody is to be messaged: until when. */
  readonly mutedUntil?: string
}

export const clearState: SeriesState = {
  phase: 'clear',
  since: null,
  okBuckets: 0,
  okSince: null,
  judgedAt: null,
  messagedAt: null,
  muted: false,
}

/** A verdict reduced to what moves the state. */
export interface JudgedBucket {
  /** Start of the bucket. */
  readonly at: string
  readonly state: VerdictState
}

/**
 * The next state of a series, and the event if one is due.
 *
 * It begins to fire when buckets that are `forMs` apart fired with no `ok` between them (0: at the first one), and clears after
 * `clearAfter` evaluated `ok` buckets in a row. `unknown` changes nothing at all. A bucket that was judged before, or is older than one
 * that was, changes nothing either. Within `cooldownMs` of a message a re-fire is muted; one that still fires when the
 * cooldown is over is told then, so that a mute never hides a lasting problem.
 */
export function advance(
  state: SeriesState,
  bucket: JudgedBucket,
  policy: AlertPolicy,
): { readonly state: SeriesState; readonly transition?: Transition } {
  if (bucket.state === 'unknown' || !isNewer(bucket.at, state.judgedAt)) return { state }
  const judged = { ...state, judgedAt: bucket.at }
  return bucket.state === 'firing' ? fired(judged, bucket.at, policy) : passed(judged, bucket.at, policy)
}

function fired(state: SeriesState, at: string, policy: AlertPolicy) {
  const since = state.since ?? at
  const lasting = { ...state, since, okBuckets: 0, okSince: null }
  if (state.phase !== 'firing' && elapsed(since, at) < policy.forMs) {
    return { state: { ...lasting, phase: 'pending' as const } }
  }
  if (state.phase === 'firing' && !state.muted) return { state: lasting }
  const mutedUntil = cooldownEnd(state, at, policy)
  if (mutedUntil === undefined) {
    const told = { ...lasting, phase: 'firing' as const, muted: false, messagedAt: at }
    return { state: told, transition: { status: 'firing' as const, at, startsAt: since } }
  }
  const muted = { ...lasting, phase: 'firing' as const, muted: true }
  if (state.phase === 'firing') return { state: muted }
  return { state: muted, transition: { status: 'firing' as const, at, startsAt: since, mutedUntil } }
}

function passed(state: SeriesState, at: string, policy: AlertPolicy) {
  if (state.phase !== 'firing' || state.since === null) return { state: cleared(state) }
  const okBuckets = state.okBuckets + 1
  const okSince = state.okSince ?? at
  if (okBuckets < policy.clearAfter) return { state: { ...state, okBuckets, okSince } }
  return { state: cleared(state), transition: resolution(state, state.since, okSince, at) }
}

/** The end of an alert whose series is not judged any more, if it fires. */
export function retire(state: SeriesState, at: string): Transition | undefined {
  if (state.phase !== 'firing' || state.since === null) return undefined
  return resolution(state, state.since, at, at)
}

/** What a series was judged last, as far as it was judged at all. */
export function lastJudged({ phase, okBuckets }: SeriesState): 'ok' | 'firing' {
  return phase !== 'clear' && okBuckets === 0 ? 'firing' : 'ok'
}

/** True when a series without a stored state would behave the same from now on. */
export function isForgettable(state: SeriesState, at: string, policy: AlertPolicy): boolean {
  return state.phase === 'clear' && cooldownEnd(state, at, policy) === undefined
}

function resolution({ muted }: SeriesState, startsAt: string, endsAt: string, at: string): Transition {
  // Nobody heard that it fires, so nobody needs to hear that it cleared.
  return { status: 'resolved', at, startsAt, endsAt, ...(muted ? { mutedUntil: at } : {}) }
}

function cleared({ judgedAt, messagedAt }: SeriesState): SeriesState {
  return { ...clearState, judgedAt, messagedAt }
}

function cooldownEnd(
  { messagedAt }: SeriesState,
  at: string,
  { cooldownMs }: AlertPolicy,
): string | undefined {
  if (messagedAt === null || elapsed(messagedAt, at) >= cooldownMs) return undefined
  return new Date(Date.parse(messagedAt) + cooldownMs).toISOString()
}

function isNewer(at: string, than: string | null): boolean {
  return than === null || elapsed(than, at) > 0
}

function elapsed(from: string, to: string): number {
  return Date.parse(to) - Date.parse(from)
}
