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
  const { severity, policy } = incident
  const { held, steps } = previewSteps(context, incident)
  return {
    severity,
    policy: policy.name,
    held,
    steps: steps.map(({ people, inMs }) => ({ people, inMs })),
  }
}

/** A step that pages somebody, and over what; milliseconds from when the incident opens. */
export interface PreviewedStep {
  /** Counted from 1. */
  readonly step: number
  readonly inMs: number
  readonly people: readonly string[]
  /** In the order in which they go out, while nobody acknowledges. */
  readonly pages: readonly { readonly person: string; readonly channel: string; readonly inMs: number }[]
}

/** The same with the channels of its pages. */
export function previewSteps(
  context: PagingContext,
  { service, severity, policy, settings, at }: PreviewedIncident,
): { readonly held: HoldCause | null; readonly steps: readonly PreviewedStep[] } {
  const entries = tryPolicy(context, {
    policy,
    incident: 0,
    service,
    alertsBegan: [at],
    events: [{ at, type: 'opened', firing: 1, total: 1, severity, settings }],
    until: at + horizonMs,
  })
  const first = entries.find(({ kind }) => kind === 'step' || kind === 'held')
  const steps = entries.flatMap((entry) => (entry.kind === 'step' ? [entry] : [])).slice(0, mostSteps)
  const pages = entries.flatMap((entry) => (entry.kind === 'page' ? [entry] : []))
  return {
    held: first?.kind === 'held' ? first.cause : null,
    steps: steps.map(({ step, round, people, at: enteredAt }) => ({
      step,
      inMs: enteredAt - at,
      people,
      pages: pages
        .filter((page) => page.step === step && page.round === round)
        .map(({ person, channel, at: sentAt }) => ({ person, channel, inMs: sentAt - at })),
    })),
  }
}
