import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createClickHouse } from '../../src/clickhouse/client.ts'
import { layOutImage } from '../support/image.ts'
import { freePort } from '../support/servers.ts'
import {
  createChdb,
  createPart,
  createPostgres,
  createTemporal,
  databasePassword,
  type Part,
} from './parts.ts'

export interface ProductionWorld {
  readonly postgres: Part
  readonly temporal: Part
  readonly clickhouse: Part
  readonly server: Part
  readonly workers: readonly Part[]
  readonly serverUrl: string
  readonly workerUrls: readonly string[]
  /** Runs a file of the image with the server's environment, to its end. */
  run(
    args: readonly string[],
    env?: NodeJS.ProcessEnv,
  ): Promise<{ code: number; stdout: string; stderr: string }>
  stop(): Promise<void>
}

/** `serve` and two `worker`s as the image has them, beside PostgreSQL, Temporal and ClickHouse's stand-in as processes of their own. Stores run; the rest is not started. */
export async function createProductionWorld(
  configuration: string,
  secrets: NodeJS.ProcessEnv,
): Promise<ProductionWorld> {
  const folder = await mkdtemp(join(tmpdir(), 'firewatch-production-'))
  const ports = { postgres: await freePort(), temporal: await freePort(), clickhouse: await freePort() }
  const clickhouse = await createChdb(folder, ports.clickhouse, databasePassword)
  const clickhouseUrl = `http://firewatch:${databasePassword}@127.0.0.1:${ports.clickhouse}`
  const [postgres, temporal] = await Promise.all([
    createPostgres(folder, ports.postgres),
    createTemporal(folder, ports.temporal),
    clickhouse.start(),
  ])
  await makeOrders(clickhouseUrl)

  const image = join(folder, 'app')
  await mkdir(image)
  layOutImage(image)
  await writeFile(join(folder, 'firewatch.yaml'), configuration)
  const env: NodeJS.ProcessEnv = {
    ...secrets,
    NODE_ENV: 'production',
    TEMPORAL_ADDRESS: `127.0.0.1:${ports.temporal}`,
    TEMPORAL_NAMESPACE: 'firewatch',
    DATABASE_URL: `postgres://firewatch:${databasePassword}@127.0.0.1:${ports.postgres}/firewatch`,
    CLICKHOUSE_URL: clickhouseUrl,
    FIREWATCH_CONFIG: join(folder, 'firewatch.yaml'),
    FIREWATCH_DATA: join(folder, 'data'),
  }
  const program = (command: string, portName: string, port: number) =>
    createPart({
      command: process.execPath,
      args: [join(image, 'src/app/main.ts'), command],
      env: { ...env, [portName]: String(port) },
      cwd: image,
      isReady: async () => (await fetch(`http://127.0.0.1:${port}/health/ready`)).ok,
    })
  const serverPort = await freePort()
  const workerPorts = [await freePort(), await freePort()]
  const server = program('serve', 'FIREWATCH_PORT', serverPort)
  const workers = workerPorts.map((port) => program('worker', 'FIREWATCH_METRICS_PORT', port))
  return {
    postgres,
    temporal,
    clickhouse,
    server,
    workers,
    serverUrl: `http://127.0.0.1:${serverPort}`,
    workerUrls: workerPorts.map((port) => `http://127.0.0.1:${port}`),
    run: ([file = '', ...args], more = {}) =>
      new Promise((resolve) => {
        const options = { env: { ...env, ...more }, cwd: image }
        execFile(process.execPath, [join(image, file), ...args], options, (error, stdout, stderr) => {
          resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr })
        })
      }),
    async stop() {
      await Promise.all([server.end(), ...workers.map((worker) => worker.end())])
      await Promise.all([postgres.end('SIGINT'), temporal.end(), clickhouse.end()])
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** An order a second from a while ago until after the test, so that its source is never silent. */
async function makeOrders(url: string): Promise<void> {
  const clickhouse = createClickHouse({ url })
  await clickhouse.command('CREATE DATABASE shop')
  await clickhouse.command('CREATE TABLE shop.orders (time DateTime) ENGINE = MergeTree ORDER BY time')
  const now = Math.floor(Date.now() / 1_000)
  const rows = Array.from({ length: 3_600 }, (_, second) => ({
    time: new Date((now - 600 + second) * 1_000),
  }))
  await clickhouse.insert('shop.orders', rows)
  await clickhouse.close()
}
