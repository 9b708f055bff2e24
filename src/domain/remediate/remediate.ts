import type { ActionConfiguration } from '../configuration/configuration.ts'
import { incidentName } from '../investigate/evidence.ts'
import type { Explanation } from './explanation.ts'
import type { AfterRefusal } from './guard-decision.ts'
import type { AttemptOutcome, Effect, RemediationAttempt } from './remediation.ts'
import type { RemediationRung } from '../investigate/runbook.ts'

/** The id is the lock: Temporal permits one open attempt per target. */
export function remediationWorkflowId(target: string): string {
  return `remediation/${target}`
}

/** `INC-42/a1`: names an attempt, and is the key under which its action is idempotent. */
export function attemptId(incident: number, number: number): string {
  return `${incidentName(incident)}/a${number}`
}

/** A rung and where it stands in its ladder, counted from 1. */
export interface PlacedRung {
  readonly number: number
  readonly of: number
  readonly step: RemediationRung
}

/** What the ladder and the guards need to know of a former attempt. `outcome` is null while it runs. */
export type PastAttempt = Pick<RemediationAttempt, 'id' | 'rung' | 'outcome'>

/** Whether an attempt came so far that its action may have been carried out. One that runs counts as well. */
export function wasTried({ outcome }: Pick<PastAttempt, 'outcome'>): boolean {
  return outcome !== 'refused' && outcome !== 'cleared'
}

/**
 * The first rung that this incident has not tried. A rung that helped before the incident fired again counts as tried: the recurrence is
 * its failure.
 * @param passedOver numbers of rungs that guards refused while going down
 */
export function nextRung(
  ladder: readonly RemediationRung[],
  past: readonly PastAttempt[],
  passedOver: ReadonlySet<number>,
): PlacedRung | undefined {
  const tried = new Set(past.filter(wasTried).map(({ rung }) => rung))
  return ladder
    .map((step, index) => ({ number: index + 1, of: ladder.length, step }))
    .find(({ number }) => !tried.has(number) && !passedOver.has(number))
}

/** Where an attempt stands; shown to people. */
export type AttemptState = 'proposed' | 'leased' | 'acting' | 'probing' | 'verifying' | 'done'

/** An attempt as it is proposed; the rung counts from 1. */
export type NewAttempt = Pick<
  RemediationAttempt,
  'id' | 'incident' | 'rung' | 'action' | 'target' | 'decision' | 'before' | 'proposedAt'
>

/** What a step changes of an attempt; what is absent stays. */
export type AttemptChange = Partial<
  Pick<
    RemediationAttempt,
    'decision' | 'effect' | 'outcome' | 'explanation' | 'before' | 'after' | 'actedAt' | 'finishedAt'
  >
> & { readonly state: AttemptState }

/** How the ladder goes on after an attempt or a refusal. */
export type Next = 'end' | AfterRefusal

/** What an attempt comes to, for people and for the ladder. */
export interface Ending {
  readonly outcome: AttemptOutcome
  readonly explanation: Explanation
  readonly next: Next
}

/**
 * An action that was certainly not carried out leaves the next rung free. One that did harm, or of which nobody knows whether it was carried
 * out, is for a person.
 */
export function nextAfter(outcome: Exclude<AttemptOutcome, 'refused'>, effect: Effect | null): Next {
  if (outcome === 'helped' || outcome === 'cleared') return 'end'
  if (outcome === 'no-effect') return 'next-rung'
  return outcome === 'unknown' && effect === 'not-done' ? 'next-rung' : 'hand-over'
}

/** One action as an executor is asked to carry it out. */
export interface ActionCall {
  /** Idempotency key. */
  readonly attempt: string
  /** Rises with every attempt on the target; an executor refuses a lower one than it has seen. */
  readonly fence: number
  readonly action: ActionConfiguration
  readonly timeoutMs: number
}

/** What an executor found out, and what the target said. */
export interface ActionAnswer {
  readonly effect: Effect
  /** `HTTP 200`, `connection refused`; never holds a secret or a URL. */
  readonly summary: string
  /** What the target answered, for the record; its beginning when `truncated`. */
  readonly body: string
  readonly truncated: boolean
}

/** Type of the failure of an act that certainly never left for its target. */
export const nothingSent = 'NothingSent'

/** Type of the failure of a question that did not tell whether an act took place; its first detail is what was answered. */
export const probeUndecided = 'ProbeUndecided'
