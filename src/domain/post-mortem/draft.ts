import { nodesUnder, type CauseTree } from '../investigate/cause-tree.ts'
import type { ReviewActions } from './actions.ts'
import type { Brief } from './brief-line.ts'
import type { ReviewDoubts } from './doubts.ts'
import type { ReviewImpact } from './impact.ts'
import type { Statement } from './records.ts'
import type { ReviewAttempt } from './remediation.ts'
import type { ReviewResponse } from './response.ts'
import type { ReviewEvidence, ReviewRecord } from './sources.ts'
import type { ReviewItem } from './timeline.ts'
import type { ReviewTimes } from './times.ts'
import type { Severity } from '../values/severity.ts'

/** A review as drafted: every sentence with what it rests on. Plain JSON. */
export interface ReviewDraft {
  /** `INC-42`. */
  readonly incident: string
  readonly title: string
  readonly service: string
  readonly severity: Severity
  /** The incident that this one repeats. */
  readonly recurrenceOf: string | null
  readonly runbook: { readonly title: string; readonly path: string } | null
  /** The page that strangers read. */
  readonly brief: Brief
  readonly times: ReviewTimes
  readonly impact: ReviewImpact
  readonly timeline: readonly ReviewItem[]
  readonly attempts: readonly ReviewAttempt[]
  readonly trees: readonly CauseTree[]
  readonly response: ReviewResponse
  readonly doubts: ReviewDoubts
  readonly actions: ReviewActions
  readonly evidence: readonly ReviewEvidence[]
  readonly records: readonly ReviewRecord[]
}

/** Every sentence of the draft's own, without what it quotes. */
export function ownProse(draft: ReviewDraft): string[] {
  const nodes = draft.trees.flatMap(({ causes }) => causes.flatMap(nodesUnder))
  const statements: readonly Statement[] = [
    ...Object.values(draft.brief).flat(),
    ...draft.times.problems,
    ...draft.impact.quantified,
    ...draft.impact.measured,
    ...draft.timeline,
    ...draft.attempts.map(({ what }) => what),
    ...draft.trees.map((tree) => tree.statement),
    ...nodes.flatMap(({ counterChecks }) => counterChecks),
    ...Object.values(draft.response).flat(),
    ...draft.doubts.conflicts,
    ...draft.doubts.unknowns,
  ]
  return [
    ...statements.map(({ text }) => text),
    ...nodes.flatMap(({ claim, because }) => [claim, because]),
    ...draft.trees.flatMap(({ title, noBranch }) => [title, noBranch ?? '']),
    ...draft.actions.proposed.flatMap(({ title, doneWhen }) => [title, doneWhen]),
    ...draft.actions.rejected.flatMap(({ title, why }) => [title, why]),
  ]
}
