import { formatDuration } from '../values/duration.ts'
import type { InstantWords } from '../values/utc-words.ts'
import type {
  BlastBudgetFinding,
  BreakerFinding,
  GuardFinding,
  GuardName,
  MetricsFinding,
  StoredDecision,
  TargetFinding,
} from './guard-decision.ts'
import { switchWords } from './kill-switch.ts'

type FindingOf<Guard extends GuardName> = Extract<GuardFinding, { readonly guard: Guard }>

/** One row per guard: a finding without words does not compile. */
const writers: {
  readonly [Guard in GuardName]: (finding: FindingOf<Guard>, clock?: InstantWords) => string
} = {
  target: targetWords,
  'kill-switch': ({ thrown }, clock) =>
    thrown.length === 0
      ? 'no kill switch is thrown'
      : thrown.map((one) => switchWords(one, clock)).join('; '),
  'attempt-limit': ({ allowed, tried, most }) =>
    allowed ? `attempt ${tried + 1} of at most ${most}` : `the incident has had its ${most} attempts`,
  breaker: breakerWords,
  'blast-budget': blastBudgetWords,
  metrics: metricsWords,
}

/**
 * What a guard found, as part of a sentence. For people's eyes only: nothing reads meaning back from it.
 * @param clock of whoever reads it; where that is not known, UTC
 */
export function findingSentence(finding: GuardFinding, clock?: InstantWords): string {
  // Stored findings outlive versions: one of a guard that only a newer version has is told of, not choked on.
  if (!Object.hasOwn(writers, finding.guard))
    return `a guard that this version does not know: ${finding.guard}`
  const write = writers[finding.guard] as (finding: GuardFinding, clock?: InstantWords) => string
  return write(finding, clock)
}

/** What the guards decided: the refusal, or everything that they looked at. */
export function decisionSentence(decision: StoredDecision, clock?: InstantWords): string {
  if ('recorded' in decision) return decision.recorded
  const found = (finding: GuardFinding) => findingSentence(finding, clock)
  if (decision.allowed) return `Allowed: ${decision.findings.map(found).join('; ')}.`
  const refusal = decision.findings.find(({ allowed }) => !allowed)
  return `Refused (${decision.guard})${refusal === undefined ? '' : `: ${found(refusal)}`}.`
}

function targetWords({ action, target, missing }: TargetFinding): string {
  switch (missing) {
    case null:
      return `${target} offers ${action}`
    case 'name':
      return `${action} names no target; an empty target never means all`
    case 'target':
      return `there is no target "${target}" in the configuration`
    case 'action':
      return `target ${target} has no action "${action}" in the configuration`
  }
}

function breakerWords({ allowed, failures, of, action, target }: BreakerFinding): string {
  const attempts = `attempts of ${action} on ${target}`
  const record = of === 0 ? `no ${attempts} within a day` : `${failures} of the last ${of} ${attempts} failed`
  return allowed
    ? `the breaker is closed: ${record}`
    : `the breaker is open: ${record} within a day; people act themselves until that is over`
}

function blastBudgetWords({ allowed, group, size, budget, busy, holders }: BlastBudgetFinding): string {
  if (allowed) return `${busy} of ${size} in group ${group} under repair, ${budget} allowed`
  const names = holders.map(({ target, attempt }) => `${target} by ${attempt}`).join(', ')
  return `only ${budget} of group ${group} may be under repair at once, and it is: ${names}`
}

function metricsWords(finding: MetricsFinding): string {
  switch (finding.measured) {
    case 'fresh':
      return `the newest measurement's bucket began ${formatDuration(finding.ageMs)} ago`
    case 'stale':
      return `the newest measurement is stale: its bucket began ${formatDuration(finding.ageMs)} ago`
    case 'unknown':
      return `the newest measurements are unknown (${finding.reasons.join(', ')})`
    case 'nothing':
      return 'no check measures what fires here, so nobody could tell whether an action helped'
  }
}
