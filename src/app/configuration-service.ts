import type { Standing, StandingIncident } from '../domain/configuration/plan.ts'
import type { Incident } from '../domain/incident/incident.ts'
import { policyOfIncident, policyRevisionOf } from '../domain/incident/plan.ts'
import { mapAtMost } from '../domain/values/concurrency.ts'
import type { ConfigurationService } from '../web/configuration-service.ts'
import type { ConfigurationReload } from './configuration-reload.ts'
import { problemLines, readConfiguration } from './read-configuration.ts'
import type { Records } from './records.ts'
import type { ServerParts } from './server-parts.ts'

/** Open incidents that a plan looks at. */
const mostIncidents = 1_000
const concurrency = 4

/** What plans and applies configurations by this server. */
export function createConfigurationService(
  {
    records,
    running,
    settings,
    now,
  }: Pick<ServerParts, 'records' | 'running' | 'settings'> & { readonly now: () => Date },
  env: NodeJS.ProcessEnv,
  reload: Pick<ConfigurationReload, 'apply'>,
): ConfigurationService {
  const { runningConfigurations, configurationStanding, scheduleChanges, incidents } = records
  return {
    async read() {
      const configuration = running()
      const [wanted, changes, open, pages, credentials] = await Promise.all([
        runningConfigurations.wanted(),
        scheduleChanges.list(),
        incidents.list({ states: ['open', 'monitoring'], limit: mostIncidents }),
        configurationStanding.pages(),
        configurationStanding.credentials(now()),
      ])
      const told = await mapAtMost(concurrency, open, (one) => standingOf(one, records, running))
      const standing: Standing = { changes, incidents: told, pages, credentials }
      return { configuration, standing, wanted: wanted?.number ?? 0 }
    },

    async status() {
      const path = settings.configPath
      const [wanted, processes, read] = await Promise.all([
        runningConfigurations.wanted(),
        runningConfigurations.processes(now()),
        readConfiguration(path, env),
      ])
      const revision = read.configuration?.revision ?? null
      return {
        wanted: wanted ?? null,
        processes,
        file: { path, revision, problems: problemLines(read.problems) },
      }
    },

    async apply(planned) {
      const outcome = await reload.apply(planned)
      return outcome.kind === 'invalid' ? { ...outcome, problems: problemLines(outcome.problems) } : outcome
    },
  }
}

/** By the revision that its policy comes from; by the running one where that is gone, as paging goes by. */
async function standingOf(
  incident: Incident,
  { configurations }: Pick<Records, 'configurations'>,
  running: ServerParts['running'],
): Promise<StandingIncident> {
  const { number, title, severity, labels, acknowledgedBy: owner } = incident
  const from = await configurations.get(policyRevisionOf(incident)).catch(running)
  return { incident: number, title, severity, labels, owner, policy: policyOfIncident(incident, from).name }
}
