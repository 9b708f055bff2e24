import { fingerprintOf, type AcceptedAlert, type Alert, titleAnnotation } from '../alert/alert.ts'
import type { Transition } from './alert-state.ts'
import type { Series } from './verdict.ts'
import { identityOf, accepted } from './alerts.ts'

/** Alert names of what checks say about themselves; a check cannot carry them by accident, since its series name a metric. */
export const sourceSilent = 'source-silent'
export const checkFailing = 'check-failing'

/** Where the alert about a silent source stands is kept like that of any series. */
export function sourceSeries(source: string): Series {
  return { check: sourceSilent, metric: source, slice: '', group: '' }
}

/** The source that an alert says is silent, where it is ours: its fingerprint tells, and no label that anybody may send. */
export function silentSourceOf({
  fingerprint,
  labels,
}: Pick<Alert, 'fingerprint' | 'labels'>): string | undefined {
  const { source } = labels
  return source !== undefined && fingerprint === fingerprintOf(identityOf(sourceSeries(source)))
    ? source
    : undefined
}

/** The same for the alert about a failing check. */
export function checkSeries(check: string): Series {
  return { check: checkFailing, metric: check, slice: '', group: '' }
}

/** One alert about a source without rows, whatever the number of its checks. */
export function sourceSilentAlert(
  source: string,
  service: string,
  silentForText: string,
  transition: Transition,
): AcceptedAlert {
  const summary =
    transition.status === 'firing'
      ? `No rows from ${source} for ${silentForText}`
      : `Rows come from ${source} again`
  return accepted({
    source: `check/${sourceSilent}`,
    eventId: `check/${sourceSilent}/${source}/${transition.at}/${transition.status}`,
    fingerprint: fingerprintOf(identityOf(sourceSeries(source))),
    labels: { alertname: sourceSilent, source, service, severity: 'warning' },
    annotations: { [titleAnnotation]: `No rows from ${source}`, summary },
    transition,
  })
}

/** One alert about a check that cannot measure. */
export function checkFailingAlert(
  check: string,
  service: string,
  error: string | null,
  transition: Transition,
): AcceptedAlert {
  const summary =
    transition.status === 'firing'
      ? `Check ${check} cannot measure: ${error ?? 'its query failed'}`
      : `Check ${check} measures again`
  return accepted({
    source: `check/${checkFailing}`,
    eventId: `check/${checkFailing}/${check}/${transition.at}/${transition.status}`,
    fingerprint: fingerprintOf(identityOf(checkSeries(check))),
    labels: { alertname: checkFailing, check, service, severity: 'warning' },
    annotations: { [titleAnnotation]: `Check ${check} cannot measure`, summary },
    transition,
  })
}
