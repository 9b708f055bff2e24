#!/usr/bin/env node
/*
 * Exits with 0 when the process of this container answers, for container health checks: the server at FIREWATCH_PORT or, where
 * FIREWATCH_METRICS_PORT is set, the worker. Small, because it is started every few seconds.
 */

const port = process.env.FIREWATCH_METRICS_PORT || process.env.FIREWATCH_PORT || '4270'
const url = `http://127.0.0.1:${port}/health/live`

try {
  const response = await fetch(url, { signal: AbortSignal.timeout(3_000) })
  if (!response.ok) throw new Error(`HTTP ${response.status}`)
} catch (error) {
  process.stderr.write(`firewatch: ${url} does not answer: ${error.cause?.message ?? error.message}\n`)
  process.exitCode = 1
}
