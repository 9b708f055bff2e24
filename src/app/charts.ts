import { chartOfIncident, readChart } from '../../activities/investigate-questions.ts'
import { renderPng, renderSvg, renderWords } from '../chart/render.ts'
import { toPng } from '../chart/png.ts'
import type { ClickHouse } from '../clickhouse/client.ts'
import { ClickHouseQueryFailed, ClickHouseUnavailable } from '../clickhouse/errors.ts'
import { readSeriesChart } from '../clickhouse/series-chart.ts'
import { chartDataOf, chartModel, type ChartData } from '../domain/chart/chart.ts'
import { chartAbout, chartDataFrom, rangeRequest, type SeriesRequest } from '../domain/chart/data.ts'
import type { Configuration } from '../domain/configuration/configuration.ts'
import type { Incident } from '../domain/incident/incident.ts'
import type { ChartAbout, ChartReading, Charts, SeriesRange } from '../web/dependencies.ts'
import { own } from '../domain/values/own.ts'
import type { Records } from './records.ts'

export interface ChartParts {
  readonly records: Pick<Records, 'incidents' | 'configurations' | 'verdicts' | 'evidence' | 'attempts'>
  readonly clickhouse: ClickHouse
  /** As it is now: charts of checks go by it, those of incidents by their own revision. */
  readonly configuration: Configuration
  readonly log: (message: string, error: unknown) => void
  readonly now: () => Date
}

/** Reads and draws charts: of an incident the kept series once it is over and the live ones while it lasts, of a check what it measures now. */
export function createCharts(parts: ChartParts): Charts {
  return {
    about: (incident) => aboutOf(parts, incident),
    ofIncident: (incident, timeZone) =>
      readable(parts, `the chart of INC-${incident.number}`, async () => modelOf(parts, incident, timeZone)),
    ofSeries: (range, timeZone) =>
      readable(parts, `the chart of ${range.series.check}`, () => seriesModel(parts, range, timeZone)),
    png: renderPng,
    svg: renderSvg,
    wordsAsPng: (words) => toPng(renderWords(words, 'message')),
    wordsAsSvg: renderWords,
  }
}

/** A store of measurements that does not answer is told in words; whatever else fails is an error. */
async function readable(
  { log }: ChartParts,
  what: string,
  read: () => Promise<ChartReading>,
): Promise<ChartReading> {
  try {
    return await read()
  } catch (error) {
    if (!(error instanceof ClickHouseUnavailable) && !(error instanceof ClickHouseQueryFailed)) throw error
    log(`${what} could not be read`, error)
    return { kind: 'unreadable', why: error instanceof ClickHouseUnavailable ? 'unavailable' : 'refused' }
  }
}

async function modelOf(parts: ChartParts, incident: Incident, timeZone?: string): Promise<ChartReading> {
  const { records } = parts
  const data = await dataOf(parts, incident)
  if (data === undefined) return { kind: 'none' }
  const configuration = await records.configurations.get(incident.configRevision)
  const attempts = await records.attempts.ofIncident(incident.number)
  const zone = timeZone ?? configuration.timeZone
  return { kind: 'chart', model: chartModel({ incident, data, attempts, timeZone: zone }) }
}

async function dataOf(parts: ChartParts, incident: Incident): Promise<ChartData | undefined> {
  const kept = await keptData(parts, incident)
  if (kept !== undefined) return kept
  const chart = await chartOfIncident(sceneParts(parts), incident.number)
  return (
    chart && readChart({ series: { read: (request) => readSeriesChart(parts.clickhouse, request) } }, chart)
  )
}

async function aboutOf(parts: ChartParts, incident: Incident): Promise<ChartAbout | undefined> {
  const kept = await keptData(parts, incident)
  if (kept !== undefined) return kept
  const chart = await chartOfIncident(sceneParts(parts), incident.number)
  return chart && chartAbout(chart.request)
}

function sceneParts({ records: { incidents, configurations, verdicts }, now }: ChartParts) {
  return { incidents, configurations, verdicts, now }
}

/** What was kept of an incident that is over: the source may hold its rows no longer. */
async function keptData(
  { records }: ChartParts,
  { number, state }: Incident,
): Promise<ChartData | undefined> {
  if (state !== 'resolved') return undefined
  const kept = (await records.evidence.list(number)).findLast(
    ({ about, result }) => about?.kind === 'chart' && chartDataOf(result) !== undefined,
  )
  return kept && chartDataOf(kept.result)
}

async function seriesModel(
  { clickhouse, configuration, now }: ChartParts,
  { series, rangeMs }: SeriesRange,
  timeZone = configuration.timeZone,
): Promise<ChartReading> {
  const until = now().getTime() - (own(configuration.checks, series.check)?.lateMs ?? 0)
  const request: SeriesRequest | undefined = rangeRequest(series, configuration, { until, rangeMs })
  if (request === undefined) return { kind: 'none' }
  const points = await readSeriesChart(clickhouse, request)
  const data = chartDataFrom(request, points, new Date(until).toISOString())
  return { kind: 'chart', model: chartModel({ data, timeZone }) }
}
