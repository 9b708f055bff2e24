import { createAuditActivities } from '../../activities/audit.ts'
import { createCheckActivities } from '../../activities/check.ts'
import { createIncidentActivities } from '../../activities/incident.ts'
import { createInvestigateActivities } from '../../activities/investigate.ts'
import { createPostMortemActivities } from '../../activities/post-mortem.ts'
import { createRemediateActivities } from '../../activities/remediate.ts'
import { renderPng } from '../chart/render.ts'
import { createMetricReader } from '../clickhouse/metric-query.ts'
import { readSeriesChart } from '../clickhouse/series-chart.ts'
import { createHttpActions } from '../http-action/executor.ts'
import { loadReviewTemplate } from '../templates/review.ts'
import type { IncidentClient } from '../temporal/incident-client.ts'
import type { createWorkflowEngine } from '../temporal/workflow-engine.ts'
import { createOutsideHeartbeat } from './edges.ts'
import { reviewFolder } from './review-folder.ts'
import type { WorkerParts } from './worker-parts.ts'

interface Workflows {
  readonly incidents: IncidentClient
  readonly engine: ReturnType<typeof createWorkflowEngine>
}

/** All activities, over what really carries them out. */
export async function createActivities(parts: WorkerParts, { incidents, engine }: Workflows) {
  const { settings, configuration, records, clickhouse, metrics, resolveSecret, now } = parts
  const common = { ...records, now }
  return {
    ...createCheckActivities({
      metrics: createMetricReader(clickhouse),
      runs: records.checkRuns,
      configuration: () => configuration,
      now,
    }),
    ...createIncidentActivities(common),
    ...createInvestigateActivities({
      ...common,
      metricStore: clickhouse,
      series: { read: (request) => readSeriesChart(clickhouse, request) },
    }),
    ...createRemediateActivities({ ...common, executor: createHttpActions({ resolveSecret }) }),
    ...createAuditActivities({
      ...common,
      workflows: incidents,
      engine,
      running: () => configuration,
      heartbeat: createOutsideHeartbeat(resolveSecret),
      counted: metrics,
    }),
    ...createPostMortemActivities({
      ...common,
      renderReview: await loadReviewTemplate(),
      renderChart: renderPng,
      folder: reviewFolder(settings.dataDir),
    }),
  }
}
