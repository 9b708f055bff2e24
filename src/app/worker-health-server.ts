import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Exposition } from '../metrics/registry.ts'
import { errorMessage } from '../domain/values/error-message.ts'

/** What a worker says of itself by HTTP. */
export interface HealthServerDependencies {
  readonly metrics: () => Promise<Exposition>
  /** Temporal's own metrics of the worker, in Prometheus' older text format. */
  readonly temporalMetricsUrl: string
  /** Whether the worker takes work. */
  readonly isRunning: () => boolean
  /** What does not answer, by name. */
  readonly unready: () => Promise<Readonly<Record<string, string>>>
  /** Which configuration it runs, and why not the one that is wanted. */
  readonly configuration: () => { readonly revision: string; readonly problem: string | null }
}

export interface HealthServer {
  readonly port: number
  close(): Promise<void>
}

/**
 * `/health/live`, `/health/ready`, `/metrics` and `/metrics/temporal` of a worker, for whoever reaches the port: it takes no tokens, and must not be
 * published.
 */
export async function openHealthServer(
  host: string,
  port: number,
  deps: HealthServerDependencies,
): Promise<HealthServer> {
  const server = createServer((request, response) => {
    const answer = request.method === 'GET' ? answers[request.url ?? ''] : undefined
    if (answer === undefined) return send(response, 404, json, JSON.stringify({ error: 'nothing here' }))
    answer(deps, response).catch((error: unknown) =>
      send(response, 500, json, JSON.stringify({ error: errorMessage(error) })),
    )
    return undefined
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, resolve)
  })
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

const json = 'application/json; charset=utf-8'

type Answer = (deps: HealthServerDependencies, response: ServerResponse) => Promise<void>

const answers: Readonly<Record<string, Answer>> = {
  '/health/live': async (_, response) => send(response, 200, json, JSON.stringify({ live: true })),
  '/health/ready': async ({ unready, isRunning, configuration }, response) => {
    const away = await unready()
    const missing = isRunning() ? away : { ...away, worker: 'it does not take work' }
    const ready = Object.keys(missing).length === 0
    send(
      response,
      ready ? 200 : 503,
      json,
      JSON.stringify({ ready, missing, configuration: configuration() }),
    )
  },
  '/metrics': async ({ metrics }, response) => {
    const { contentType, text } = await metrics()
    send(response, 200, contentType, text)
  },
  '/metrics/temporal': async ({ temporalMetricsUrl }, response) => {
    const exported = await fetch(temporalMetricsUrl)
    const contentType = exported.headers.get('content-type') ?? 'text/plain; version=0.0.4'
    send(response, exported.status, contentType, await exported.text())
  },
}

function send(response: ServerResponse, status: number, contentType: string, body: string): void {
  response.writeHead(status, { 'content-type': contentType, 'cache-control': 'no-store' }).end(body)
}
