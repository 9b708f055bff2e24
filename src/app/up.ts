import { resolve } from 'node:path'
import { loadConfiguration } from '../config/load.ts'
import {
  DataDirectoryInUseError,
  lockDataDirectory,
  type DataDirectoryLock,
} from '../embedded/data-directory.ts'
import { startEmbedded } from '../embedded/embedded-servers.ts'
import { CommandFailed, exitCodes } from './api-client.ts'
import { startFirewatch } from './firewatch.ts'
import { tell } from './terminal.ts'

export interface UpOptions {
  readonly config: string
  readonly data: string
  readonly port?: string
}

/**
 * Runs everything on this machine until it is told to end by Ctrl-C or SIGTERM.
 * @throws ConfigurationError before anything is started, CommandFailed when another process owns the data directory
 */
export async function up(options: UpOptions, env: NodeJS.ProcessEnv): Promise<void> {
  const configPath = resolve(options.config)
  const configuration = await loadConfiguration(configPath)
  const lock = await ownDataDirectory(options.data)
  const end = untilToldToEnd()
  try {
    tell('starting Temporal, PostgreSQL and ClickHouse …')
    const servers = await startEmbedded({ lock, env, log: tell })
    try {
      const port = options.port === undefined ? undefined : Number(options.port)
      const firewatch = await startFirewatch({
        configPath,
        configuration,
        dataDir: lock.dir,
        servers,
        env,
        port,
        tell,
      })
      tell(addresses(firewatch.url, firewatch.loginUrl, servers.temporal.uiUrl, lock.dir))
      await end
      tell('stopping …')
      await firewatch.stop()
    } finally {
      await servers.stop()
    }
  } finally {
    lock.release()
  }
}

/** @throws CommandFailed naming the path and its owner */
export async function ownDataDirectory(dir: string): Promise<DataDirectoryLock> {
  try {
    return await lockDataDirectory(dir)
  } catch (error) {
    if (error instanceof DataDirectoryInUseError)
      throw new CommandFailed(error.message, exitCodes.unreachable)
    throw error
  }
}

function untilToldToEnd(): Promise<void> {
  return new Promise((resolveEnd) => {
    process.once('SIGINT', () => resolveEnd())
    process.once('SIGTERM', () => resolveEnd())
  })
}

function addresses(
  url: string,
  loginUrl: string,
  temporalUiUrl: string | undefined,
  dataDir: string,
): string {
  const lines = [
    'Firewatch runs.',
    `  console      ${url}/incidents`,
    `  log in once  ${loginUrl}`,
    ...(temporalUiUrl === undefined ? [] : [`  Temporal     ${temporalUiUrl}`]),
    `  data         ${dataDir}`,
    'Ctrl-C ends it.',
  ]
  return lines.join('\n')
}
