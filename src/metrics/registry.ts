import { collectDefaultMetrics, Registry } from 'prom-client'

/** Metrics as text, and what to call it in `content-type`. */
export interface Exposition {
  readonly contentType: string
  readonly text: string
}

/**
 * By default Node wakes up a hundred times a second to sample the lag of its event loop, which costs a process at rest more than all its work. The lag as it is when
 * somebody asks (`nodejs_eventloop_lag_seconds`) needs no sampling; the statistics over samples are left out.
 */
const loopSampledEveryMs = 60_000

/**
 * A registry that speaks OpenMetrics and has what Node knows of its own process.
 * Source of the format: https://github.com/prometheus/OpenMetrics/blob/main/specification/OpenMetrics.md
 */
export function createRegistry() {
  const registry = new Registry<typeof Registry.OPENMETRICS_CONTENT_TYPE>()
  registry.setContentType(Registry.OPENMETRICS_CONTENT_TYPE)
  collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: loopSampledEveryMs })
  for (const statistic of ['min', 'max', 'mean', 'stddev', 'p50', 'p90', 'p99'])
    registry.removeSingleMetric(`nodejs_eventloop_lag_${statistic}_seconds`)
  return registry
}

export async function expose(registry: ReturnType<typeof createRegistry>): Promise<Exposition> {
  return { contentType: registry.contentType, text: await registry.metrics() }
}
