import type { NewTimelineEntry } from '../incident/timeline.ts'
import type { Severity } from '../values/severity.ts'
import type { ReviewDocument } from './document.ts'
import type { Review } from './post-mortem.ts'

/** A review as kept. */
export interface StoredReview {
  readonly incident: number
  /** `null` of one that was drafted before reviews had sections: it is to be drafted anew. */
  readonly document: ReviewDocument | null
  /** What was drawn from the records last. */
  readonly model: Review
  /** The page that people read, and what it rests on. */
  readonly markdown: string
  readonly appendix: string
  /** Name of the chart's file, where anything was measured. */
  readonly chart: string | null
  /** When it was drafted first, ISO 8601 in UTC. */
  readonly draftedAt: string
}

/** What is to be kept of a review, and what the timeline is told of it; both or neither. */
export interface ReviewChange {
  readonly review: StoredReview
  readonly entries: readonly NewTimelineEntry[]
}

/** A review in the list of all. */
export interface ListedReview {
  readonly incident: number
  readonly title: string
  readonly service: string
  readonly severity: Severity
  /** Of the incident, ISO 8601 in UTC. */
  readonly startedAt: string
  readonly resolvedAt: string | null
  readonly state: 'draft' | 'published'
  /** A published one was edited since. */
  readonly editedSince: boolean
  readonly version: number
  readonly openActions: number
  readonly unsettledCauses: number
}

export interface ReviewListFilter {
  readonly state?: 'draft' | 'published'
  /** Only of incidents with a lower number. */
  readonly before?: number
  readonly limit: number
}
