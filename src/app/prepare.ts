import { CommandFailed, exitCodes } from '../cli/api-client.ts'
import { migrate, type OpenDatabase } from '../postgres/database.ts'
import { DatabaseUnusable } from '../postgres/migrate.ts'
import type { Configuration } from '../domain/configuration/configuration.ts'
import type { Records } from './records.ts'

/**
 * Brings the database to this version and keeps the configuration under its revision. Safe to repeat, also at the same time.
 * @throws CommandFailed when the database does not answer or is not ours to use
 */
export async function prepareDatabase(
  database: OpenDatabase,
  records: Records,
  configuration: Configuration,
): Promise<void> {
  try {
    await migrate(database.pool)
  } catch (error) {
    if (!(error instanceof DatabaseUnusable)) throw error
    throw new CommandFailed(error.message, error.isAway ? exitCodes.unreachable : exitCodes.refused)
  }
  await records.configurations.save(configuration)
}
