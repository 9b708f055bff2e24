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
 * Registers what incidents are searched by, and sets off the auditor. Safe to repeat.
 * @throws also when Temporal hangs
 */
export async function prepareTemporal(
  connection: NativeConnection,
  { temporalNamespace: namespace }: Pick<Settings, 'temporalNamespace'>,
): Promise<void> {
  await connection.withDeadline(Date.now() + answerWithinMs, async () => {
    await registerSearchAttributes(connection, namespace)
    await ensureAuditSchedule(new Client({ connection, namespace }), taskQueue)
  })
}

/**
 * Makes Temporal's schedules of checks those of the configuration. Safe to repeat.
 * @throws also when Temporal hangs
 */
export async function scheduleChecks(client: Client, configuration: Configuration): Promise<void> {
  await client.withDeadline(Date.now() + answerWithinMs, () =>
    syncSchedules(client, shardsOf(configuration), taskQueue),
  )
}
