import { outsideSteps } from '../escalate/escalate.ts'
import type { HoldCause } from '../escalate/hold.ts'
import type { Fact, FactOf } from '../facts/fact.ts'
import type { Page } from '../page/page.ts'
import type { PersonPageKind } from './event.ts'
import type { AttributedFact } from './turn.ts'

/** What would happen, when; instants are epoch milliseconds. */
export type SimulatedEntry = { readonly at: number } & (
  | (Place & { readonly kind: 'step'; readonly people: readonly string[] })
  /** Passed at once: nobody could be paged. */
  | (Place & { readonly kind: 'skipped'; readonly empty: readonly string[] })
  | (Place & { readonly kind: 'held'; readonly cause: HoldCause })
  | { readonly kind: 'exhausted'; readonly round: number; readonly retryAt: string | null }
  /** A provider took it. */
  | (Message & { readonly kind: 'page'; readonly step: number | 'fallback'; readonly round: number })
  | (Message & { readonly kind: 'notice' })
  /** One that is no page of a step. */
  | (Message & { readonly kind: 'message'; readonly about: PersonPageKind | 'group' })
  | (Message & {
      readonly kind: 'undelivered'
      readonly state: 'failed' | 'unknown'
      readonly reason: string | null
    })
  | { readonly kind: 'refused'; readonly by: string; readonly why: string }
  /** Whatever else came of it; `by` is a person, or `firewatch`. */
  | { readonly kind: HappeningKind; readonly by: string; readonly fact: Fact }
)

interface Place {
  readonly step: number
  readonly round: number
}

interface Message {
  readonly person: string
  readonly channel: string
  /** Index into the person's contacts. */
  readonly contact: number
}

export type HappeningKind =
  | 'acknowledged'
  | 'handed-over'
  | 'released'
  | 'escalated'
  | 'retried'
  | 'policy'
  | 'severity'
  | 'worse'
  | 'grown'
  | 'again'
  | 'reminder'
  | 'cleared'
  | 'reopened'
  | 'resolved'

const happenings: Readonly<Partial<Record<Fact['type'], HappeningKind>>> = {
  acknowledged: 'acknowledged',
  'acknowledged-too': 'acknowledged',
  confirmed: 'acknowledged',
  'took-over': 'acknowledged',
  snoozed: 'acknowledged',
  'handed-over': 'handed-over',
  'hand-over-declined': 'handed-over',
  released: 'released',
  escalated: 'escalated',
  retried: 'retried',
  'policy-applied': 'policy',
  'severity-changed': 'severity',
  'severity-set': 'severity',
  'owner-asked': 'worse',
  'owner-told-again': 'again',
  'owner-reminded': 'reminder',
  repeated: 'retried',
  grown: 'grown',
  cleared: 'cleared',
  reopened: 'reopened',
  resolved: 'resolved',
}

/** What a fact is in the story of a simulation; none for what pages tell by themselves, or what is no matter of paging. */
export function factEntries({ fact, actor }: AttributedFact, at: number): SimulatedEntry[] {
  switch (fact.type) {
    case 'step-entered':
      return [{ at, ...stepEntry(fact) }]
    case 'step-held':
      return [{ at, kind: 'held', step: fact.step, round: fact.round, cause: fact.cause }]
    case 'exhausted':
      return [{ at, kind: 'exhausted', round: fact.round, retryAt: fact.retryAt ?? null }]
    default: {
      const kind = happenings[fact.type]
      return kind === undefined ? [] : [{ at, kind, by: actor, fact }]
    }
  }
}

function stepEntry({ step, round, paged, notified, empty }: FactOf<'step-entered'>) {
  if (paged.length > 0) return { kind: 'step', step, round, people: paged } as const
  const without = notified.map(({ person }) => `no contact for ${person}`)
  return { kind: 'skipped', step, round, empty: [...empty, ...without] } as const
}

export function pageEntry(page: Page, at: number): SimulatedEntry {
  const { kind, person, channel, contact, step, round, state, lastError } = page
  const to = { at, person, channel, contact }
  if (state === 'failed' || state === 'unknown')
    return { ...to, kind: 'undelivered', state, reason: lastError }
  if (kind === 'notice') return { ...to, kind }
  if (kind === 'acknowledged' || kind === 'resolved' || kind === 'page')
    return { ...to, kind: 'page', step: step === outsideSteps ? 'fallback' : step, round }
  return { ...to, kind: 'message', about: kind }
}
