/** Whom a step pages. A plain text is a user. */
export type NotifyTarget =
  | string
  | { readonly schedule: string }
  | { readonly team: string }
  | { readonly channel: string }

export interface EscalationPolicy {
  readonly name: string
  readonly steps: readonly EscalationStep[]
  /** How often the steps are gone through again before the policy is exhausted. */
  readonly repeat: number
  /** Paged when the policy is exhausted. */
  readonly fallback: readonly NotifyTarget[]
  /** An acknowledgement holds this long; then the incident is escalated anew. Absent: for good. */
  readonly acknowledgedForMs?: number
  /** Told of a P0 when paging begins; they are not waited for. */
  readonly executives?: readonly NotifyTarget[]
}

export interface EscalationStep {
  /** Paged when the step is entered: who is on call at that moment, whatever changes later. */
  readonly notify: readonly NotifyTarget[]
  /** How long an acknowledgement is awaited before the next step, in milliseconds; absent: see `ackTimeoutOf`. */
  readonly ackTimeoutMs?: number
  /** `each`: the first acknowledgement stops the escalation, but each of the others goes on being paged until they acknowledge too. */
  readonly acknowledge?: 'each'
  /** Name of the calendar outside whose hours the step waits. */
  readonly during?: string
  /** The step waits until more than so many alerts began within so long. */
  readonly when?: AlertRate
}

export interface AlertRate {
  readonly moreThan: number
  readonly withinMs: number
}
