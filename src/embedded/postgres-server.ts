import pg from 'pg'
import {
  commandAs,
  type PostgresCluster,
  postgresBinaries,
  preparePostgresCluster,
  SUPERUSER,
} from './postgres-cluster.ts'
import { serverEnvironment } from './server-environment.ts'
import { type SupervisedProcess, supervise } from './supervised-process.ts'
import type { ServerOptions } from './temporal-server.ts'

const DATABASE = 'firewatch'
const ANSWER_WITHIN_MS = 2_000

/** Crash recovery of a large log takes longer than a start. */
const READY_WITHIN_MS = 180_000

/**
 * PostgreSQL on 127.0.0.1 over TCP only; it stays as crash-safe as its defaults make it. `binaries` is the folder of
 * its programs, unless given that of the installed package.
 */
export async function supervisePostgres(
  options: ServerOptions & { port: number; binaries?: string },
): Promise<{ process: SupervisedProcess; url: string }> {
  const { dataDir, env, port, binaries = postgresBinaries(), ...rest } = options
  const environment = serverEnvironment(env)
  const cluster = await preparePostgresCluster(dataDir, environment, binaries)
  const settings = {
    port: String(port),
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    timezone: 'UTC',
    log_timezone: 'UTC',
    // Three processes that read ahead are no use to a database of this size.
    io_method: 'sync',
    // The system keeps files in memory as well, and gives it back.
    shared_buffers: '32MB',
  }
  const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])
  const server = supervise({
    ...rest,
    name: 'postgres',
    dataDir,
    readyWithinMs: READY_WITHIN_MS,
    isReady: () => answers(urlOf(cluster, port, 'postgres')),
    command: {
      ...commandAs(cluster.account, cluster.program, ['-D', cluster.dir, ...flags]),
      cwd: dataDir,
      env: environment,
      // Fast shutdown: clients are disconnected, a checkpoint is written. SIGTERM would wait for the clients.
      stopSignal: 'SIGINT',
    },
  })
  return { process: server, url: urlOf(cluster, port, DATABASE) }
}

/** Makes the database of the URL when the server, which must be ready, does not have it yet. */
export async function ensureDatabase(url: string): Promise<void> {
  const maintenance = new URL(url)
  maintenance.pathname = '/postgres'
  const client = new pg.Client({ connectionString: maintenance.href })
  await client.connect()
  try {
    const found = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [DATABASE])
    if (found.rowCount === 0) await client.query(`CREATE DATABASE ${DATABASE}`)
  } finally {
    await client.end()
  }
}

function urlOf(cluster: PostgresCluster, port: number, database: string): string {
  const url = new URL(`postgres://127.0.0.1/${database}`)
  url.username = SUPERUSER
  url.password = cluster.password
  url.port = String(port)
  return url.href
}

async function answers(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: ANSWER_WITHIN_MS })
  // A server that dies under the question is simply not ready.
  client.on('error', () => undefined)
  try {
    await client.connect()
    return true
  } catch {
    // Not yet; the supervisor asks again until its time is over, and then shows the server's own log.
    return false
  } finally {
    await client.end()
  }
}
