import { evidenceId, evidenceKey, type Evidence, type Stage } from '../src/domain/investigate/evidence.ts'
import { errorOf, failed } from '../src/domain/investigate/evidence-result.ts'
import { findingOf } from '../src/domain/investigate/investigate.ts'
import { firewatch } from '../src/domain/incident/timeline.ts'
import type { InvestigateDependencies } from './investigate-dependencies.ts'
import { questionsOf, sceneOf } from './investigate-questions.ts'

export interface CollectEvidence {
  readonly incident: number
  readonly stage: Stage
}

/** What was found, one sentence each, with the evidence that says it. */
export interface Findings {
  readonly findings: readonly { readonly evidence: string; readonly text: string }[]
}

export type InvestigateActivities = ReturnType<typeof createInvestigateActivities>

/** Looks into an incident: asks, keeps the answers as evidence, and says in the timeline what they are. */
export function createInvestigateActivities(deps: InvestigateDependencies) {
  return {
    /**
     * Collects the evidence of a stage. A question that cannot be answered is kept with its error and stops no other; one that was
     * answered before is not asked again, so a repeat goes on where the first run ended.
     */
    async collectEvidence({ incident, stage }: CollectEvidence): Promise<Findings> {
      const known = byKey(await deps.evidence.list(incident))
      const scene = await sceneOf(deps, incident)
      const collected: Evidence[] = []
      for (const { ask, ...asked } of questionsOf(deps, scene, stage)) {
        const kept = known.get(evidenceKey(asked.about))
        collected.push(kept ?? (await deps.evidence.add({ ...asked, incident, result: await answer(ask) })))
      }
      await tell(deps, { incident, stage }, collected)
      return { findings: findingsOf(collected) }
    },
  }
}

function byKey(records: readonly Evidence[]): ReadonlyMap<string, Evidence> {
  return new Map(
    records.flatMap((record) => (record.about === null ? [] : [[evidenceKey(record.about), record]])),
  )
}

async function answer(ask: () => Promise<unknown>): Promise<unknown> {
  try {
    return await ask()
  } catch (error) {
    return failed(error)
  }
}

async function tell(
  { timeline, now }: InvestigateDependencies,
  { incident, stage }: CollectEvidence,
  collected: readonly Evidence[],
): Promise<void> {
  await timeline.append({
    incident,
    eventKey: `evidence/${stage}`,
    at: now().toISOString(),
    actor: firewatch,
    fact: {
      type: 'evidence',
      stage,
      evidence: collected.map(evidenceId),
      unanswered: collected.filter(({ result }) => errorOf(result) !== undefined).length,
      findings: findingsOf(collected).map(({ text }) => text),
    },
  })
}

/** The chart speaks for itself. */
function findingsOf(collected: readonly Evidence[]): Findings['findings'] {
  const told = collected.filter(({ about }) => about?.kind !== 'chart')
  return told.map((record) => ({
    evidence: evidenceId(record),
    text: findingOf(record.title, record.result),
  }))
}
