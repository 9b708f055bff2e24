import type { Logger } from 'pino'
import { deepFreeze } from '../config/revision.ts'
import { ConfigurationError, formatProblem, type Problem } from '../config/problems.ts'
import { loadRunnableConfiguration } from '../config/references.ts'
import type { Configuration } from '../domain/configuration/configuration.ts'
import { createConfigurationRecords } from '../postgres/configurations.ts'
import { openDatabase } from '../postgres/database.ts'
import { createRunningConfigurationRecords } from '../postgres/running-configurations.ts'
import type { Settings } from './settings.ts'

/** What a file came to: a configuration that can run here, or everything that is wrong with it. */
export type ReadConfiguration =
  | { readonly configuration: Configuration; readonly problems: readonly [] }
  | { readonly configuration: null; readonly problems: readonly Problem[] }

/** Reads and validates a file, its secrets included, for a process that goes on with what it has when the file is not good. */
export async function readConfiguration(path: string, env: NodeJS.ProcessEnv): Promise<ReadConfiguration> {
  try {
    return { configuration: await loadRunnableConfiguration(path, env), problems: [] }
  } catch (error) {
    if (error instanceof ConfigurationError) return { configuration: null, problems: error.problems }
    throw error
  }
}

/**
 * What a process begins with: its file. What `up` keeps running begins with what that `up` runs: a file that somebody is in the middle of editing must neither keep
 * a process down that died, nor go live because it did.
 * @throws ConfigurationError when there is nothing to begin with
 */
export async function firstConfiguration(
  settings: Settings,
  env: NodeJS.ProcessEnv,
  log: Pick<Logger, 'warn'>,
): Promise<Configuration> {
  const { configPath, databaseUrl, runId } = settings
  const read = await readConfiguration(configPath, env)
  const stored = runId === undefined ? undefined : await storedFor(runId, read, databaseUrl)
  if (stored !== undefined) {
    const file = read.configuration === null ? problemLines(read.problems) : read.configuration.revision
    log.warn({ revision: stored.revision, file }, 'the file is not what runs: going on with what runs')
    return stored
  }
  if (read.configuration === null) throw new ConfigurationError(read.problems)
  return read.configuration
}

async function storedFor(
  runId: string,
  { configuration: file }: ReadConfiguration,
  databaseUrl: string,
): Promise<Configuration | undefined> {
  const database = openDatabase(databaseUrl, 1)
  try {
    const wanted = await createRunningConfigurationRecords(database.db).wanted()
    if (wanted?.runId !== runId || file?.revision === wanted.revision) return undefined
    return deepFreeze(await createConfigurationRecords(database.db).get(wanted.revision))
  } finally {
    await database.close()
  }
}

/** As `config validate` prints them. */
export function problemLines(problems: readonly Problem[]): string[] {
  return problems.map(formatProblem)
}
