import type { TypedLink } from '../alert/alert-links.ts'
import type { Severity } from '../values/severity.ts'

export type PageState = 'queued' | 'sending' | 'sent' | 'delivered' | 'failed' | 'unknown' | 'cancelled'

/**
 * `page` wakes the people of a step or of the fallback, `hand-over` whoever is asked to take the incident, `worse` its owner once it became worse;
 * `notice` tells somebody who is not waited for, `grown`, `again` and `reminder` its owner, `group` a room that follows its alerts; the others follow these over the same contact.
 */
export type PageKind =
  | 'page'
  | 'hand-over'
  | 'worse'
  | 'notice'
  | 'grown'
  | 'again'
  | 'reminder'
  | 'group'
  | FollowUpKind

export type FollowUpKind = 'acknowledged' | 'resolved'

/** One message to one person over one channel for one escalation step, as stored. */
export interface Page {
  readonly id: string
  readonly incident: number
  readonly kind: PageKind
  readonly step: number
  readonly round: number
  readonly person: string
  readonly channel: string
  /** Index into the person's contacts. */
  readonly contact: number
  /** How long after their step was entered the person's own rule asks for it, in milliseconds; 0: at once. */
  readonly ruleAfterMs: number
  readonly state: PageState
  readonly attempts: number
  /** Earlier tries that may have reached the person, though nobody knows: their process died, or the provider's answer was lost. */
  readonly unknownTries: number
  readonly providerId: string | null
  readonly lastError: string | null
  /** The page in whose message it went out: its own id, or that of one that waited for the same contact. */
  readonly leader: string | null
  readonly createdAt: string
  /** No try begins after this; `null` before the first. */
  readonly triesUntil: string | null
  readonly sentAt: string | null
  readonly finishedAt: string | null
}

/** Messages behind which is no incident: the title is what they say, and nothing answers them. */
type NoIncident = 'on-call' | 'test'

export function isOfNoIncident(kind: PageMessage['kind']): kind is NoIncident {
  return kind === 'on-call' || kind === 'test'
}

/** What a channel is given to send: plain facts, which each edge puts into its provider's form and limits. */
export interface PageMessage {
  /** Stable over all tries of this page. */
  readonly idempotencyKey: string
  /** Stable over all messages about this incident to one person, and of no other incident of any installation. */
  readonly conversationKey: string
  /** A notice reads like a page: what tells them apart is said in its text. */
  readonly kind: 'page' | FollowUpKind | NoIncident
  /** `INC-42`. */
  readonly incident: string
  readonly title: string
  readonly severity: Severity
  readonly service: string
  readonly person: string
  /** What, how much, against what: one line per firing alert, bounded by the sender. */
  readonly lines: readonly string[]
  readonly firingCount: number
  /** What automation did, does and awaits. */
  readonly nowDoing: string
  /**
   * What happens by itself next, and when, to stand behind `Next:`: `pages carol (Slack) at 03:24 CET, in 10 min, unless acknowledged`. For a webhook and for
   * PagerDuty a whole sentence: `Firewatch pages carol …`. Empty: only people and alerts change anything.
   */
  readonly next: string
  /** ISO 8601 in UTC. */
  readonly startedAt: string
  /** The same on the reader's clock: `03:14 CET (12 min ago)`. */
  readonly since: string
  /** Of the reader: the times in these texts, and in the chart, are by its clock. */
  readonly timeZone: string
  /** Opens the incident for this person for a while, where nobody else reads the message; else for whoever logs in. */
  readonly incidentUrl: string
  /** Absent where nothing measures what fires. */
  readonly chartUrl?: string
  readonly runbookTitle?: string
  /** Places to look, what to do first: runbooks, dashboards, charts, where an alert comes from. */
  readonly links: readonly TypedLink[]
  /** Users who answer for what fires, by metric and by slice. */
  readonly responsible: readonly string[]
  /** Other incidents that this one message tells of too. */
  readonly bundled: readonly BundledIncident[]
  /** Names the bundle that an answer answers as a whole; absent when the message tells of one incident. */
  readonly bundle?: string
  /** Where the escalation stood: an answer that was made to this message says so. */
  readonly position: { readonly round: number; readonly step: number }
  /** Whoever opens it may acknowledge as this person: for a channel that has no buttons, and for nobody else. */
  readonly answerUrl?: string
  /** An earlier try of this page may have reached the person. */
  readonly possibleRepeat: boolean
  /** Messages to the same contact that this one follows: the newest that called them comes first. */
  readonly follows?: readonly FollowedMessage[]
  /** The reader did it: nothing has to be said, but what stands at the provider has to follow. */
  readonly isOwnDeed?: true
}

/** A message that stands with its provider. */
export interface FollowedMessage {
  /** What the provider calls it. */
  readonly id: string
  /** The incidents that it tells of, as they are now, when it tells of several. */
  readonly incidents: readonly StandingIncident[]
  /** Where the escalation of the first of them stood, and which bundle it is: what a button of it carries. */
  readonly answers: MessageAnswers
}

/** What an answer to a message says that it answers. */
export interface MessageAnswers {
  /** `INC-42` */
  readonly incident: string
  readonly position: { readonly round: number; readonly step: number }
  /** Names the bundle, when the message tells of several incidents. */
  readonly bundle?: string
}

export interface StandingIncident extends BundledIncident {
  readonly standing: 'open' | 'acknowledged' | 'resolved'
  /** Who acknowledged or resolved it. */
  readonly by: string | null
}

export interface BundledIncident {
  /** `INC-43`. */
  readonly incident: string
  readonly title: string
  readonly severity: Severity
  readonly url: string
}

/** `http` or `https`. */
export interface PageLink {
  readonly title: string
  readonly url: string
}

/** How a try ended, classified once by the edge from its provider's documentation. */
export type TryOutcome =
  /** `replaced`: messages that stood no more, in whose place this one stands from now on. */
  | { readonly kind: 'sent'; readonly providerId?: string; readonly replaced?: readonly string[] }
  /** Try again, not before `retryAfterMs` when the provider said so. */
  | { readonly kind: 'retry'; readonly error: string; readonly retryAfterMs?: number }
  | { readonly kind: 'final'; readonly error: string }
  /** The provider may have taken it: the connection broke after the request was written. */
  | { readonly kind: 'unknown'; readonly error: string }

export type SendOutcome =
  | TryOutcome
  /** Not tried, since only our own pace holds it back: neither a try nor a failure. Its turn comes in `waitMs`. */
  | { readonly kind: 'wait'; readonly waitMs: number; readonly reason: string }
