import { type AcceptedAlert, fingerprintOf } from './alert.ts'
import { cutText, oneLine } from '../page/delivery.ts'
import type { Severity } from '../values/severity.ts'

/** An incident that a person declares, in their own words. */
export interface Declaration {
  /** Stable over repeats of one declaration. */
  readonly id: string
  /** What is wrong. */
  readonly title: string
  readonly service?: string
  readonly severity: Severity
  readonly by: string
  /** ISO 8601 in UTC. */
  readonly at: string
}

const longestTitle = 300
/** The label that tells declared alerts from each other; what comes from elsewhere and carries it is an alert like any other. */
const declarationLabel = 'declaration'
const source = 'declared'

/** The alert of a declared incident. It fires until a person resolves the incident. */
export function declaredAlert({ id, title, service, severity, by, at }: Declaration): AcceptedAlert {
  const about = service === undefined ? {} : { service }
  const labels = { alertname: 'Declared', severity, [declarationLabel]: id, ...about }
  return {
    source,
    eventId: `${source}/${id}`,
    fingerprint: fingerprintOf(labels),
    status: 'firing',
    labels,
    annotations: { summary: declaredTitle(title), declaredBy: by },
    startsAt: at,
  }
}

export function declaredTitle(written: string): string {
  return cutText(oneLine(written), longestTitle)
}

/** What a declaration meets in an incident by: nothing but itself. `undefined` for an alert that nobody declared. */
export function declaredKeyOf({
  source: from,
  labels,
}: Pick<AcceptedAlert, 'source' | 'labels'>): string | undefined {
  return from === source ? declaredKey(labels[declarationLabel] ?? '') : undefined
}

export function declaredKey(id: string): string {
  return `${declarationLabel}=${encodeURIComponent(id)}`
}

/** Who declared what an alert tells of; `undefined` for an alert that nobody declared. */
export function declaredBy({
  labels,
  annotations,
}: Pick<AcceptedAlert, 'labels' | 'annotations'>): string | undefined {
  return labels[declarationLabel] === undefined ? undefined : annotations['declaredBy']
}

/** Whether a person declared the incident: then nothing but a person says that it is over. */
export function isDeclared({ groupingKey }: { readonly groupingKey: string }): boolean {
  return groupingKey.startsWith(`${declarationLabel}=`)
}

/** `checkout: nobody can pay` is about a service, when there is one of that name. */
export function declaredIn(
  written: string,
  services: readonly string[],
): { readonly service?: string; readonly title: string } {
  const title = declaredTitle(written)
  // Names have dots, slashes and letters of every script: the longest that fits is meant.
  const [service] = services
    .filter((name) => title.startsWith(`${name}:`))
    .toSorted((a, b) => b.length - a.length)
  return service === undefined ? { title } : { service, title: oneLine(title.slice(service.length + 1)) }
}
