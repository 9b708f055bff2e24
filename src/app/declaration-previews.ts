import { declaredAlert } from '../domain/alert/declaration.ts'
import { incidentService } from '../domain/alert/dispatch.ts'
import type { Configuration } from '../domain/configuration/configuration.ts'
import type { PagingContext } from '../domain/escalate/paging-context.ts'
import { type PagingPreview, previewPaging } from '../domain/escalate/preview.ts'
import { routeOf } from '../domain/alert/routing.ts'
import { planIncident, policyOf } from '../domain/incident/plan.ts'
import { severities, type Severity } from '../domain/values/severity.ts'

/** Who would be paged if somebody declared an incident about a service now, for each severity. */
export function createDeclarationPreviews(
  running: () => Configuration,
  contextNow: () => Promise<PagingContext>,
  now: () => Date,
) {
  return async (service: string | undefined): Promise<PagingPreview[]> => {
    const context = await contextNow()
    return severities.map((severity) => previewPaging(context, incidentOf(service, severity)))
  }

  function incidentOf(about: string | undefined, severity: Severity) {
    const configuration = running()
    const at = now()
    const { labels } = declaredAlert({
      id: 'preview',
      title: 'preview',
      severity,
      by: 'preview',
      at: at.toISOString(),
      ...(about === undefined ? {} : { service: about }),
    })
    const service = incidentService(labels, routeOf(labels, configuration.routes))
    const policy = policyOf(configuration, { labels }, severity)
    const plan = planIncident({ number: 0, title: '', service, severity, labels }, configuration, policy)
    const settings = {
      policy: policy.name,
      stableForMs: plan.stableForMs,
      headStartMs: plan.remediateFirstMs,
      remediates: plan.ladder.length > 0,
      stillFiringAfterMs: null,
    }
    return { service, severity, policy, settings, at: at.getTime() }
  }
}
