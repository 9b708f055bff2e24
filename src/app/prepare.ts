import { Client, Connection } from '@temporalio/client'
import { migrate, type OpenDatabase } from '../postgres/database.ts'
import { shardsOf } from '../domain/check/shards.ts'
import type { Configuration } from '../domain/configuration/configuration.ts'
import { taskQueue } from '../temporal/incident-client.ts'
import { ensureAuditSchedule, syncSchedules } from '../temporal/schedules.ts'
import { registerSearchAttributes } from '../temporal/search-attributes.ts'
import type { Records } from './records.ts'
import type { Settings } from './settings.ts'

/** Brings the database to this version and keeps the configuration under its revision. Safe to repeat, also at the same time. */
export async function prepareDatabase(
  database: OpenDatabase,
  records: Records,
  configuration: Configuration,
): Promise<void> {
  await migrate(database.pool)
  await records.configurations.save(configuration)
}

/** Registers what incidents are searched by, and makes Temporal's schedules those of the configuration. Safe to repeat. */
export async function prepareTemporal(settings: Settings, configuration: Configuration): Promise<void> {
  const connection = await Connection.connect({ address: settings.temporalAddress })
  try {
    await registerSearchAttributes(connection, settings.temporalNamespace)
    const client = new Client({ connection, namespace: settings.temporalNamespace })
    await syncSchedules(client, shardsOf(configuration), taskQueue)
    await ensureAuditSchedule(client, taskQueue)
  } finally {
    await connection.close()
  }
}
