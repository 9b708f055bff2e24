import type { EscalationPolicy, EscalationStep, User } from './configuration.ts'
import { incidentName } from './evidence.ts'
import type { Page, PageKind, PageState } from './page.ts'

/** Where an escalation stands. Steps count from 1; round 0 is the first time through. */
export interface EscalationPosition {
  readonly step: number
  readonly round: number
}

export const firstPosition: EscalationPosition = { step: 1, round: 0 }

/** The step number of pages that belong to none: the fallback's, and messages that follow. */
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

/** A page to be stored as queued. */
export type NewPage = Pick<
  Page,
  'id' | 'incident' | 'kind' | 'step' | 'round' | 'person' | 'channel' | 'contact'
>

/** A page as workflows hold it. */
export type PageRef = Pick<Page, 'id' | 'person' | 'channel'>

type PageAddress = Pick<Page, 'incident' | 'kind' | 'step' | 'round' | 'person' | 'contact'>

/**
 * `INC-42/r0/s1/ana/c0`: the same page has the same id whenever it is worked out, and the id is its idempotency key everywhere. Plain ASCII, so that it
 * fits into a header.
 */
export function pageId({ incident, kind, step, round, person, contact }: PageAddress): string {
  const who = encodeURIComponent(person.toWellFormed())
  const occasion = step === outsideSteps ? 'fallback' : `s${step}`
  const stage = kind === 'page' ? `r${round}/${occasion}` : kind
  return `${incidentName(incident)}/${stage}/${who}/c${contact}`
}

type Users = Readonly<Record<string, User>>

/** Pages of one step, or of the fallback: each person once, over the first contact. People without a contact are left out. */
export function pagesFor(
  incident: number,
  at: EscalationPosition,
  people: readonly string[],
  users: Users,
): NewPage[] {
  return [...new Set(people)].flatMap((person) => {
    const page = pageOver(users[person], { incident, kind: 'page', ...at, person, contact: 0 })
    return page === undefined ? [] : [page]
  })
}

/** The page over the person's next contact, after this one could not be delivered. Only what wakes somebody is worth it. */
export function nextContactPage(failed: Page, user: User | undefined): NewPage | undefined {
  return failed.kind === 'page' ? pageOver(user, { ...failed, contact: failed.contact + 1 }) : undefined
}

function pageOver(user: User | undefined, address: PageAddress): NewPage | undefined {
  const contact = user?.contacts[address.contact]
  if (contact === undefined) return undefined
  const { incident, kind, step, round, person } = address
  return {
    id: pageId(address),
    incident,
    kind,
    step,
    round,
    person,
    channel: contact.channel,
    contact: address.contact,
  }
}

/** States in which a page reached its person, or may have. */
const perhapsHeard: readonly PageState[] = ['sending', 'sent', 'delivered', 'unknown']

/**
 * Messages that follow the pages of an incident: one to each person and contact that heard of it, except to the one whose deed it is. A channel that
 * keeps an incident of its own is told in any case: it would go on calling.
 */
export function followUpPages(
  kind: Exclude<PageKind, 'page'>,
  pages: readonly Page[],
  actor: string | null,
  keepsIncidents: (channel: string) => boolean,
): NewPage[] {
  const heard = pages.filter((page) => page.kind === 'page' && perhapsHeard.includes(page.state))
  const told = heard.filter((page) => page.person !== actor || keepsIncidents(page.channel))
  const byId = new Map(told.map((page) => [pageId({ ...page, kind }), page]))
  return [...byId].map(([id, { incident, person, channel, contact }]) => {
    return { id, incident, kind, step: outsideSteps, round: 0, person, channel, contact }
  })
}

export interface EnterStepInput extends EscalationPosition {
  readonly incident: number
}

export interface EnterStepResult {
  readonly pages: readonly PageRef[]
  /** Nobody could be paged: go on at once. */
  readonly nobody: boolean
  /** How long to wait for an acknowledgement; 0 when there is nobody to wait for. */
  readonly ackTimeoutMs: number
  /** `null`: exhausted after this step. */
  readonly next: EscalationPosition | null
}

export interface FallbackInput {
  readonly incident: number
  readonly round: number
}

export interface PageInput {
  readonly page: string
}

export interface FailPageInput extends PageInput {
  /** Used when the last try left no reason of its own. */
  readonly reason: string
}

export interface PageResult {
  readonly state: PageState
  /** Queued over the person's next contact, because this one failed. */
  readonly next: PageRef | null
}

export interface CancelPagesInput {
  readonly incident: number
  /** For people: `ana acknowledged`. */
  readonly reason: string
}

export interface FollowUpInput {
  readonly incident: number
  readonly kind: Exclude<PageKind, 'page'>
}
