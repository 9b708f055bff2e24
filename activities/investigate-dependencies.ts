import type { Alert } from '../src/domain/alert/alert.ts'
import type { SeriesPoint, SeriesRequest } from '../src/domain/chart/data.ts'
import type { Configuration } from '../src/domain/configuration/configuration.ts'
import type { Evidence, EvidenceSubject } from '../src/domain/investigate/evidence.ts'
import type { Row } from '../src/domain/investigate/evidence-result.ts'
import type { Incident } from '../src/domain/incident/incident.ts'
import type { NewTimelineEntry } from '../src/domain/incident/timeline.ts'
import type { Series, Verdict } from '../src/domain/check/verdict.ts'

/** Evidence as it is handed to the store, which numbers it, hashes it and says when. */
export type NewEvidence = Pick<Evidence, 'incident' | 'kind' | 'title' | 'query' | 'window' | 'result'> & {
  readonly about: EvidenceSubject
}

export interface InvestigateDependencies {
  readonly incidents: {
    get(incident: number): Promise<Incident>
    alertsOf(incident: number): Promise<readonly Alert[]>
  }
  readonly configurations: { get(revision: string): Promise<Configuration> }
  readonly metricStore: {
    /** Read-only; a query that takes longer is stopped by the store. */
    query(
      sql: string,
      params: Readonly<Record<string, unknown>>,
      limits: { readonly maxExecutionTimeMs: number },
    ): Promise<readonly Row[]>
  }
  /** Values of one series over the chart's three stretches. */
  readonly series: { read(request: SeriesRequest): Promise<readonly SeriesPoint[]> }
  readonly verdicts: {
    /** Verdicts of these series whose bucket begins at or after an instant. */
    since(series: readonly Series[], at: string): Promise<readonly Verdict[]>
  }
  readonly evidence: {
    /** Asked about the same again it returns the first answer. */
    add(evidence: NewEvidence): Promise<Evidence>
    list(incident: number): Promise<readonly Evidence[]>
  }
  readonly timeline: { append(entry: NewTimelineEntry): Promise<void> }
  readonly now: () => Date
}

/** What drawing a chart needs of them. */
export type ChartDependencies = Omit<InvestigateDependencies, 'metricStore' | 'evidence' | 'timeline'>
