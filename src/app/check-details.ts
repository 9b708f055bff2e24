import { watchedSeries } from '../domain/check/check.ts'
import type { Check, Configuration } from '../domain/configuration/configuration.ts'
import { runbookOf } from '../domain/incident/plan.ts'
import { own } from '../domain/values/own.ts'
import type { CheckDetails, CheckReader, FiringSeries } from '../web/dependencies.ts'
import type { Records } from './records.ts'

/** Incidents shown of a check. */
const mostIncidents = 10

/** What people read of one check: what it watches, as configured now, how its series stand, and its incidents. */
export function createCheckDetails(
  { verdicts, incidents }: Pick<Records, 'verdicts' | 'incidents'>,
  configuration: Configuration,
): CheckReader['details'] {
  return async (name) => {
    const check = own(configuration.checks, name)
    if (check === undefined) return undefined
    const [standings, found] = await Promise.all([
      verdicts.firing(name),
      incidents.ofCheck(name, mostIncidents),
    ])
    const firing = standings.flatMap(({ state, ...series }): FiringSeries[] =>
      state.phase === 'clear' || state.since === null
        ? []
        : [{ ...series, phase: state.phase, since: state.since }],
    )
    return { ...watchedBy(check, configuration), firing, incidents: found }
  }
}

function watchedBy(check: Check, configuration: Configuration): Omit<CheckDetails, 'firing' | 'incidents'> {
  const { metrics, slices, services, runbooks } = configuration
  const { name, service, severity, labels } = check
  const runbook = runbookOf({ ...labels, alertname: name, check: name, service, severity }, runbooks)
  return {
    check,
    metrics: check.metrics.flatMap((metric) => own(metrics, metric) ?? []),
    slices: check.slices.flatMap((slice) => own(slices, slice) ?? []),
    series: watchedSeries(check, configuration),
    runbook: runbook === undefined ? null : { name: runbook.name, title: runbook.title },
    dashboardUrl: own(services, service)?.dashboardUrl ?? null,
  }
}
