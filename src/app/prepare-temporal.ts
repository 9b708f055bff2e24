import { Client } from '@temporalio/client'
import type { NativeConnection } from '@temporalio/worker'
import { shardsOf } from '../domain/check/shards.ts'
import type { Configuration } from '../domain/configuration/configuration.ts'
import { taskQueue } from '../temporal/incident-client.ts'
import { ensureAuditSchedule, syncSchedules } from '../temporal/schedules.ts'
import { registerSearchAttributes } from '../temporal/search-attributes.ts'
import type { Settings } from './settings.ts'

/** For all questions and changes of one preparation. */
const answerWithinMs = 60_000

/**
 * Registers what incidents are searched by, and makes Temporal's schedules those of the configuration. Safe to repeat.
 * @throws also when Temporal hangs
 */
export async function prepareTemporal(
  connection: NativeConnection,
  { temporalNamespace: namespace }: Pick<Settings, 'temporalNamespace'>,
  configuration: Configuration,
): Promise<void> {
  await connection.withDeadline(Date.now() + answerWithinMs, async () => {
    await registerSearchAttributes(connection, namespace)
    const client = new Client({ connection, namespace })
    await syncSchedules(client, shardsOf(configuration), taskQueue)
    await ensureAuditSchedule(client, taskQueue)
  })
}
