import { superviseClickhouse } from './clickhouse-server.ts'
import type { DataDirectoryLock } from './data-directory.ts'
import { endAllLeftovers } from './pid-files.ts'
import { choosePorts, type Ports } from './ports.ts'
import { ensureDatabase, supervisePostgres } from './postgres-server.ts'
import type { ProcessStatus, SupervisedProcess } from './supervised-process.ts'
import { type ServerOptions, superviseTemporal } from './temporal-server.ts'

export interface EmbeddedOptions {
  /** Of the data directory that the servers live in. */
  lock: DataDirectoryLock
  /** `TEMPORAL_ADDRESS`, `DATABASE_URL` and `CLICKHOUSE_URL` each name a real server instead. */
  env: NodeJS.ProcessEnv
  /** One line for the operator: leftovers ended, deaths, restarts. */
  log: (line: string) => void
  /** A server that was running died too often in a row and is not started again. */
  onGivenUp?: (error: Error) => void
}

export interface EmbeddedServers {
  temporal: { address: string; uiUrl?: string }
  /** A secret: the URL has the password. */
  postgres: { url: string }
  /** A secret: the URL has the password. */
  clickhouse: { url: string }
  /** Of the servers that run here; those named by the environment are not among them. */
  processes(): ProcessStatus[]
  /** Stops them all, each within 10 s, then by force. Stop what uses them first. */
  stop(): Promise<void>
}

/**
 * Starts Temporal, PostgreSQL and chdb as child processes on 127.0.0.1 and resolves when all answer. Each is
 * restarted on its port when it dies, and none outlives this process. What a former run left behind is ended first.
 */
export async function startEmbedded(options: EmbeddedOptions): Promise<EmbeddedServers> {
  const { lock, env, log } = options
  await endAllLeftovers(lock.dir, log)
  const ports = await choosePorts(lock.dir)
  const processes: SupervisedProcess[] = []
  let started = false
  const server: ServerOptions = {
    dataDir: lock.dir,
    env,
    log,
    onGivenUp: (error) => started && options.onGivenUp?.(error),
  }
  const stop = async () => {
    await Promise.all(processes.map((one) => one.stop()))
  }
  const starting = [
    startTemporal(server, ports, processes),
    startPostgres(server, ports, processes),
    startClickhouse(server, ports, processes),
  ] as const
  try {
    const [temporal, postgres, clickhouse] = await Promise.all(starting)
    started = true
    return { temporal, postgres, clickhouse, processes: () => processes.map((one) => one.status()), stop }
  } catch (error) {
    // A server may still be on its way to being started: only afterwards are all of them known.
    await stop()
    await Promise.allSettled(starting)
    await stop()
    throw error
  }
}

async function startTemporal(
  options: ServerOptions,
  ports: Ports,
  processes: SupervisedProcess[],
): Promise<EmbeddedServers['temporal']> {
  const given = options.env['TEMPORAL_ADDRESS']
  if (given) return { address: given }
  const server = superviseTemporal({ ...options, port: ports.temporal, uiPort: ports.temporalUi })
  processes.push(server)
  await server.whenReady()
  return { address: `127.0.0.1:${ports.temporal}`, uiUrl: `http://127.0.0.1:${ports.temporalUi}` }
}

async function startPostgres(
  options: ServerOptions,
  ports: Ports,
  processes: SupervisedProcess[],
): Promise<EmbeddedServers['postgres']> {
  const given = options.env['DATABASE_URL']
  if (given) return { url: given }
  const { process: server, url } = await supervisePostgres({ ...options, port: ports.postgres })
  processes.push(server)
  await server.whenReady()
  await ensureDatabase(url)
  return { url }
}

async function startClickhouse(
  options: ServerOptions,
  ports: Ports,
  processes: SupervisedProcess[],
): Promise<EmbeddedServers['clickhouse']> {
  const given = options.env['CLICKHOUSE_URL']
  if (given) return { url: given }
  const { process: server, url } = await superviseClickhouse({ ...options, port: ports.clickhouse })
  processes.push(server)
  await server.whenReady()
  return { url }
}
