import { ApplicationFailure } from '@temporalio/common'
import type { Alert } from '../src/domain/alert/alert.ts'
import { seriesOf } from '../src/domain/investigate/investigate.ts'
import type { ActResult, NotProbed } from '../src/domain/remediate/act-result.ts'
import {
  nothingSent,
  probeUndecided,
  type ActionAnswer,
  type ActionCall,
} from '../src/domain/remediate/remediate.ts'
import { judge, type Judgement } from '../src/domain/remediate/verify.ts'
import type { Effect, RemediationAttempt } from '../src/domain/remediate/remediation.ts'
import type { RemediationRung } from '../src/domain/investigate/runbook.ts'
import type { Series, Verdict } from '../src/domain/check/verdict.ts'
import type { RemediateDependencies } from './remediate-dependencies.ts'
import { configurationOf, nameOf, tell, textOf } from './remediate-record.ts'

/** Names the act that is carried out, or asked about. */
export interface Act {
  readonly attempt: string
  readonly fence: number
  readonly timeoutMs: number
}

export async function carryOut(deps: RemediateDependencies, act: Act): Promise<ActResult> {
  const attempt = await beforeSending(() => unfinished(deps, act))
  const call = await beforeSending(() => callOf(deps, attempt, act))
  const answer = await deps.executor.act(call)
  const { effect, summary } = answer
  return { effect, summary, ...(await keep(deps, attempt, answer)) }
}

/** Marks a failure as one from before anything left for the target. */
async function beforeSending<Result>(step: () => Promise<Result>): Promise<Result> {
  try {
    return await step()
  } catch (cause) {
    throw ApplicationFailure.create({ type: nothingSent, message: textOf(cause), nonRetryable: true })
  }
}

/**
 * A worker that was stopped for a while may begin an act that nobody waits for any more, and of which people were told.
 * @throws when the attempt is over
 */
async function unfinished(deps: RemediateDependencies, { attempt: id }: Act): Promise<RemediationAttempt> {
  const attempt = await deps.attempts.get(id)
  if (attempt.finishedAt !== null) throw new Error(`${id} is over since ${attempt.finishedAt}`)
  return attempt
}

/** @throws when the attempt's fence is no longer the target's newest: another attempt has begun since */
async function callOf(
  deps: RemediateDependencies,
  attempt: RemediationAttempt,
  { fence, timeoutMs }: Act,
): Promise<ActionCall> {
  const { targets } = await configurationOf(deps, attempt.incident)
  const action = targets[attempt.target]?.actions[attempt.action]
  if (action === undefined) throw new Error(`${nameOf(attempt)} is not in the incident's configuration`)
  const newest = await deps.guards.fenceOf(attempt.target)
  if (newest !== fence)
    throw new Error(`fence ${fence} of ${attempt.id} is outdated, ${newest} was given out`)
  return { attempt: attempt.id, fence, action, timeoutMs: Math.min(timeoutMs, action.timeoutMs) }
}

/** Keeps what the target said. That this fails must not make a known effect unknown, so it is told instead of thrown. */
async function keep(
  deps: RemediateDependencies,
  { id, incident, action, target }: RemediationAttempt,
  answer: ActionAnswer,
): Promise<Pick<ActResult, 'unkept'>> {
  try {
    await deps.evidence.add({
      incident,
      about: { kind: 'answer', attempt: id },
      kind: 'remediation-run',
      title: `What ${target} answered to ${action}: ${answer.summary}`,
      result: answer,
    })
    return {}
  } catch (error) {
    return { unkept: textOf(error) }
  }
}

/**
 * Finds out whether an act took place whose answer was lost. The target's `probeUrl` is asked. An action without one is sent again, under the
 * same idempotency key and fence, only where it is declared `idempotent`; of such repeats only a success says something about the first try.
 * What has neither stays `unknown`: nothing is sent, people look.
 * @throws while the question is open, so that Temporal asks again
 */
export async function probe(deps: RemediateDependencies, act: Act): Promise<ActResult | NotProbed> {
  const attempt = await deps.attempts.get(act.attempt)
  const call = await callOf(deps, attempt, act)
  const isReadOnly = call.action.probeUrl !== undefined
  if (!isReadOnly && call.action.idempotent !== true) return { effect: 'unknown', probed: false }
  const { effect, summary } = await (isReadOnly ? deps.executor.probe(call) : deps.executor.act(call))
  if (effect === 'done' || (isReadOnly && effect === 'not-done')) return { effect, summary }
  throw ApplicationFailure.create({
    type: probeUndecided,
    message: `it stays open whether it was carried out: ${summary}`,
    details: [summary],
  })
}

export type KnownEffect = { readonly attempt: string } & (
  | (ActResult & { readonly step: 'acted' | 'probed' })
  | (NotProbed & { readonly step: 'not-probed' })
)

const states: Readonly<Record<Effect, 'acting' | 'probing' | 'verifying'>> = {
  done: 'verifying',
  'not-done': 'acting',
  unknown: 'probing',
}

/** Stores whether the act took place. It ended now at the latest, so that no sample from during the act counts for it. */
export async function recordEffect(
  deps: RemediateDependencies,
  { attempt: id, ...known }: KnownEffect,
): Promise<void> {
  const { effect } = known
  const attempt = await deps.attempts.get(id)
  const actedAt = effect === 'not-done' ? null : deps.now().toISOString()
  await deps.attempts.update(attempt.id, { state: states[effect], effect, actedAt })
  await tell(deps, attempt, known.step === 'not-probed' ? { step: known.step } : known)
}

export interface Verification {
  readonly attempt: string
  readonly verify: RemediationRung['verify']
}

export async function verifyAttempt(
  deps: RemediateDependencies,
  { attempt: id, verify }: Verification,
): Promise<Pick<Judgement, 'outcome' | 'explanation'>> {
  const { incident, before, actedAt } = await deps.attempts.get(id)
  if (before === null || actedAt === null)
    throw new Error(`${id} has not acted yet: there is nothing to verify`)
  const { metrics } = await configurationOf(deps, incident)
  const verdicts = await deps.verdicts.since(before.verdicts, actedAt)
  const measured = { at: deps.now().toISOString(), verdicts }
  const justBegun = before.verdicts.filter(beganWith(await deps.incidents.alertsOf(incident)))
  const { outcome, explanation, after } = judge(
    { verify, before, justBegun, actedAt, after: measured },
    metrics,
  )
  await deps.attempts.update(id, { state: 'verifying', after })
  return { outcome, explanation }
}

/** Whether a verdict is of the bucket with which its series' alert begins. */
function beganWith(alerts: readonly Pick<Alert, 'labels' | 'startsAt'>[]): (verdict: Verdict) => boolean {
  return (verdict) =>
    alerts.some(({ labels, startsAt }) => {
      const series = seriesOf(labels)
      return (
        series !== undefined &&
        isSame(series, verdict) &&
        Date.parse(startsAt) >= Date.parse(verdict.bucketAt)
      )
    })
}

function isSame(a: Series, b: Series): boolean {
  return a.check === b.check && a.metric === b.metric && a.slice === b.slice && a.group === b.group
}
