import { migrate, type OpenDatabase } from '../postgres/database.ts'
import type { Configuration } from '../domain/configuration/configuration.ts'
import type { Records } from './records.ts'

/** Brings the database to this version and keeps the configuration under its revision. Safe to repeat, also at the same time. */
export async function prepareDatabase(
  database: OpenDatabase,
  records: Records,
  configuration: Configuration,
): Promise<void> {
  await migrate(database.pool)
  await records.configurations.save(configuration)
}
