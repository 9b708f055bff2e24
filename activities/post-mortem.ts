import type { Alert } from '../src/domain/alert/alert.ts'
import { chartDataOf, chartModel, type ChartModel } from '../src/domain/chart/chart.ts'
import type { Configuration } from '../src/domain/configuration/configuration.ts'
import { incidentName, type Evidence } from '../src/domain/investigate/evidence.ts'
import type { Incident } from '../src/domain/incident/incident.ts'
import type { Page } from '../src/domain/page/page.ts'
import { runbookOf } from '../src/domain/incident/plan.ts'
import { draftReview, type Review } from '../src/domain/post-mortem/post-mortem.ts'
import type { RemediationAttempt } from '../src/domain/remediate/remediation.ts'
import type { ReviewRecords } from '../src/domain/post-mortem/records.ts'
import { type Brief, type SectionName, sectionTitles } from '../src/domain/post-mortem/brief-line.ts'
import { draftedAnew, type ReviewDocument, type SectionTexts } from '../src/domain/post-mortem/document.ts'
import type { ReviewChange, StoredReview } from '../src/domain/post-mortem/stored-review.ts'
import { firewatch, type NewTimelineEntry, type TimelineEntry } from '../src/domain/incident/timeline.ts'

export interface PostMortemDependencies {
  readonly incidents: {
    get(incident: number): Promise<Incident>
    alertsOf(incident: number): Promise<readonly Alert[]>
  }
  readonly configurations: { get(revision: string): Promise<Configuration> }
  readonly timeline: {
    append(entry: NewTimelineEntry): Promise<void>
    ofIncident(incident: number): Promise<readonly TimelineEntry[]>
  }
  readonly evidence: { list(incident: number): Promise<readonly Evidence[]> }
  readonly attempts: { ofIncident(incident: number): Promise<readonly RemediationAttempt[]> }
  readonly pages: { ofIncident(incident: number): Promise<readonly Page[]> }
  readonly reviews: {
    /** Lets one at a time decide what becomes of it; returns what is kept then. */
    change(
      incident: number,
      decide: (current: StoredReview | undefined) => ReviewChange,
    ): Promise<StoredReview | undefined>
  }
  /** The text of each section as drafted, in Markdown. */
  readonly sectionTexts: (brief: Brief) => SectionTexts
  readonly renderReview: (page: {
    readonly review: Review
    readonly document: ReviewDocument
    readonly chart: string | null
  }) => { readonly markdown: string; readonly appendix: string }
  /** As PNG. */
  readonly renderChart: (model: ChartModel) => Uint8Array
  /** The folder of reviews. A file is there whole or not at all. */
  readonly folder: { write(name: string, content: string | Uint8Array): Promise<void> }
  readonly now: () => Date
}

/** What came of drafting, for the workflow's summary. */
export interface Drafted {
  /** The review's file in the folder of reviews. */
  readonly file: string
  readonly passed: number
  readonly checks: number
}

export type PostMortemActivities = ReturnType<typeof createPostMortemActivities>

/** Drafts reviews from an incident's records, and puts them where people find them. */
export function createPostMortemActivities(deps: PostMortemDependencies) {
  return {
    /**
     * Drafts the review and stores it, then writes it with its appendix and its chart into the folder. What people wrote is never drafted
     * over: a new draft of such a section waits beside it. A repeat from the same records changes nothing, and writes the files again.
     */
    async draftReview({ incident }: { readonly incident: number }): Promise<Drafted> {
      const records = await recordsOf(deps, incident)
      const model = draftReview(records)
      const name = incidentName(incident)
      const chart = chartOf(records)
      const draft = { incident, model, chart: chart === undefined ? null : `${name}.png` }
      const kept = await deps.reviews.change(incident, (current) => drafted(deps, current, draft))
      if (chart !== undefined) await deps.folder.write(`${name}.png`, deps.renderChart(chart))
      if (kept !== undefined) await writeReview(deps.folder, kept)
      const { rubric } = model
      return {
        file: `${name}.md`,
        passed: rubric.filter(({ passed }) => passed).length,
        checks: rubric.length,
      }
    },

    /** Writes down that the review was given up. Safe to repeat. */
    async giveUpReview({
      incident,
      reason,
    }: {
      readonly incident: number
      readonly reason: string
    }): Promise<void> {
      await deps.timeline.append({
        incident,
        eventKey: 'review/failed',
        at: deps.now().toISOString(),
        actor: firewatch,
        fact: { type: 'task-failed', task: 'review', reason },
      })
    },
  }
}

async function recordsOf(deps: PostMortemDependencies, number: number): Promise<ReviewRecords> {
  const incident = await deps.incidents.get(number)
  const configuration = await deps.configurations.get(incident.configRevision)
  const serviceOwner = configuration.services[incident.service]?.owner
  return {
    incident,
    alerts: await deps.incidents.alertsOf(number),
    timeline: await deps.timeline.ofIncident(number),
    evidence: await deps.evidence.list(number),
    attempts: await deps.attempts.ofIncident(number),
    pages: await deps.pages.ofIncident(number),
    runbook: runbookOf(incident.labels, configuration.runbooks) ?? null,
    ...(serviceOwner === undefined ? {} : { serviceOwner }),
    users: Object.values(configuration.users),
    timeZone: configuration.timeZone,
  }
}

/** The chart of what was collected last, so that the same records draw the same picture. */
function chartOf({ incident, evidence, attempts, timeZone }: ReviewRecords): ChartModel | undefined {
  const data = evidence.map(({ result }) => chartDataOf(result)).findLast((found) => found !== undefined)
  return data && chartModel({ incident, data, attempts, timeZone })
}

/** Puts the review and its appendix into the folder. */
export async function writeReview(
  folder: PostMortemDependencies['folder'],
  { incident, markdown, appendix }: StoredReview,
): Promise<void> {
  const name = incidentName(incident)
  await folder.write(`${name}-appendix.md`, appendix)
  await folder.write(`${name}.md`, markdown)
}

/** What becomes of the review by a new draft. */
function drafted(
  { sectionTexts, renderReview, now }: PostMortemDependencies,
  current: StoredReview | undefined,
  draft: Pick<StoredReview, 'incident' | 'model' | 'chart'>,
): ReviewChange {
  const { incident, model, chart } = draft
  const at = now().toISOString()
  const before = current?.document ?? null
  const result = draftedAnew(before, sectionTexts(model.brief), { by: firewatch, at })
  const document = result.kind === 'changed' ? result.document : before
  if (document === null) throw new Error(`${incidentName(incident)} has a review without sections`)
  const files = renderReview({ review: model, document, chart })
  const review = { ...draft, ...files, document, draftedAt: current?.draftedAt ?? at }
  if (result.kind === 'unchanged') return { review, entries: [] }
  return { review, entries: [entryOf(review, result.sections, { at, isFirst: before === null })] }
}

function entryOf(
  { incident, model, document }: StoredReview & { readonly document: ReviewDocument },
  sections: readonly SectionName[],
  { at, isFirst }: { readonly at: string; readonly isFirst: boolean },
): NewTimelineEntry {
  const base = { incident, at, actor: firewatch }
  if (isFirst) {
    const open = model.rubric.filter(({ passed }) => !passed).map(({ number }) => number)
    const fact = { type: 'review-drafted', checks: model.rubric.length, open } as const
    return { ...base, eventKey: 'review/drafted', fact }
  }
  const { version } = document
  const titles = sections.map((name) => sectionTitles[name])
  const fact = { type: 'review-redrafted', version, sections: titles } as const
  return { ...base, eventKey: `review/${version}`, fact }
}
