import { causesOf } from '../investigate/cause-tree.ts'
import { incidentName } from '../investigate/evidence.ts'
import { actionsOf } from './actions.ts'
import { reviewDoubts } from './doubts.ts'
import { briefOf } from './brief.ts'
import type { ReviewDraft } from './draft.ts'
import { reviewImpact } from './impact.ts'
import { sourcesOf, type ReviewRecords, type Sources } from './records.ts'
import { reviewAttempts } from './remediation.ts'
import { reviewResponse } from './response.ts'
import { runRubric, type RubricAnswer } from './rubric.ts'
import { reviewEvidence, reviewRecords } from './sources.ts'
import { reviewTimeline } from './timeline.ts'
import { reviewTimes } from './times.ts'

/** The draft with the rubric's answers about it: what a person still has to do before it is ready. */
export interface Review extends ReviewDraft {
  readonly rubric: readonly RubricAnswer[]
  readonly ready: boolean
}

/**
 * Drafts the review of an incident from its records and says how it stands to the rubric. The same records give the same review; what the
 * records do not hold is said to be missing, never made up.
 */
export function draftReview(records: ReviewRecords): Review {
  const sources = sourcesOf(records)
  const draft = draftFrom(sources)
  const rubric = runRubric(draft, sources)
  return { ...draft, rubric, ready: rubric.every(({ passed }) => passed) }
}

function draftFrom(sources: Sources): ReviewDraft {
  const { incident, runbook } = sources.records
  const times = reviewTimes(sources)
  const impact = reviewImpact(sources)
  const causes = causesOf(sources, times, impact.quantified)
  const response = reviewResponse(sources, times)
  const actions = actionsOf(sources, causes.trees)
  return {
    incident: sources.incident,
    title: sources.clean(incident.title),
    service: incident.service,
    severity: incident.severity,
    recurrenceOf: incident.recurrenceOf === null ? null : incidentName(incident.recurrenceOf),
    runbook: runbook === null ? null : { title: sources.clean(runbook.title), path: runbook.path },
    brief: briefOf(sources, { times, impact, trees: causes.trees, response, actions }),
    times,
    impact,
    timeline: reviewTimeline(sources),
    attempts: reviewAttempts(sources),
    trees: causes.trees,
    response,
    doubts: reviewDoubts(sources, times, impact, causes),
    actions,
    evidence: reviewEvidence(sources),
    records: reviewRecords(sources),
  }
}
