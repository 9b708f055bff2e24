import { Client, Connection } from '@temporalio/client'
import { shardsOf } from '../domain/check/shards.ts'
import type { Configuration } from '../domain/configuration/configuration.ts'
import { taskQueue } from '../temporal/incident-client.ts'
import { ensureAuditSchedule, syncSchedules } from '../temporal/schedules.ts'
import { registerSearchAttributes } from '../temporal/search-attributes.ts'
import type { Settings } from './settings.ts'

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
