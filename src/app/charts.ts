import { readChart } from '../../activities/investigate-questions.ts'
import { renderChart } from '../chart/render.ts'
import { readSeriesChart } from '../clickhouse/series-chart.ts'
import type { ClickHouse } from '../clickhouse/client.ts'
import { chartDataOf, chartModel } from '../domain/chart/chart.ts'
import type { Incident } from '../domain/incident/incident.ts'
import type { Records } from './records.ts'

/** Draws incidents' charts by the clock of whoever reads them: the kept series of one that is over, the live ones of one that lasts. */
export function createCharts(records: Records, clickhouse: ClickHouse, now: () => Date) {
  const { incidents, configurations, verdicts } = records
  const series = {
    read: (request: Parameters<typeof readSeriesChart>[1]) => readSeriesChart(clickhouse, request),
  }

  async function dataOf({ number, state }: Incident) {
    if (state !== 'resolved') return readChart({ incidents, configurations, verdicts, series, now }, number)
    const kept = (await records.evidence.list(number)).findLast(({ about }) => about?.kind === 'chart')
    return kept && chartDataOf(kept.result)
  }

  async function modelOf(incident: Incident, timeZone: string) {
    const attempts = await records.attempts.ofIncident(incident.number)
    return chartModel({ incident, data: await dataOf(incident), attempts, timeZone })
  }

  return {
    model: modelOf,

    async render(incident: Incident, timeZone: string): Promise<Uint8Array> {
      return renderChart(await modelOf(incident, timeZone)).png
    },
  }
}
