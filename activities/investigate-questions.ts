import {
  chartDataFrom,
  chartRequest,
  type ChartSubject,
  type SeriesRequest,
} from '../src/domain/chart/data.ts'
import type { ChartData } from '../src/domain/chart/chart.ts'
import type { Check, Configuration } from '../src/domain/configuration/configuration.ts'
import { boundedRows, failed } from '../src/domain/investigate/evidence-result.ts'
import type { Incident } from '../src/domain/incident/incident.ts'
import {
  queryParameters,
  seriesOf,
  windowsOf,
  type QueryWindow,
} from '../src/domain/investigate/investigate.ts'
import type { Stage } from '../src/domain/investigate/evidence.ts'
import { silentSourceOf } from '../src/domain/check/self-alerts.ts'
import { runbookOf } from '../src/domain/incident/plan.ts'
import type { EvidenceQuery, Runbook } from '../src/domain/investigate/runbook.ts'
import type { Series } from '../src/domain/check/verdict.ts'
import { seriesWords, worstVerdict } from '../src/domain/check/verdict-words.ts'
import { own } from '../src/domain/values/own.ts'
import type { ChartDependencies, InvestigateDependencies, NewEvidence } from './investigate-dependencies.ts'

/** An evidence query that takes longer says less than the one after it. */
const maxExecutionTimeMs = 10_000
/** Series whose verdicts become evidence; a storm of alerts is told by the first of them. */
const mostSeries = 20
/** Verdicts kept of one series, from {@link bucketsBefore} buckets before the incident on. */
const mostVerdicts = 400
const bucketsBefore = 8
const defaultBucketMs = 60_000

/** What an incident's chart shows, and up to when. */
export interface IncidentChart {
  readonly request: SeriesRequest
  /** ISO 8601 in UTC. */
  readonly until: string
}

/** What to read for an incident's chart, from the records alone; `undefined` where no check measures what fires. */
export async function chartOfIncident(
  deps: Omit<ChartDependencies, 'series'>,
  incident: number,
): Promise<IncidentChart | undefined> {
  return chartOf(deps, await sceneOf(deps, incident))
}

/** The chart's data as they stand. @throws when the measurements cannot be read */
export async function readChart(
  { series }: Pick<ChartDependencies, 'series'>,
  { request, until }: IncidentChart,
): Promise<ChartData> {
  return chartDataFrom(request, await series.read(request), until)
}

export interface Scene {
  readonly incident: Incident
  readonly configuration: Configuration
  readonly runbook: Runbook | undefined
  readonly series: readonly Series[]
  /** A source that its alerts say is silent. */
  readonly silentSource: string | undefined
  readonly bucketMs: number
  /** Up to when all measurements should be in. */
  readonly until: string
  readonly window: QueryWindow
}

/** Something to ask, and as what its answer is kept. */
export interface Question extends Pick<NewEvidence, 'about' | 'kind' | 'title' | 'query' | 'window'> {
  readonly ask: () => Promise<unknown>
}

type Reading = Pick<InvestigateDependencies, 'incidents' | 'configurations' | 'now'>

/** What an incident is about, and from when to when it is looked at. */
export async function sceneOf(deps: Reading, number: number): Promise<Scene> {
  const incident = await deps.incidents.get(number)
  const configuration = await deps.configurations.get(incident.configRevision)
  const alerts = await deps.incidents.alertsOf(number)
  const series = distinct(alerts.flatMap(({ labels }) => seriesOf(labels) ?? [])).slice(0, mostSeries)
  const check = series
    .map((one) => own(configuration.checks, one.check))
    .find((one): one is Check => one !== undefined)
  const bucketMs = check?.bucketMs ?? defaultBucketMs
  const now = deps.now().getTime() - (check?.lateMs ?? 0)
  const ended = incident.mitigatedAt === null ? now : Math.min(now, Date.parse(incident.mitigatedAt))
  const window = windowsOf({
    startedAt: incident.startedAt,
    until: new Date(ended).toISOString(),
    bucketMs,
    timeZone: configuration.timeZone,
  })
  const runbook = runbookOf(incident.labels, configuration.runbooks)
  const silentSource = alerts.map(silentSourceOf).find((source) => source !== undefined)
  const until = new Date(now).toISOString()
  return { incident, configuration, runbook, series, silentSource, bucketMs, until, window }
}

/** What to ask at a stage: what the check saw, the chart, then the runbook's queries. */
export function questionsOf(deps: InvestigateDependencies, scene: Scene, stage: Stage): Question[] {
  return [
    ...verdictQuestions(deps, scene, stage),
    ...chartQuestions(deps, scene, stage),
    ...runbookQuestions(deps, scene, stage),
  ]
}

function runbookQuestions(
  { metricStore }: InvestigateDependencies,
  { runbook, window, bucketMs }: Scene,
  stage: Stage,
): Question[] {
  const params = queryParameters(window, bucketMs)
  return (runbook?.evidence ?? []).map(({ name, title, sql }: EvidenceQuery) => ({
    about: { kind: 'query', stage, name },
    kind: 'metric-result',
    title,
    query: sql,
    window: { from: window.from, to: window.to },
    ask: async () => boundedRows(await metricStore.query(sql, params, { maxExecutionTimeMs })),
  }))
}

function verdictQuestions(deps: InvestigateDependencies, scene: Scene, stage: Stage): Question[] {
  const { configuration, window, bucketMs } = scene
  const from = new Date(Date.parse(window.from) - bucketsBefore * bucketMs).toISOString()
  return scene.series.flatMap((series): Question[] => {
    const metric = own(configuration.metrics, series.metric)
    if (metric === undefined) return []
    return [
      {
        about: { kind: 'verdicts', stage, series },
        kind: 'metric-result',
        title: `${seriesWords(metric.title, series)}: verdicts of ${series.check}`,
        window: { from, to: window.to },
        async ask() {
          const found = (await deps.verdicts.since([series], from)).filter(
            ({ bucketAt }) => bucketAt < window.to,
          )
          const verdicts = found.toSorted((a, b) => (a.bucketAt < b.bucketAt ? -1 : 1))
          const kept = verdicts.slice(0, mostVerdicts)
          return {
            metricTitle: metric.title,
            metricKind: metric.kind,
            ...(metric.unit === undefined ? {} : { unit: metric.unit }),
            bucketMs,
            verdicts: kept,
            more: verdicts.length - kept.length,
          }
        },
      },
    ]
  })
}

function chartQuestions(deps: InvestigateDependencies, scene: Scene, stage: Stage): Question[] {
  if (scene.series.length === 0 && scene.silentSource === undefined) return []
  return [
    {
      about: { kind: 'chart', stage },
      kind: 'metric-result',
      title: 'What the chart shows: the measured series, and what it was judged by',
      async ask() {
        const chart = await chartOf(deps, scene)
        return chart === undefined ? failed('no check measures it') : readChart(deps, chart)
      },
    },
  ]
}

async function chartOf(
  deps: Pick<InvestigateDependencies, 'verdicts'>,
  scene: Scene,
): Promise<IncidentChart | undefined> {
  const { configuration, incident, until } = scene
  const subject = await chartSubject(deps, scene)
  const request =
    subject && chartRequest({ subject, configuration, startedAt: incident.startedAt, until: endOf(scene) })
  return request && { request, until }
}

/** What is over is shown to its end, not up to now. */
function endOf({ incident: { resolvedAt }, until }: Scene): string {
  return resolvedAt !== null && resolvedAt < until ? resolvedAt : until
}

/** The chart shows the series that is farthest from normal, or the source that is silent. */
async function chartSubject(
  deps: Pick<InvestigateDependencies, 'verdicts'>,
  { series, silentSource, incident, configuration }: Scene,
): Promise<ChartSubject | undefined> {
  if (series.length > 0) {
    const worst = worstVerdict(await deps.verdicts.since(series, incident.startedAt))
    const shown = worst ?? series.find(({ check }) => own(configuration.checks, check) !== undefined)
    return shown && { kind: 'series', series: shown }
  }
  return silentSource === undefined ? undefined : { kind: 'source', source: silentSource }
}

function distinct(series: readonly Series[]): Series[] {
  const byName = new Map(
    series.map((one) => [JSON.stringify([one.check, one.metric, one.slice, one.group]), one]),
  )
  return [...byName.values()]
}
