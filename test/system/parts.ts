import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { chownSync, existsSync, readdirSync } from 'node:fs'
import { chmod, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { findProgram, TEMPORAL } from '../../src/embedded/temporal-binaries.mjs'
import { checkout } from '../support/image.ts'

const execute = promisify(execFile)

/** A process of the world, which can be ended and started again at the same place. */
export interface Part {
  /** Of the process that runs now. */
  pid(): number
  start(): Promise<void>
  /** Ends it and waits; how it ended. */
  end(
    signal?: NodeJS.Signals,
  ): Promise<{ readonly code: number | null; readonly signal: NodeJS.Signals | null }>
  /** Everything that it wrote to standard output, over all its starts. */
  output(): string
}

export interface PartOptions {
  readonly command: string
  readonly args: readonly string[]
  readonly env: NodeJS.ProcessEnv
  readonly cwd: string
  readonly uid?: number
  readonly gid?: number
  readonly isReady: () => Promise<boolean>
}

const patienceMs = 60_000

export function createPart(options: PartOptions): Part {
  const { command, args, isReady, ...rest } = options
  let child: ChildProcess | undefined
  let output = ''
  let errors = ''
  process.once('exit', () => child?.kill('SIGKILL'))
  const isOver = () => child === undefined || child.exitCode !== null || child.signalCode !== null
  return {
    pid: () => child?.pid ?? 0,
    output: () => output,
    async start() {
      errors = ''
      child = spawn(command, args, { ...rest, stdio: ['ignore', 'pipe', 'pipe'] })
      child.stdout?.on('data', (chunk: Buffer) => (output += chunk.toString()))
      child.stderr?.on('data', (chunk: Buffer) => (errors += chunk.toString()))
      const deadline = Date.now() + patienceMs
      while (!(await isReady().catch(() => false))) {
        if (isOver() || Date.now() > deadline) {
          throw new Error(
            `${command} ${args.join(' ')} did not come up:\n${output.slice(-2_000)}${errors.slice(-4_000)}`,
          )
        }
        await new Promise((resolve) => setTimeout(resolve, 50))
      }
    },
    async end(signal = 'SIGTERM') {
      const ending = child
      if (ending === undefined || isOver())
        return { code: ending?.exitCode ?? null, signal: ending?.signalCode ?? null }
      const exit = new Promise((resolve) => ending.once('exit', resolve))
      ending.kill(signal)
      await exit
      return { code: ending.exitCode, signal: ending.signalCode }
    },
  }
}

/** The newest PostgreSQL that Debian installed. It does not lie on PATH. */
function postgresBinaries(): string {
  const root = '/usr/lib/postgresql'
  const versions = existsSync(root) ? readdirSync(root).toSorted((a, b) => Number(a) - Number(b)) : []
  const found = versions
    .map((version) => join(root, version, 'bin'))
    .findLast((bin) => existsSync(join(bin, 'initdb')))
  if (found === undefined)
    throw new Error(
      `Debian's PostgreSQL is not below ${root}: the system tests need it (apt-get install postgresql)`,
    )
  return found
}

/** PostgreSQL does not run as root. */
const account = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {}

const superuserPassword = 'of-the-superuser'
export const databasePassword = 'of-firewatch'

/** A cluster made as the container image makes it: a superuser with a password, then the script of `deploy/postgres`. */
export async function createPostgres(folder: string, port: number): Promise<Part> {
  const bin = postgresBinaries()
  const home = join(folder, 'postgres')
  await mkdir(home)
  if (account.uid !== undefined) {
    chownSync(home, account.uid, account.gid)
    await chmod(folder, 0o711)
  }
  const passwordFile = join(home, 'password')
  await writeFile(passwordFile, superuserPassword)
  if (account.uid !== undefined) chownSync(passwordFile, account.uid, account.gid)
  const data = join(home, 'data')
  const options = [
    '--username=postgres',
    '--auth=scram-sha-256',
    `--pwfile=${passwordFile}`,
    '--encoding=UTF8',
    '--no-locale',
    '--no-sync',
  ]
  await execute(join(bin, 'initdb'), [`--pgdata=${data}`, ...options], { ...account, cwd: home })
  const reach = { PGHOST: '127.0.0.1', PGPORT: String(port), PATH: `${bin}:${process.env['PATH']}` }
  const settings = [`port=${port}`, 'listen_addresses=127.0.0.1', 'unix_socket_directories='].flatMap(
    (one) => ['-c', one],
  )
  const part = createPart({
    command: join(bin, 'postgres'),
    args: ['-D', data, ...settings],
    env: { LC_ALL: 'C' },
    cwd: home,
    ...account,
    // As the container's health check asks.
    isReady: () =>
      execute('pg_isready', ['--username=firewatch', '--dbname=firewatch'], { env: reach }).then(() => true),
  })
  await part.start()
  await execute('sh', [join(checkout, 'deploy/postgres/10-databases.sh')], {
    env: {
      ...reach,
      PGPASSWORD: superuserPassword,
      FIREWATCH_DB_PASSWORD: databasePassword,
      TEMPORAL_DB_PASSWORD: 'of-temporal',
    },
  })
  return part
}

/** A Temporal server of its own, with its data in a file, and Firewatch's namespace made by the script of `deploy/temporal`. */
export async function createTemporal(folder: string, port: number): Promise<Part> {
  const program = findProgram(TEMPORAL, process.env)
  if (program === undefined) throw new Error("Temporal's server is not here; run `npm run setup`")
  const flags = {
    ip: '127.0.0.1',
    port: String(port),
    'db-filename': join(folder, 'temporal.db'),
    'log-level': 'error',
    'dynamic-config-value': 'frontend.enableServerVersionCheck=false',
  }
  const address = `127.0.0.1:${port}`
  const env = {
    PATH: `${join(program, '..')}:${process.env['PATH']}`,
    HOME: folder,
    TEMPORAL_ADDRESS: address,
  }
  const part = createPart({
    command: program,
    args: [
      'server',
      'start-dev',
      '--headless',
      ...Object.entries(flags).flatMap(([name, value]) => [`--${name}`, value]),
    ],
    env,
    cwd: folder,
    isReady: () => execute(program, ['operator', 'cluster', 'health'], { env }).then(() => true),
  })
  await part.start()
  await execute('sh', [join(checkout, 'deploy/temporal/namespace.sh')], {
    env: { ...env, TEMPORAL_NAMESPACE: 'firewatch', RETENTION: '30d' },
  })
  return part
}

/** With the password of a file of this folder, so that its URL is as one of an operator's. */
export async function createChdb(folder: string, port: number, password: string): Promise<Part> {
  const passwordFile = join(folder, 'clickhouse.password')
  await writeFile(passwordFile, password, { mode: 0o600 })
  return createPart({
    command: process.execPath,
    args: [
      join(checkout, 'src/chdb/server.ts'),
      '--path',
      join(folder, 'clickhouse'),
      '--port',
      String(port),
      '--password-file',
      passwordFile,
    ],
    env: {},
    cwd: folder,
    isReady: async () => (await fetch(`http://127.0.0.1:${port}/ping`)).ok,
  })
}
