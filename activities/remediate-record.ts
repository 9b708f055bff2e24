import type { Configuration } from '../src/domain/configuration/configuration.ts'
import type { AttemptFact } from '../src/domain/facts/attempt-fact.ts'
import type { Explanation } from '../src/domain/remediate/explanation.ts'
import type { AttemptOutcome, RemediationAttempt } from '../src/domain/remediate/remediation.ts'
import { firewatch } from '../src/domain/incident/timeline.ts'
import type { RemediateDependencies } from './remediate-dependencies.ts'

export interface FinishedAttempt {
  readonly attempt: string
  readonly outcome: AttemptOutcome
  readonly explanation: Explanation
}

/** Closes the attempt; one that took its lease becomes evidence. */
export async function finishAttempt(deps: RemediateDependencies, ending: FinishedAttempt): Promise<void> {
  const { attempt: id, outcome, explanation } = ending
  const finishedAt = deps.now().toISOString()
  await deps.attempts.update(id, { state: 'done', outcome, explanation, finishedAt })
  const attempt = await deps.attempts.get(id)
  const title = `${nameOf(attempt)}: ${attempt.outcome}`
  await tell(deps, attempt, {
    step: 'finished',
    outcome: attempt.outcome ?? outcome,
    explanation: attempt.explanation,
  })
  if (attempt.startedAt === null || attempt.finishedAt === null) return
  await deps.evidence.add({
    incident: attempt.incident,
    about: { kind: 'attempt', attempt: id },
    kind: 'remediation-run',
    title,
    window: { from: attempt.startedAt, to: attempt.finishedAt },
    result: attempt,
  })
}

/** What is told of a step: its fields but for those that name the attempt. */
type ToldStep = StepOf<AttemptFact>
type StepOf<Fact> = Fact extends { readonly text: string }
  ? never
  : Omit<Fact, 'type' | 'attempt' | 'action' | 'target'>

/** Writes one step of an attempt into the incident's timeline. */
export async function tell(
  deps: RemediateDependencies,
  { id, incident, action, target }: RemediationAttempt,
  told: ToldStep,
): Promise<void> {
  await deps.timeline.append({
    incident,
    eventKey: `remediation/${id}/${told.step}`,
    at: deps.now().toISOString(),
    actor: firewatch,
    fact: { type: 'attempt', attempt: id, action, target, ...told },
  })
}

/** The configuration that the incident started with. */
export async function configurationOf(deps: RemediateDependencies, incident: number): Promise<Configuration> {
  const { configRevision } = await deps.incidents.get(incident)
  return deps.configurations.get(configRevision)
}

export function nameOf({ action, target }: Pick<RemediationAttempt, 'action' | 'target'>): string {
  return `${action} on ${target}`
}

export function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
