import type { EscalationPolicy, EscalationStep } from '../configuration/escalation-policy.ts'
import type { Reachable } from './targets.ts'
import { canonicalJson, toJson } from '../values/canonical-json.ts'
import { incidentName } from '../investigate/evidence.ts'
import type { FollowUpKind, Page, PageKind, PageState } from '../page/page.ts'
import { acknowledgeTargetMs, type Severity } from '../values/severity.ts'

/** Where an escalation stands. Steps count from 1; round 0 is the first time through. */
export interface EscalationPosition {
  readonly step: number
  readonly round: number
}

export const firstPosition: EscalationPosition = { step: 1, round: 0 }

/** The step number of pages that belong to none: the fallback's, and all that are no `page`; their round counts those of their kind. */
export const outsideSteps = 0

export function stepAt(policy: EscalationPolicy, step: number): EscalationStep | undefined {
  return policy.steps[step - 1]
}

/** Where to go when nobody acknowledged in time; `null` when the policy is exhausted. */
export function nextPosition(
  policy: EscalationPolicy,
  { step, round }: EscalationPosition,
): EscalationPosition | null {
  if (step < policy.steps.length) return { step: step + 1, round }
  if (policy.steps.length > 0 && round < policy.repeat) return { step: 1, round: round + 1 }
  return null
}

/**
 * How long a step waits for an acknowledgement. Where the policy does not say, the steps share the time in which somebody should have
 * acknowledged, so that the last of them is entered in time.
 */
export function ackTimeoutOf({ steps }: EscalationPolicy, step: EscalationStep, severity: Severity): number {
  if (step.ackTimeoutMs !== undefined) return step.ackTimeoutMs
  return Math.floor(acknowledgeTargetMs[severity] / steps.length / 1_000) * 1_000
}

/** Where an escalation goes on under an edited policy. */
export type PositionAfterEdit =
  /** The step is still there, and was entered already: only what follows it changes. */
  | { readonly entered: true; readonly next: EscalationPosition | null }
  /** Another stands at its place, to be entered at once. */
  | { readonly entered: false; readonly position: EscalationPosition }

/**
 * Keeps the place in a policy that was edited. A step that is gone is followed at once by the one now at its place, or by the first when that is past the
 * end. Source: GoAlert, engine/escalationmanager/db.go.
 */
export function keepPosition(
  before: EscalationPolicy,
  after: EscalationPolicy,
  at: EscalationPosition,
): PositionAfterEdit {
  const current = canonicalJson(toJson(stepAt(before, at.step)))
  const index = after.steps.findIndex((step) => canonicalJson(toJson(step)) === current)
  if (index >= 0) return { entered: true, next: nextPosition(after, { ...at, step: index + 1 }) }
  const isPastTheEnd = at.step > after.steps.length
  return { entered: false, position: { ...at, step: isPastTheEnd ? 1 : at.step } }
}

/** A page to be stored as queued. */
export type NewPage = Pick<
  Page,
  'id' | 'incident' | 'kind' | 'step' | 'round' | 'person' | 'channel' | 'contact' | 'ruleAfterMs'
>

/** What tells pages apart; of one step over one contact the time after which a rule asks for them does. */
type PageAddress = Omit<NewPage, 'id' | 'channel'>

/**
 * `INC-42/r0/s1/ana/c0`, with `/t1800` behind it where a personal rule waited half an hour: the same page has the same id whenever it is worked
 * out, and the id is its idempotency key everywhere. Plain ASCII, so that it fits into a header.
 */
export function pageId({ incident, kind, step, round, person, contact, ruleAfterMs }: PageAddress): string {
  const who = encodeURIComponent(person.toWellFormed())
  const late = ruleAfterMs === 0 ? '' : `/t${ruleAfterMs / 1_000}`
  return `${incidentName(incident)}/${occasionOf(kind, step, round)}/${who}/c${contact}${late}`
}

function occasionOf(kind: PageKind, step: number, round: number): string {
  if (kind !== 'page') return round === 0 ? kind : `${kind}-${round}`
  return `r${round}/${step === outsideSteps ? 'fallback' : `s${step}`}`
}

/** Somebody to page over one of their contacts. */
export interface Recipient {
  readonly person: string
  readonly contact: number
  readonly afterMs?: number
}

export type ReachableBy = (person: string) => Reachable | undefined

/** Pages of one occasion. Recipients without that contact are left out. */
export function pagesFor(
  incident: number,
  { kind = 'page', step, round }: EscalationPosition & { readonly kind?: PageKind },
  recipients: readonly Recipient[],
  reachable: ReachableBy,
): NewPage[] {
  return recipients.flatMap(({ person, contact, afterMs = 0 }) => {
    const address = { incident, kind, step, round, person, contact, ruleAfterMs: afterMs }
    const page = pageOver(reachable(person), address)
    return page === undefined ? [] : [page]
  })
}

/**
 * The page over the person's next contact, after this one could not be delivered. It is for what wakes somebody, and for what takes an executive by
 * the sleeve; other messages are not worth it.
 */
export function nextContactPage(failed: Page, reachable: Reachable | undefined): NewPage | undefined {
  if (!isCall(failed)) return undefined
  return pageOver(reachable, { ...failed, contact: failed.contact + 1 })
}

function pageOver(reachable: Reachable | undefined, address: PageAddress): NewPage | undefined {
  const contact = reachable?.contacts[address.contact]
  if (contact === undefined) return undefined
  const { incident, kind, step, round, person, ruleAfterMs } = address
  return {
    id: pageId(address),
    incident,
    kind,
    step,
    round,
    person,
    channel: contact.channel,
    contact: address.contact,
    ruleAfterMs,
  }
}

/** States in which a page reached its person, or may have. One that is being sent is followed when it has ended. */
const perhapsHeard: readonly PageState[] = ['sent', 'delivered', 'unknown']

/**
 * Messages that follow the pages of an incident: one to each person and contact that heard of it, except to the one whose deed it is. A channel that
 * keeps a state of its own is told in any case: it would go on calling, or offer what is over.
 * @param occasion counts messages of one kind, from 0
 */
export function followUpPages(
  { kind, occasion }: { readonly kind: FollowUpKind; readonly occasion: number },
  pages: readonly Page[],
  actor: string | null,
  keepsIncidents: (channel: string) => boolean,
): NewPage[] {
  const heard = pages.filter((page) => isCall(page) && perhapsHeard.includes(page.state))
  const told = heard.filter((page) => page.person !== actor || keepsIncidents(page.channel))
  const follows = { kind, step: outsideSteps, round: occasion, ruleAfterMs: 0 }
  const byId = new Map(told.map((page) => [pageId({ ...page, ...follows }), page]))
  return [...byId].map(([id, { incident, person, channel, contact }]) => ({
    ...follows,
    id,
    incident,
    person,
    channel,
    contact,
  }))
}

/** It reaches for a person, instead of telling one who was reached what became of it. */
export function isCall({ kind }: Pick<Page, 'kind'>): boolean {
  return kind !== 'acknowledged' && kind !== 'resolved'
}
