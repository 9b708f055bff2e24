import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { type ClickHouseClient, ClickHouseLogLevel, createClient } from '@clickhouse/client'

export interface RunningServer {
  /** With user and password. */
  readonly url: string
  readonly process: ChildProcess
  /** What it wrote to stderr so far. */
  readonly log: () => string
  /** Ends it with a signal; the exit code, or the signal that ended it. */
  end(signal?: NodeJS.Signals): Promise<number | string>
}

const entry = fileURLToPath(new URL('../../src/chdb/server.ts', import.meta.url))

const password = 'of this test'
/** Those of this file that still run: the next file of this process has its own. */
const launched = new Set<ChildProcess>()

/** A process that may or may not come up. */
export function launch(path: string, ...more: string[]) {
  const secrets = mkdtempSync(join(tmpdir(), 'firewatch-test-chdb-password-'))
  const passwordFile = join(secrets, 'password')
  writeFileSync(passwordFile, `${password}\n`, { mode: 0o600 })
  const args = [entry, '--path', path, '--port', '0', '--password-file', passwordFile, ...more]
  const child = spawn(process.execPath, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, TZ: 'America/New_York' },
  })
  launched.add(child)
  child.once('exit', () => launched.delete(child))
  // It is read once, before the server says that it is ready.
  const forget = () => rmSync(secrets, { recursive: true, force: true })
  child.stdout.once('data', forget)
  child.once('exit', forget)
  const log: string[] = []
  child.stderr.on('data', (chunk: Buffer) => log.push(chunk.toString()))
  const ended = once(child, 'exit').then(([code, signal]: (number | string | null)[]) => code ?? signal ?? '')
  return { child, ended, log: () => log.join('') }
}

export async function startServer(path: string): Promise<RunningServer> {
  const { child, ended, log } = launch(path)
  const lines = createInterface({ input: child.stdout })
  const first = await Promise.race([once(lines, 'line').then(([line]) => String(line)), ended])
  const { ready, port } = JSON.parse(String(first)) as { ready?: boolean; port?: number }
  if (ready !== true) throw new Error(`The server did not start: ${log()}`)
  return {
    url: `http://firewatch:${encodeURIComponent(password)}@127.0.0.1:${port}`,
    process: child,
    log,
    async end(signal = 'SIGTERM') {
      child.kill(signal)
      return await ended
    },
  }
}

export async function makeFolder(): Promise<{ path: string; remove: () => Promise<void> }> {
  const path = await mkdtemp(join(tmpdir(), 'firewatch-test-chdb-'))
  return {
    path,
    // A test that fails half-way leaves nothing behind.
    async remove() {
      for (const child of launched) child.kill('SIGKILL')
      await rm(path, { recursive: true, force: true })
    },
  }
}

/** What `fetch` takes of a URL with user and password: it refuses them inside. */
export function requestTo(url: string): { readonly base: string; readonly headers: Record<string, string> } {
  const { username, password: key, origin } = new URL(url)
  const credentials = Buffer.from(`${username}:${decodeURIComponent(key)}`).toString('base64')
  return { base: origin, headers: { authorization: `Basic ${credentials}` } }
}

/** A request as any HTTP client would send it. */
export async function post(
  url: string,
  body: string | Uint8Array<ArrayBuffer>,
  query: Record<string, string> = {},
  headers: Record<string, string> = {},
) {
  const { base, headers: credentials } = requestTo(url)
  const response = await fetch(`${base}/?${new URLSearchParams(query).toString()}`, {
    method: 'POST',
    body,
    headers: { ...credentials, ...headers },
  })
  return { status: response.status, headers: response.headers, text: await response.text() }
}

/** The official client as any program would use it. */
export function clientOf(server: RunningServer): ClickHouseClient {
  return createClient({ url: server.url, log: { level: ClickHouseLogLevel.OFF } })
}

/** The column `x` of the first row. */
export async function valueOf(
  client: ClickHouseClient,
  query: string,
  query_params: Record<string, unknown> = {},
): Promise<unknown> {
  const result = await client.query({ query, query_params, format: 'JSONEachRow' })
  const [row] = await result.json<{ x: unknown }>()
  return row?.x
}
