import { causesOf } from '../investigate/cause-tree.ts'
import { incidentName } from '../investigate/evidence.ts'
import { notActionableIn } from '../incident/not-actionable.ts'
import { actionsOf } from './actions.ts'
import { reviewDoubts } from './doubts.ts'
import type { ReviewDraft, SummaryStatement } from './draft.ts'
import { reviewImpact, type ReviewImpact } from './impact.ts'
import { sourcesOf, statement, utc, type ReviewRecords, type Sources } from './records.ts'
import { reviewAttempts } from './remediation.ts'
import { reviewResponse } from './response.ts'
import { runRubric, type RubricAnswer } from './rubric.ts'
import { reviewEvidence, reviewRecords } from './sources.ts'
import { reviewTimeline } from './timeline.ts'
import { reviewTimes, type ReviewTimes } from './times.ts'

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
  return {
    incident: sources.incident,
    title: sources.clean(incident.title),
    service: incident.service,
    severity: incident.severity,
    recurrenceOf: incident.recurrenceOf === null ? null : incidentName(incident.recurrenceOf),
    runbook: runbook === null ? null : { title: sources.clean(runbook.title), path: runbook.path },
    summary: summary(sources, times, impact),
    times,
    impact,
    timeline: reviewTimeline(sources),
    attempts: reviewAttempts(sources),
    trees: causes.trees,
    response: reviewResponse(sources, times),
    doubts: reviewDoubts(sources, times, impact, causes),
    actions: actionsOf(sources, causes.trees),
    evidence: reviewEvidence(sources),
    records: reviewRecords(sources),
  }
}

/** What, when, who was hit, how long; then what ended it. */
function summary(sources: Sources, times: ReviewTimes, impact: ReviewImpact): SummaryStatement[] {
  const { incident } = sources.records
  const { clean, incident: id } = sources
  const started = times.moments.find(({ name }) => name === 'started')
  const lasted = (name: string) =>
    times.durations.find((duration) => duration.name === name)?.text ?? 'not recorded'
  const hit = impact.hit ?? 'which part is not recorded'
  const users = impact.users?.text.toLowerCase() ?? 'users affected: not recorded'
  const [worst] = impact.quantified
  return [
    ...notActionable(sources),
    said('what', `What: ${clean(incident.title)} on service ${incident.service}, ${incident.severity}`, [id]),
    said('when', `When: it began at ${started?.text ?? 'a time that is not recorded'}`, [id]),
    said('who', `Who was hit: ${hit}; ${users}`, [
      id,
      ...sources.alerts.map((alert) => alert.id),
      ...(impact.users?.cites ?? []),
    ]),
    said(
      'how-long',
      `How long: time to mitigate ${lasted('time to mitigate')}; time to resolve ${lasted('time to resolve')}`,
      [id],
    ),
    ...mitigatedIsNotResolved(sources, times),
    ...endedBy(sources),
    ...(worst === undefined ? [] : [{ ...worst, part: 'impact' as const }]),
  ]
}

function said(
  part: SummaryStatement['part'],
  text: string,
  cites: readonly string[],
  quote: string | null = null,
): SummaryStatement {
  return { ...statement(text, cites, quote), part }
}

function endedBy({ attempts, clean, incident }: Sources): SummaryStatement[] {
  const helped = attempts.filter(({ record }) => record.outcome === 'helped')
  if (helped.length > 0)
    return helped.map(({ id, record }) =>
      said('ended-by', clean(`What ended it: ${record.action} on ${record.target} helped`), [id]),
    )
  const tried = attempts.map(({ id }) => id)
  return [said('ended-by', 'What ended it: no remediation is known to have ended it', [incident, ...tried])]
}

/** A person's word, in that person's words: readers of a false alarm must know it at once. */
function notActionable({ timeline, clean, roleOf }: Sources): SummaryStatement[] {
  const mark = notActionableIn(timeline.map(({ record }) => record))
  if (mark === undefined) return []
  const entries = timeline.filter(({ record }) => record.fact.type === 'not-actionable')
  const text = `Not actionable: ${roleOf(mark.by)} marked it so at ${utc(mark.at)}`
  const cites = entries.map(({ id }) => id)
  return [said('not-actionable', text, cites, clean(mark.reason))]
}

/** Clear of alerts is not yet full service: the two are told apart where they differ. */
function mitigatedIsNotResolved(
  { incident }: Sources,
  { moments, problems }: ReviewTimes,
): SummaryStatement[] {
  const at = (name: string) => moments.find((moment) => moment.name === name)?.at ?? null
  const [mitigated, resolved] = [at('mitigated'), at('resolved')]
  if (mitigated === null || resolved === null || mitigated === resolved || problems.length > 0) return []
  return [said('mitigated', `Mitigated at ${utc(mitigated)}, resolved only at ${utc(resolved)}`, [incident])]
}
