import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, readFile, readlink, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline/promises'
import { promisify } from 'node:util'
import { ClickHouseLogLevel, createClient } from '@clickhouse/client'
import { Client, Connection } from '@temporalio/client'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { type DataDirectoryLock, lockDataDirectory } from '../../src/embedded/data-directory.ts'
import { type EmbeddedServers, startEmbedded } from '../../src/embedded/embedded-servers.ts'
import { processIdentity } from '../../src/embedded/process-identity.mjs'

const execute = promisify(execFile)
const patient = { timeout: 30_000, interval: 100 }

let dir: string
const lines: string[] = []

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'firewatch-embedded-'))
})

afterAll(() => rm(dir, { recursive: true }))

async function inPostgres<Row extends pg.QueryResultRow>(url: string, sql: string): Promise<Row[]> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    return (await client.query<Row>(sql)).rows
  } finally {
    await client.end()
  }
}

async function inClickhouse<Row>(url: string, query: string): Promise<Row[]> {
  const client = createClient({ url, log: { level: ClickHouseLogLevel.OFF } })
  try {
    return await (await client.query({ query, format: 'JSONEachRow' })).json<Row>()
  } finally {
    await client.close()
  }
}

async function changeClickhouse(url: string, query: string): Promise<void> {
  const client = createClient({ url, log: { level: ClickHouseLogLevel.OFF } })
  try {
    await client.command({ query })
  } finally {
    await client.close()
  }
}

async function inTemporal<T>(address: string, work: (client: Client) => Promise<T>): Promise<T> {
  const connection = await Connection.connect({ address })
  try {
    return await work(new Client({ connection }))
  } finally {
    await connection.close()
  }
}

/** What was written into each server in the first test. */
async function kept(servers: EmbeddedServers) {
  const [row] = await inPostgres<{ word: string }>(servers.postgres.url, 'SELECT word FROM memory')
  const [metric] = await inClickhouse<{ word: string }>(servers.clickhouse.url, 'SELECT word FROM memory')
  const workflow = await inTemporal(servers.temporal.address, (client) =>
    client.workflow.getHandle('memory').describe(),
  )
  return [row?.word, metric?.word, workflow.status.name]
}

const KEPT = ['postgres', 'clickhouse', 'RUNNING']

function pidOf(servers: EmbeddedServers, name: string): number {
  const status = servers.processes().find((one) => one.name === name)
  expect(status?.state).toBe('ready')
  return status?.pid as number
}

/** Local addresses, as the kernel writes them, of the TCP sockets on which these processes listen. */
async function listeningSockets(pids: readonly number[]): Promise<string[]> {
  const tables = await Promise.all(['tcp', 'tcp6'].map((name) => readFile(`/proc/net/${name}`, 'utf8')))
  const sockets = tables.flatMap((table) => table.trim().split('\n').slice(1))
  const rows = sockets.map((line) => line.trim().split(/\s+/))
  const listens = new Map(
    rows.filter((row) => row[3] === '0A').map((row) => [`socket:[${row[9]}]`, row[1] ?? '']),
  )
  const found = await Promise.all(
    pids.map(async (pid) => {
      const files = await readdir(`/proc/${pid}/fd`)
      return await Promise.all(files.map((file) => readlink(`/proc/${pid}/fd/${file}`).catch(() => '')))
    }),
  )
  return found.flat().flatMap((name) => listens.get(name) ?? [])
}

describe('embedded servers', () => {
  let lock: DataDirectoryLock
  let servers: EmbeddedServers

  const start = () => startEmbedded({ lock, env: process.env, log: (line) => lines.push(line) })

  beforeAll(async () => {
    lock = await lockDataDirectory(dir)
    servers = await start()
  })

  afterAll(async () => {
    await servers.stop()
    lock.release()
  })

  test('take what they are given, on loopback', async () => {
    await inPostgres(servers.postgres.url, "CREATE TABLE memory AS SELECT 'postgres' AS word")
    await changeClickhouse(
      servers.clickhouse.url,
      "CREATE TABLE memory ENGINE = MergeTree ORDER BY word AS SELECT 'clickhouse' AS word",
    )
    await inTemporal(servers.temporal.address, (client) =>
      client.workflow.start('nobodyRunsThis', { workflowId: 'memory', taskQueue: 'nobody' }),
    )
    expect(await kept(servers)).toEqual(KEPT)
    expect(servers.temporal.address).toMatch(/^127\.0\.0\.1:\d+$/)
    expect((await fetch(servers.temporal.uiUrl as string)).status).toBe(200)
    const logs = await readdir(join(dir, 'logs'))
    expect(logs.sort()).toEqual(['clickhouse.log', 'postgres.log', 'temporal.log'])
  })

  test('PostgreSQL wants the password and keeps its promises', async () => {
    const url = new URL(servers.postgres.url)
    url.password = 'wrong'
    await expect(inPostgres(url.href, 'SELECT 1')).rejects.toThrow('password authentication failed')
    expect(
      await inPostgres(
        servers.postgres.url,
        `SELECT current_setting('fsync') || current_setting('synchronous_commit')
           || current_setting('server_encoding') || current_setting('listen_addresses') AS s`,
      ),
    ).toEqual([{ s: 'ononUTF8127.0.0.1' }])
  })

  test('N25 ClickHouse wants its password, which others can neither read nor see', async () => {
    const url = new URL(servers.clickhouse.url)
    const { password } = url
    expect(password).toHaveLength(64)
    url.password = 'wrong'
    await expect(inClickhouse(url.href, 'SELECT 1')).rejects.toMatchObject({ code: '516' })
    url.password = ''
    url.username = ''
    await expect(inClickhouse(url.href, 'SELECT 1')).rejects.toMatchObject({ code: '516' })
    const { stdout } = await execute('ps', ['-eo', 'args'])
    expect(stdout).not.toContain(password)
    expect(stdout).not.toContain(new URL(servers.postgres.url).password)
  })

  test('N25 PostgreSQL has no way in without a password, and no socket', async () => {
    const rules = await inPostgres(
      servers.postgres.url,
      "SELECT DISTINCT auth_method AS method, current_setting('unix_socket_directories') AS sockets FROM pg_hba_file_rules",
    )
    expect(rules).toEqual([{ method: 'scram-sha-256', sockets: '' }])
    const [verifier] = await inPostgres<{ kind: string }>(
      servers.postgres.url,
      "SELECT DISTINCT split_part(rolpassword, '$', 1) AS kind FROM pg_authid WHERE rolcanlogin",
    )
    expect(verifier).toEqual({ kind: 'SCRAM-SHA-256' })
  })

  test('N25 no file of the data directory is open to others', async () => {
    const { stdout } = await execute('find', [dir, '-mindepth', '1', '-not', '-type', 'l', '-perm', '/077'])
    expect(stdout).toBe('')
  })

  test.runIf(process.platform === 'linux')(
    'N25 nothing listens on other addresses than loopback',
    async () => {
      const listening = await listeningSockets(servers.processes().map((one) => one.pid as number))
      expect(listening.length).toBeGreaterThanOrEqual(3)
      expect(listening.filter((address) => !address.startsWith('0100007F:'))).toEqual([])
    },
  )

  test.each(['temporal', 'postgres', 'clickhouse'])(
    '%s comes back on its address with its data after kill -9',
    async (name) => {
      const pid = pidOf(servers, name)

      process.kill(pid, 'SIGKILL')

      await expect.poll(() => kept(servers).catch(String), patient).toEqual(KEPT)
      await vi.waitFor(() => expect(pidOf(servers, name)).not.toBe(pid), patient)
      expect(lines.join('\n')).toContain(`${name} died (SIGKILL) and starts again`)
    },
  )

  test('stop, and start again on the same addresses with their data', async () => {
    const before = { temporal: servers.temporal, postgres: servers.postgres, clickhouse: servers.clickhouse }
    const pids = servers.processes().map((one) => one.pid as number)

    await servers.stop()

    expect(pids.map(processIdentity)).toEqual([undefined, undefined, undefined])
    expect(await readFile(join(dir, 'logs', 'postgres.log'), 'utf8')).toContain('received fast shutdown')
    servers = await start()
    expect(servers).toMatchObject(before)
    expect(await kept(servers)).toEqual(KEPT)
  })
})

test('servers that the environment names are not started', async () => {
  const lock = await lockDataDirectory(join(dir, 'elsewhere'))
  const env = {
    TEMPORAL_ADDRESS: 'temporal.example:7233',
    DATABASE_URL: 'postgres://database.example/firewatch',
    CLICKHOUSE_URL: 'http://clickhouse.example:8123',
  }
  const servers = await startEmbedded({ lock, env, log: (line) => lines.push(line) })

  expect(servers).toMatchObject({
    temporal: { address: env.TEMPORAL_ADDRESS },
    postgres: { url: env.DATABASE_URL },
    clickhouse: { url: env.CLICKHOUSE_URL },
  })
  expect(servers.processes()).toEqual([])
  lock.release()
})

test('a server that cannot be started is an error that says what to do, and leaves nothing running', async () => {
  const lock = await lockDataDirectory(join(dir, 'without-temporal'))
  const env = { PATH: '/nowhere', XDG_CACHE_HOME: '/nowhere', CLICKHOUSE_URL: 'http://clickhouse.example' }

  await expect(startEmbedded({ lock, env, log: () => undefined })).rejects.toThrow('npm run setup')

  expect(await readdir(join(lock.dir, 'pids'))).toEqual([])
  lock.release()
})

describe('when the process that owns the servers is killed', () => {
  const modules = new URL('../../src/embedded/', import.meta.url).href
  const OWNER = `
    import { lockDataDirectory } from '${modules}data-directory.ts'
    import { startEmbedded } from '${modules}embedded-servers.ts'
    const lock = await lockDataDirectory(process.argv[1])
    const servers = await startEmbedded({ lock, env: process.env, log: console.error })
    const { temporal, postgres, clickhouse } = servers
    console.log(JSON.stringify({ temporal, postgres, clickhouse, processes: servers.processes() }))`

  test('they are gone within seconds, and the next owner has their data and addresses', async () => {
    const owner = spawn(process.execPath, ['--input-type=module', '-e', OWNER, dir], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const [line] = (await once(createInterface(owner.stdout), 'line')) as [string]
    const { processes, ...addresses } = JSON.parse(line)
    const pids: number[] = processes.map((one: { pid: number }) => one.pid)
    await expect(lockDataDirectory(dir)).rejects.toThrow(`process ${owner.pid} `)

    owner.kill('SIGKILL')
    await once(owner, 'exit')

    const lock = await lockDataDirectory(dir)
    const servers = await startEmbedded({ lock, env: process.env, log: (said) => lines.push(said) })
    expect(pids.map(processIdentity)).toEqual([undefined, undefined, undefined])
    expect(servers).toMatchObject(addresses)
    expect(await kept(servers)).toEqual(KEPT)
    await servers.stop()
    lock.release()
  })

  test('they are gone within seconds also when nobody comes after', async () => {
    const owner = spawn(process.execPath, ['--input-type=module', '-e', OWNER, dir], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const [line] = (await once(createInterface(owner.stdout), 'line')) as [string]
    const pids: number[] = JSON.parse(line).processes.map((one: { pid: number }) => one.pid)

    owner.kill('SIGKILL')

    const gone = [undefined, undefined, undefined]
    await expect.poll(() => pids.map(processIdentity), { timeout: 8_000, interval: 100 }).toEqual(gone)
  })
})
