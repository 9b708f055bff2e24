import type { EscalationPolicy } from '../configuration/escalation-policy.ts'
import type { Settings } from '../incident/state.ts'
import type { Severity } from '../values/severity.ts'
import type { HoldCause } from './hold.ts'
import type { PagingContext } from './paging-context.ts'
import { tryPolicy } from './simulate.ts'

/** Who would be paged about an incident that opens now, and how soon, while nobody acknowledges. */
export interface PagingPreview {
  readonly severity: Severity
  readonly policy: string
  /** What holds the first step back; `null`: nothing does. */
  readonly held: HoldCause | null
  /** Steps that page somebody, in their order; milliseconds from now. */
  readonly steps: readonly { readonly people: readonly string[]; readonly inMs: number }[]
}

export interface PreviewedIncident {
  readonly service: string
  readonly severity: Severity
  readonly policy: EscalationPolicy
  readonly settings: Settings
  /** When it opens; epoch milliseconds. */
  readonly at: number
}

/** No step that matters to whoever declares is later. */
const horizonMs = 7 * 86_400_000
const mostSteps = 3

/** Decided by the paging engine itself, over a clock of its own: nobody is paged. */
export function previewPaging(context: PagingContext, incident: PreviewedIncident): PagingPreview {
  const { service, severity, policy, settings, at } = incident
  const entries = tryPolicy(context, {
    policy,
    incident: 0,
    service,
    alertsBegan: [at],
    events: [{ at, type: 'opened', firing: 1, total: 1, severity, settings }],
    until: at + horizonMs,
  })
  const steps = entries.flatMap((entry) => (entry.kind === 'step' ? [entry] : []))
  const first = entries.find(({ kind }) => kind === 'step' || kind === 'held')
  return {
    severity,
    policy: policy.name,
    held: first?.kind === 'held' ? first.cause : null,
    steps: steps.slice(0, mostSteps).map(({ people, at: enteredAt }) => ({ people, inMs: enteredAt - at })),
  }
}
