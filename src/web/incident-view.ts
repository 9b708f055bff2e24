import { explanationSentence } from '../domain/remediate/explanation-words.ts'
import { decisionSentence } from '../domain/remediate/guard-words.ts'
import type { RemediationAttempt } from '../domain/remediate/remediation.ts'
import type { IncidentRecords } from './dependencies.ts'

/** An attempt as the API gives it: its decision and explanation in sentences, and typed beside them. */
export interface AttemptView extends Omit<RemediationAttempt, 'decision' | 'explanation'> {
  readonly decision: string
  /** Empty where there is none. */
  readonly explanation: string
  readonly facts: Pick<RemediationAttempt, 'decision' | 'explanation'>
}

/** Everything that is known of one incident, as the API gives it. */
export interface IncidentView extends Omit<IncidentRecords, 'attempts'> {
  readonly attempts: readonly AttemptView[]
}

/** @param records as they are stored */
export function incidentView({ attempts, ...records }: IncidentRecords): IncidentView {
  return { ...records, attempts: attempts.map(attemptView) }
}

function attemptView({ decision, explanation, ...attempt }: RemediationAttempt): AttemptView {
  return {
    ...attempt,
    decision: decisionSentence(decision),
    explanation: explanation === null ? '' : explanationSentence(explanation),
    facts: { decision, explanation },
  }
}
