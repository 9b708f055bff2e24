import type { ActResult, NotProbed } from '../src/domain/remediate/act-result.ts'
import type { PastAttempt } from '../src/domain/remediate/remediate.ts'
import type { Judgement } from '../src/domain/remediate/verify.ts'
import {
  carryOut,
  probe,
  recordEffect,
  verifyAttempt,
  type Act,
  type KnownEffect,
  type Verification,
} from './remediate-act.ts'
import type { RemediateDependencies } from './remediate-dependencies.ts'
import {
  prepareAttempt,
  proposeAttempt,
  takeFence,
  type Permission,
  type Proposal,
  type Readiness,
  type TakenFence,
} from './remediate-guards.ts'
import { finishAttempt, type FinishedAttempt } from './remediate-record.ts'

export type RemediateActivities = ReturnType<typeof createRemediateActivities>

/** The deeds of guarded remediation. Each may run again after a crash, but for `act`: it runs once and is then asked about. */
export function createRemediateActivities(deps: RemediateDependencies) {
  return {
    listAttempts: async (incident: number): Promise<PastAttempt[]> =>
      (await deps.attempts.ofIncident(incident)).map(({ id, rung, outcome }) => ({ id, rung, outcome })),

    /** Asks every guard about one rung and stores what they said. A guard that cannot be read throws: then nothing is tried. */
    proposeAttempt: (proposal: Proposal): Promise<Permission> => proposeAttempt(deps, proposal),

    /** Takes the target's next fence and a slot of its group's blast budget. */
    takeFence: ({ attempt }: { attempt: string }): Promise<TakenFence> => takeFence(deps, attempt),

    /** The last look before the act: measures, asks the guards again, and stores the intent to act. */
    prepareAttempt: ({ attempt }: { attempt: string }): Promise<Readiness> => prepareAttempt(deps, attempt),

    /** Carries out one action, once. Fails with type `NothingSent` when it certainly did not get that far. */
    act: (act: Act): Promise<ActResult> => carryOut(deps, act),

    /** Whether the act took place; throws while that is open, so that Temporal asks again. */
    probe: (act: Act): Promise<ActResult | NotProbed> => probe(deps, act),

    recordEffect: (known: KnownEffect): Promise<void> => recordEffect(deps, known),

    /** What the measurements since the act say so far. */
    verifyAttempt: (verification: Verification): Promise<Pick<Judgement, 'outcome' | 'explanation'>> =>
      verifyAttempt(deps, verification),

    finishAttempt: (ending: FinishedAttempt): Promise<void> => finishAttempt(deps, ending),
  }
}
