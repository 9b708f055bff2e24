import { formatDuration } from '../values/duration.ts'
import { dayAndTimeWords, type ReaderClock } from '../values/zoned-words.ts'
import type { Labels } from './alert.ts'
import { type Matcher, matchesAll } from './matcher.ts'
import { formatMatcher } from './matcher-text.ts'

/** Alerts that pages say nothing about for a while, whichever incident they are in. Instants are epoch milliseconds. */
export interface Silence {
  /** A UUID. */
  readonly id: string
  /** An alert is silenced when all of them hold. */
  readonly matchers: readonly Matcher[]
  /** Half-open: it is active from `startsAt` until just before `endsAt`. */
  readonly startsAt: number
  readonly endsAt: number
  readonly updatedAt: number
  readonly createdBy: string
  /** Why, in the author's words. */
  readonly comment: string
}

export const silenceStates = ['active', 'pending', 'expired'] as const

export type SilenceState = (typeof silenceStates)[number]

export function silenceState(
  { startsAt, endsAt }: Pick<Silence, 'startsAt' | 'endsAt'>,
  at: number,
): SilenceState {
  if (endsAt <= at) return 'expired'
  return at < startsAt ? 'pending' : 'active'
}

/** Those that silence an alert of these labels at an instant, in the order given. */
export function silencing(labels: Labels, silences: readonly Silence[], at: number): readonly Silence[] {
  return silences.filter(
    (silence) => silenceState(silence, at) === 'active' && matchesAll(silence.matchers, labels),
  )
}

/** What somebody wants silenced. */
export type SilenceDraft = Omit<Silence, 'id' | 'updatedAt'>

export const mostMatchers = 50
const longestMatchers = 10_000
const longestMs = 366 * 86_400_000

/**
 * What is wrong with a silence that is asked for at `now`; `undefined` when nothing is. As Alertmanager's rules, with bounds, and stricter in one:
 * `os!="ios"` alone, which would silence nearly everything, matches alerts without the label and is refused. Source: prometheus/alertmanager,
 * silence/silence.go, `validateSilence`, and api/v2/api.go, `postSilencesHandler`.
 */
export function silenceProblem(draft: SilenceDraft, now: number): string | undefined {
  const { matchers, startsAt, endsAt, createdBy, comment } = draft
  if (matchers.length === 0) return 'at least one matcher is needed, such as service="feed"'
  if (matchers.length > mostMatchers) return `at most ${mostMatchers} matchers can be given`
  if (matchersText(matchers).length > longestMatchers)
    return `its matchers are longer than ${longestMatchers.toLocaleString('en')} characters`
  if (matchers.every((matcher) => matchesAll([matcher], {})))
    return `${matchersText(matchers)} matches alerts that have no such label, so nearly all of them: add a matcher that an alert needs a label for, such as service="feed" or alertname=~".+"`
  if (endsAt <= startsAt) return 'its end must come after its beginning'
  if (endsAt <= now) return 'it would be over already: its end must lie ahead'
  if (endsAt - startsAt > longestMs) return `it lasts ${formatDuration(endsAt - startsAt)}: at most a year`
  if (startsAt - now > longestMs) return 'it begins in more than a year'
  if (createdBy.trim() === '') return 'it needs an author'
  return comment.trim() === '' ? 'say why, for whoever wonders: a reason is needed' : undefined
}

/** What setting a silence comes to: another end or reason for the one that there is, or a new one, before which the old one is expired. */
export type SilenceChange =
  | { readonly kind: 'update'; readonly silence: Silence }
  | { readonly kind: 'create'; readonly silence: Silence; readonly expired: Silence | null }

/**
 * @param previous the silence that is changed; `null` for a new one
 * @param newId its id, should it be a new one
 */
export function changeOfSilence(
  previous: Silence | null,
  draft: SilenceDraft,
  newId: string,
  now: number,
): SilenceChange {
  if (previous !== null && canUpdate(previous, draft, now))
    return {
      kind: 'update',
      // To the second: an end may be given back as it was shown.
      silence: { ...draft, startsAt: startKept(previous, draft), id: previous.id, updatedAt: now },
    }
  const startsAt = Math.max(draft.startsAt, now)
  const isOver = previous === null || silenceState(previous, now) === 'expired'
  return {
    kind: 'create',
    silence: { ...draft, startsAt, id: newId, updatedAt: now },
    expired: isOver ? null : expiredAt(previous, now),
  }
}

/**
 * Whether a change leaves what was silenced in the past as it was. Source: prometheus/alertmanager, silence/silence.go, `canUpdate`: the same
 * matchers; of an active one the same start, to the second, and an end that is not past; of a pending one a start that is not past.
 */
function canUpdate(previous: Silence, draft: SilenceDraft, now: number): boolean {
  if (!isSameMatchers(previous.matchers, draft.matchers)) return false
  switch (silenceState(previous, now)) {
    case 'active':
      return secondOf(previous.startsAt) === secondOf(draft.startsAt) && draft.endsAt >= now
    case 'pending':
      return draft.startsAt >= now
    case 'expired':
      return false
  }
}

const secondOf = (instant: number) => Math.floor(instant / 1_000)

function startKept(previous: Silence, { startsAt }: SilenceDraft): number {
  return secondOf(previous.startsAt) === secondOf(startsAt) ? previous.startsAt : startsAt
}

function isSameMatchers(a: readonly Matcher[], b: readonly Matcher[]): boolean {
  return a.length === b.length && matchersText(a) === matchersText(b)
}

/** The silence as it stands once somebody expired it; of a pending one nothing is left. */
export function expiredAt(silence: Silence, now: number): Silence {
  if (silenceState(silence, now) === 'expired') return silence
  return { ...silence, startsAt: Math.min(silence.startsAt, now), endsAt: now, updatedAt: now }
}

/** As lists show an id: enough to find a silence by. */
export function shortSilenceId(uuid: string): string {
  return uuid.slice(0, 8)
}

/** `service="feed", os=~"ios|android"` */
export function matchersText(matchers: readonly Matcher[]): string {
  return matchers.map(formatMatcher).join(', ')
}

/** `Silence of service="feed" until 05:00 CET (2 h) by ana: new disks.` */
export function silenceSentence(
  { matchers, startsAt, endsAt, createdBy, comment }: SilenceDraft,
  clock: ReaderClock,
): string {
  const begins = startsAt > clock.now ? `from ${dayAndTimeWords(startsAt, clock)} ` : ''
  const lasting = formatDuration(endsAt - startsAt)
  return `Silence of ${matchersText(matchers)} ${begins}until ${dayAndTimeWords(endsAt, clock)} (${lasting}) by ${createdBy}${comment === '' ? '' : `: ${comment}`}${/[.!?…]$/.test(comment) ? '' : '.'}`
}
