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
    /** An incident that has a review keeps it; returns what is kept. */
    add(review: NewReview): Promise<StoredReview>
  }
  readonly renderReview: (page: { readonly review: Review; readonly chart: string | null }) => string
  /** As PNG. */
  readonly renderChart: (model: ChartModel) => Uint8Array
  /** The folder of reviews. A file is there whole or not at all. */
  readonly folder: { write(name: string, content: string | Uint8Array): Promise<void> }
  readonly now: () => Date
}

export interface NewReview {
  readonly incident: number
  readonly markdown: string
  readonly model: Review
  readonly draftedAt: string
}

export type StoredReview = NewReview

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
     * Drafts the review and stores it, then writes it and its chart into the folder. A review that is there is never drafted over: a repeat
     * writes the files from what is stored.
     */
    async draftReview({ incident }: { readonly incident: number }): Promise<Drafted> {
      const records = await recordsOf(deps, incident)
      const model = draftReview(records)
      const name = incidentName(incident)
      const chart = chartOf(records)
      const markdown = deps.renderReview({ review: model, chart: chart === undefined ? null : `${name}.png` })
      const kept = await deps.reviews.add({ incident, markdown, model, draftedAt: deps.now().toISOString() })
      if (chart !== undefined) await deps.folder.write(`${name}.png`, deps.renderChart(chart))
      await deps.folder.write(`${name}.md`, kept.markdown)
      await tell(deps, incident, kept)
      const { rubric } = kept.model
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

async function tell(
  { timeline }: PostMortemDependencies,
  incident: number,
  { model, draftedAt }: StoredReview,
): Promise<void> {
  const open = model.rubric.filter(({ passed }) => !passed).map(({ number }) => number)
  await timeline.append({
    incident,
    eventKey: 'review/drafted',
    at: draftedAt,
    actor: firewatch,
    fact: { type: 'review-drafted', checks: model.rubric.length, open },
  })
}
