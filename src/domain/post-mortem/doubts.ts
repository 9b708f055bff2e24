import type { Causes } from '../investigate/cause-tree.ts'
import { nodesUnder } from '../investigate/cause-tree.ts'
import { errorOf, rowsOf, verdictsOf } from '../investigate/evidence-result.ts'
import type { ReviewImpact } from './impact.ts'
import { statement, type Sources, type Statement } from './records.ts'
import type { MomentName, ReviewTimes } from './times.ts'

/** What no record says: when a moment was, whether a cause holds, or something else. */
export interface Unknown extends Statement {
  readonly moment?: MomentName
  readonly cause?: string
}

export interface ReviewDoubts {
  /** Records that speak against each other. */
  readonly conflicts: readonly Statement[]
  /** What no record says. */
  readonly unknowns: readonly Unknown[]
}

/** Where the records contradict each other or end: a reader must not take silence for knowledge. */
export function reviewDoubts(
  sources: Sources,
  times: ReviewTimes,
  impact: ReviewImpact,
  causes: Causes,
): ReviewDoubts {
  return {
    conflicts: [...times.problems, ...causes.conflicts],
    unknowns: [
      ...times.missing,
      ...impact.notRecorded.map((what) => statement(`${what}: not recorded`, [sources.incident])),
      ...gapsInEvidence(sources),
      ...openAttempts(sources),
      ...unprovenPages(sources),
      ...openCauses(sources, causes),
    ],
  }
}

function gapsInEvidence({ evidence, incident, clean }: Sources): Statement[] {
  if (evidence.length === 0) return [statement('No evidence was collected', [incident])]
  return evidence.flatMap(({ id, record: { title, result } }) => {
    const error = errorOf(result)
    if (error !== undefined) return [statement(clean(`"${title}" could not be asked`), [id], clean(error))]
    const unjudged = verdictsOf(result)?.verdicts.filter(({ state }) => state === 'unknown').length ?? 0
    if (unjudged > 0)
      return [statement(clean(`"${title}": buckets that could not be judged: ${unjudged}`), [id])]
    const rows = rowsOf(result)
    return rows?.truncated === true
      ? [statement(clean(`"${title}": only the first ${rows.rows.length} rows are kept`), [id])]
      : []
  })
}

function openAttempts({ attempts, clean }: Sources): Statement[] {
  return attempts
    .filter(
      ({ record }) => record.effect === 'unknown' || record.outcome === 'unknown' || record.outcome === null,
    )
    .map(({ id, record }) =>
      statement(clean(`What ${record.action} on ${record.target} came to is not known`), [id]),
    )
}

function unprovenPages({ pages }: Sources): Statement[] {
  const unproven = pages.filter(({ record }) => record.state === 'unknown')
  return unproven.length === 0
    ? []
    : [
        statement(
          `Pages of which it is not known whether they arrived: ${unproven.length}`,
          unproven.map(({ id }) => id),
        ),
      ]
}

function openCauses({ incident }: Sources, { trees }: Causes): Unknown[] {
  const nodes = trees.flatMap(({ causes }) => causes.flatMap(nodesUnder))
  if (nodes.length === 0)
    return [statement('The cause is not established: no runbook proposes one', [incident])]
  return nodes
    .filter(({ status }) => status === 'unknown')
    .map(({ id, because, cites }) => ({
      ...statement(`Cause ${id} could not be tested: ${because}`, cites.length > 0 ? cites : [incident]),
      cause: id,
    }))
}
