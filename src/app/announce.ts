import type { Logger } from 'pino'
import { mapAtMost } from '../domain/values/concurrency.ts'
import type { Configuration } from '../domain/configuration/configuration.ts'
import type { Records } from './records.ts'

/** Incidents told at once. */
const concurrency = 4
const mostIncidents = 100_000

/**
 * Tells every open incident when the configuration is another than the one that incidents know of: people's own notification rules hold as
 * configured now. Nobody is told of the same one again, for an incident begins to count its rules anew at that. Paging never waits for it.
 * @throws when not all could be told; to be done again
 */
export async function announceConfiguration(
  { configurations, incidents, machine }: Pick<Records, 'configurations' | 'incidents' | 'machine'>,
  { revision }: Pick<Configuration, 'revision'>,
  { now, log }: { readonly now: () => Date; readonly log: Pick<Logger, 'info'> },
): Promise<void> {
  if ((await configurations.announced()) === revision) return
  const open = await incidents.list({ states: ['open', 'monitoring'], limit: mostIncidents })
  await mapAtMost(concurrency, open, ({ number }) =>
    machine.take(number, async () => ({
      event: { type: 'configuration-changed', at: now().getTime() },
    })),
  )
  await configurations.noteAnnounced(revision, now())
  log.info({ revision, incidents: open.length }, 'open incidents know the configuration')
}
