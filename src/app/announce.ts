import type { Logger } from 'pino'
import { mapAtMost } from '../domain/concurrency.ts'
import type { Configuration } from '../domain/configuration.ts'
import type { IncidentClient } from '../temporal/incident-client.ts'
import type { Records } from './records.ts'

/** Signals to Temporal at once. */
const concurrency = 10
const mostIncidents = 100_000

/**
 * Tells every open incident when the configuration is another than the one that incidents know of: people's own notification rules hold as
 * configured now. Nobody is told of the same one again, for an incident begins to count its rules anew at that. Paging never waits for it: what
 * fails is logged, and made up for by the next start.
 */
export async function announceConfiguration(
  { configurations, incidents }: Pick<Records, 'configurations' | 'incidents'>,
  client: Pick<IncidentClient, 'tellConfigurationChanged'>,
  { revision }: Pick<Configuration, 'revision'>,
  { now, log }: { readonly now: () => Date; readonly log: Pick<Logger, 'info' | 'warn'> },
): Promise<void> {
  try {
    if ((await configurations.announced()) === revision) return
    const open = await incidents.list({ states: ['open', 'monitoring'], limit: mostIncidents })
    const told = await mapAtMost(concurrency, open, ({ groupingKey }) =>
      client.tellConfigurationChanged(groupingKey),
    )
    await configurations.noteAnnounced(revision, now())
    log.info({ revision, incidents: told.filter(Boolean).length }, 'open incidents know the configuration')
  } catch (error) {
    log.warn({ err: error, revision }, 'open incidents could not be told of the configuration')
  }
}
