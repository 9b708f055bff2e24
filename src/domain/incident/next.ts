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
      const { position, dueAt: at } = escalation
      return at === null ? null : { kind: 'step-begins', step: position.step, at }
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
  const when = (at: number) => `at ${dayAndTimeWords(at, clock)}, ${relativeWords(at, clock.now)}`
  switch (next.kind) {
    case 'pages': {
      const whom = next.people.map((person) => personWords(person, channelsOf(person))).join(', ')
      const what =
        whom === '' ? 'goes to the next step' : `pages ${whom}${next.fallback ? ' as the last resort' : ''}`
      return `${what} ${when(next.at)}, unless acknowledged`
    }
    case 'escalation-ends':
      return `nobody else is paged, and escalation ends ${when(next.at)}, unless acknowledged`
    case 'paging-begins':
      return `paging begins ${when(next.at)}, unless remediation helps`
    case 'step-begins':
      return `step ${next.step} begins ${when(next.at)}`
    case 'steps-again':
      return `pages from the first step again ${when(next.at)}`
    case 'owner-runs-out':
      return `escalates again ${when(next.at)}, unless resolved`
    case 'owner-answers':
      return `escalates ${when(next.at)}, unless ${next.owner} acknowledges`
    case 'hand-over-lapses':
      return `${next.owner === null ? 'escalation continues' : `${next.owner} keeps it`} ${when(next.at)}, unless ${next.to} acknowledges`
    case 'resolves':
      return `resolves ${when(next.at)}, unless it fires again`
  }
}

function personWords(person: string, channels: readonly string[]): string {
  return channels.length === 0 ? person : `${person} (${channels.join(', ')})`
}
