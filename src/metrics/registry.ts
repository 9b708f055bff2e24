import { collectDefaultMetrics, Registry } from 'prom-client'

/** Metrics as text, and what to call it in `content-type`. */
export interface Exposition {
  readonly contentType: string
  readonly text: string
}

/**
 * A registry that speaks OpenMetrics and has what Node knows of its own process.
 * Source of the format: https://github.com/prometheus/OpenMetrics/blob/main/specification/OpenMetrics.md
 */
export function createRegistry() {
  const registry = new Registry<typeof Registry.OPENMETRICS_CONTENT_TYPE>()
  registry.setContentType(Registry.OPENMETRICS_CONTENT_TYPE)
  collectDefaultMetrics({ register: registry })
  return registry
}

export async function expose(registry: ReturnType<typeof createRegistry>): Promise<Exposition> {
  return { contentType: registry.contentType, text: await registry.metrics() }
}
