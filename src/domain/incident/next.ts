import { rulesFor } from '../escalate/rules.ts'
import { reachableOf } from '../escalate/targets.ts'
import type { Configuration } from '../configuration/configuration.ts'
import { channelWords } from '../page/channel-words.ts'
import type { Severity } from '../values/severity.ts'
import { dayAndTimeWords, type ReaderClock, relativeWords } from '../values/zoned-words.ts'
import type { MachineState } from './state.ts'

/** What happens next by itself, if nobody does anything. Instants are epoch milliseconds. */
export type NextAction =
  | {
      readonly kind: 'pages'
      readonly people: readonly string[]
      readonly fallback: boolean
      readonly at: number
    }
  /** Nobody is left to page. */
  | { readonly kind: 'escalation-ends'; readonly at: number }
  | { readonly kind: 'paging-begins'; readonly at: number }
  | { readonly kind: 'step-begins'; readonly step: number; readonly at: number }
  | { readonly kind: 'steps-again'; readonly at: number }
  | { readonly kind: 'owner-runs-out'; readonly owner: string; readonly at: number }
  | { readonly kind: 'owner-answers'; readonly owner: string; readonly at: number }
  | {
      readonly kind: 'hand-over-lapses'
      readonly to: string
      readonly owner: string | null
      readonly at: number
    }
  | { readonly kind: 'resolves'; readonly at: number }

/** `null`: only people and alerts change anything. */
export function nextOf(state: MachineState): NextAction | null {
  const { phase, handOver, owner, stableAt } = state
  if (phase === 'resolved') return null
  if (handOver?.dueAt != null) {
    const { to, dueAt: at } = handOver
    return { kind: 'hand-over-lapses', to, owner: owner?.person ?? null, at }
  }
  const paging = nextPaging(state)
  if (paging !== null) return paging
  if (stableAt !== null) return { kind: 'resolves', at: stableAt }
  return owner?.until == null ? null : { kind: 'owner-runs-out', owner: owner.person, at: owner.until }
}

function nextPaging({ escalation, next, owner }: MachineState): NextAction | null {
  switch (escalation.kind) {
    case 'waiting': {
      const { following, expected = following, dueAt: at } = escalation
      if (expected.length > 0) return { kind: 'pages', people: expected, fallback: next === null, at }
      return next === null
        ? { kind: 'escalation-ends', at }
        : { kind: 'pages', people: [], fallback: false, at }
    }
    case 'head-start':
      return { kind: 'paging-begins', at: escalation.dueAt }
    case 'held': {
      const { position, dueAt: at, cause } = escalation
      // What another incident or alert holds back is only looked at again then.
      const isLook = cause.kind === 'merged' || cause.kind === 'inhibited'
      return at === null || isLook ? null : { kind: 'step-begins', step: position.step, at }
    }
    case 'exhausted':
      return escalation.retryAt === null ? null : { kind: 'steps-again', at: escalation.retryAt }
    case 'asking-owner':
      return { kind: 'owner-answers', owner: owner?.person ?? 'its owner', at: escalation.dueAt }
    case 'entering':
    case 'idle':
      return null
  }
}

/** How somebody is reached first, by the names of channels as people say them; nothing when that is not known. */
export type FirstChannels = (person: string) => readonly string[]

/** By the rules of each person for a severity, as configured now. */
export function firstChannels(
  severity: Severity,
  ...newestFirst: readonly Pick<Configuration, 'users' | 'channels'>[]
): FirstChannels {
  return (person) => {
    const how = reachableOf(person, ...newestFirst)
    if (how === undefined) return []
    const [first, ...others] = rulesFor(how, severity)
    const atOnce = [...(first === undefined ? [] : [first]), ...others.filter(({ afterMs }) => afterMs === 0)]
    const channels = atOnce.flatMap(({ contact }) => how.contacts[contact]?.channel ?? [])
    return [...new Set(channels.map(channelWords))]
  }
}

/** What stands behind `Next:`, such as `pages carol (Slack, e-mail) at 03:24 CET, in 10 min, unless acknowledged`. */
export function nextSentence(next: NextAction, clock: ReaderClock, channelsOf: FirstChannels): string {
  const { what, unless } = nextWords(next, channelsOf)
  const condition = unless === null ? '' : `, unless ${unless}`
  return `${what} at ${dayAndTimeWords(next.at, clock)}, ${relativeWords(next.at, clock.now)}${condition}`
}

/**
 * The same as a sentence of its own, for whoever reads it with nothing before it: `Firewatch pages carol (Slack, e-mail) at 03:24 CET, in 10 min, unless
 * acknowledged`.
 */
export function wholeNextSentence(next: NextAction, clock: ReaderClock, channelsOf: FirstChannels): string {
  const subject = subjects[next.kind]
  const said = nextSentence(next, clock, channelsOf)
  return subject === null ? said : `${subject} ${said}`
}

/** Who does it, where the words do not name that themselves. */
const subjects: Readonly<Record<NextAction['kind'], string | null>> = {
  pages: 'Firewatch',
  'escalation-ends': null,
  'paging-begins': null,
  'step-begins': null,
  'steps-again': 'Firewatch',
  'owner-runs-out': 'Firewatch',
  'owner-answers': 'Firewatch',
  'hand-over-lapses': null,
  resolves: 'The incident',
}

/** The same without its time, for whoever lets that run down. `unless`: what keeps it from happening. */
export function nextWords(
  next: NextAction,
  channelsOf: FirstChannels,
): { readonly what: string; readonly unless: string | null } {
  switch (next.kind) {
    case 'pages': {
      const whom = next.people.map((person) => personWords(person, channelsOf(person))).join(', ')
      const pages = `pages ${whom}${next.fallback ? ' as the last resort' : ''}`
      return { what: whom === '' ? 'goes to the next step' : pages, unless: 'acknowledged' }
    }
    case 'escalation-ends':
      return { what: 'nobody else is paged, and escalation ends', unless: 'acknowledged' }
    case 'paging-begins':
      return { what: 'paging begins', unless: 'remediation helps' }
    case 'step-begins':
      return { what: `step ${next.step} begins`, unless: null }
    case 'steps-again':
      return { what: 'pages from the first step again', unless: null }
    case 'owner-runs-out':
      return { what: 'escalates again', unless: 'resolved' }
    case 'owner-answers':
      return { what: 'escalates', unless: `${next.owner} acknowledges` }
    case 'hand-over-lapses': {
      const what = next.owner === null ? 'escalation continues' : `${next.owner} keeps it`
      return { what, unless: `${next.to} acknowledges` }
    }
    case 'resolves':
      return { what: 'resolves', unless: 'it fires again' }
  }
}

function personWords(person: string, channels: readonly string[]): string {
  return channels.length === 0 ? person : `${person} (${channels.join(', ')})`
}
