import { join, resolve } from 'node:path'
import { loadRunnableConfiguration } from '../config/references.ts'
import { unwritableReason } from '../config/reason.ts'
import {
  DataDirectoryInUseError,
  lockDataDirectory,
  type DataDirectoryLock,
} from '../embedded/data-directory.ts'
import { passwordFileName } from '../embedded/clickhouse-server.ts'
import { type EmbeddedServers, startEmbedded } from '../embedded/embedded-servers.ts'
import { CommandFailed, exitCodes } from '../cli/api-client.ts'
import type { UpOptions } from '../cli/installation.ts'
import { type RunningFirewatch, startFirewatch } from './firewatch.ts'
import { howToChooseSentence, operatorOf } from './operator.ts'
import { freePort } from './free-port.ts'
import type { Hangups } from './hangup.ts'
import { ownerOfPort, portTaken } from './port-taken.ts'
import { giveBackWhatStartingTook } from './spare-memory.ts'
import { tell } from '../cli/terminal.ts'

/**
 * Runs everything on this machine until it is told to end by Ctrl-C or SIGTERM. At SIGHUP the configuration is read again.
 * @throws before anything is started: ConfigurationError, also for a secret that cannot be read; CommandFailed when another process
 * owns the data directory or the requested port
 */
export async function up(options: UpOptions, env: NodeJS.ProcessEnv, hangups: Hangups): Promise<void> {
  const configPath = resolve(options.config)
  const port = portOf(options.port)
  const configuration = await loadRunnableConfiguration(configPath, env)
  const operator = operatorOf(options.as, configuration)
  if (!operator.isConfigured) tell(howToChooseSentence(operator, configuration))
  const lock = await ownDataDirectory(options.data)
  const end = untilToldToEnd()
  try {
    await refuseTakenPort(port)
    tell('starting Temporal, PostgreSQL and ClickHouse …')
    const servers = await startEmbedded({ lock, env, log: tell })
    try {
      const firewatch = await startFirewatch({
        configPath,
        configuration,
        dataDir: lock.dir,
        servers,
        env,
        port,
        ...(options.as === undefined ? {} : { as: options.as }),
        tell,
      })
      tell(addresses(firewatch, servers, lock.dir, env))
      giveBackWhatStartingTook()
      const reloading = oneByOne(() => firewatch.reload())
      hangups.listen(() => reloading.again())
      await end
      tell('stopping …')
      hangups.stop()
      await reloading.idle()
      await firewatch.stop()
    } finally {
      await servers.stop()
    }
  } finally {
    lock.release()
  }
}

/** @throws CommandFailed for what is not a port */
function portOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  if (/^\d{1,5}$/.test(text) && Number(text) <= 65_535) return Number(text)
  throw new CommandFailed(`--port ${text}: a port is a number from 0 to 65535`, exitCodes.usage)
}

/** Before the servers start, which takes seconds. */
async function refuseTakenPort(port: number | undefined): Promise<void> {
  if (port === undefined || port === 0 || (await freePort(port)) !== undefined) return
  throw portTaken(port, await ownerOfPort(`http://127.0.0.1:${port}`))
}

/** @throws CommandFailed naming the path, and its owner or what else is wrong with it */
export async function ownDataDirectory(dir: string): Promise<DataDirectoryLock> {
  try {
    return await lockDataDirectory(dir)
  } catch (error) {
    if (error instanceof DataDirectoryInUseError)
      throw new CommandFailed(error.message, exitCodes.unreachable)
    if (!(error instanceof Error && 'syscall' in error)) throw error
    throw new CommandFailed(
      `${resolve(dir)} cannot be the data directory: ${unwritableReason(error)}; --data names another one`,
      exitCodes.refused,
    )
  }
}

/** Asked again while one runs, it does so once more when that is through. */
function oneByOne(job: () => Promise<void>) {
  let running = Promise.resolve()
  let waits = false
  return {
    again(): void {
      if (waits) return
      waits = true
      running = running.then(() => {
        waits = false
        return job()
      })
    },
    idle: () => running,
  }
}

function untilToldToEnd(): Promise<void> {
  return new Promise((resolveEnd) => {
    process.once('SIGINT', () => resolveEnd())
    process.once('SIGTERM', () => resolveEnd())
  })
}

function addresses(
  { url, loginUrl }: RunningFirewatch,
  { temporal, clickhouse }: EmbeddedServers,
  dataDir: string,
  env: NodeJS.ProcessEnv,
): string {
  const lines = [
    'Firewatch runs.',
    `  console      ${url}/incidents`,
    `  log in once  ${loginUrl}`,
    ...(temporal.uiUrl === undefined ? [] : [`  Temporal     ${temporal.uiUrl}`]),
    ...clickHouseLines(clickhouse.url, dataDir, env),
    `  data         ${dataDir}`,
    'Ctrl-C ends it.',
  ]
  return lines.join('\n')
}

/** Where it is and who may enter; the password itself is only in its file. */
function clickHouseLines(clickHouse: string, dataDir: string, env: NodeJS.ProcessEnv): string[] {
  const { protocol, host, username } = new URL(clickHouse)
  const address = `  ClickHouse   ${protocol}//${host}`
  if (env['CLICKHOUSE_URL']) return [`${address}, from CLICKHOUSE_URL`]
  return [
    `${address}, user ${username}, password in ${join(dataDir, passwordFileName)}`,
    '               firewatch sql "SHOW TABLES" asks it',
  ]
}
