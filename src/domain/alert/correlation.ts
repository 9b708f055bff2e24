import type { Configuration } from '../configuration/configuration.ts'
import type { Severity } from '../values/severity.ts'
import { own } from '../values/own.ts'

/*
 * Which open incident another is likely to be a consequence of: one of a service that its service depends on, opened about the same time. Whoever is woken by
 * the cause need not be woken by each of its consequences.
 */

/** What correlation goes by. Durations in milliseconds. */
export interface CorrelationRules {
  /** Both were opened within this time of each other. */
  readonly withinMs: number
  /** A consequence keeps quiet for so long after it was opened; then it pages, whatever the cause does. */
  readonly holdForMs: number
}

/** What a service depends on, by name. */
export type Dependencies = Pick<Configuration, 'services'>

/** An open incident as correlation sees it. */
export interface CorrelatedIncident {
  readonly incident: number
  readonly service: string
  /** Epoch milliseconds. */
  readonly openedAt: number
  readonly severity: Severity
}

/** One that may be the cause of others. */
export interface PossibleCause extends CorrelatedIncident {
  /** It fires, and people are being paged about it, were, or have it: they know. */
  readonly isTold: boolean
}

/** Why an incident is taken for a part of another. */
export interface Correlation {
  readonly into: number
  /** From the service of the consequence to that of the cause, each depending on the next. */
  readonly path: readonly string[]
  /** How far apart they were opened, in milliseconds. */
  readonly apartMs: number
}

/**
 * The shortest way from a service to one that it depends on, directly or through others; `undefined` when there is none. Services may depend on each other
 * in a circle.
 */
export function dependencyPath(
  from: string,
  to: string,
  { services }: Dependencies,
): readonly string[] | undefined {
  if (from === to) return undefined
  const reached = new Map<string, readonly string[]>([[from, [from]]])
  for (const [service, path] of reached) {
    for (const next of own(services, service)?.dependsOn ?? []) {
      if (next === to) return [...path, next]
      if (!reached.has(next)) reached.set(next, [...path, next])
    }
  }
  return undefined
}

/** All services that a service depends on, directly or through others. */
export function dependenciesOf(service: string, { services }: Dependencies): readonly string[] {
  const reached = new Set<string>([service])
  for (const one of reached) for (const next of own(services, one)?.dependsOn ?? []) reached.add(next)
  return [...reached].filter((one) => one !== service)
}

/**
 * The open incident that another is a consequence of at `at`, epoch milliseconds; `undefined`: of none, so it pages. The cause is told to somebody, is at least
 * as severe, and its service is one that the other's depends on; of several it is the one at the end of the longest way. Where two services depend on each
 * other, the incident that was there first is the cause: never are two each other's consequence, so of all that correlate one pages.
 */
export function causeOf(
  consequence: CorrelatedIncident,
  others: readonly PossibleCause[],
  dependencies: Dependencies,
  { withinMs, holdForMs }: CorrelationRules,
  at: number,
): Correlation | undefined {
  if (at >= consequence.openedAt + holdForMs) return undefined
  const found = others.flatMap((other) => {
    const path = dependencyPath(consequence.service, other.service, dependencies)
    const apartMs = Math.abs(consequence.openedAt - other.openedAt)
    const isCause =
      path !== undefined && other.isTold && other.severity <= consequence.severity && apartMs <= withinMs
    if (!isCause || isFirst(consequence, other, dependencies)) return []
    return [{ into: other.incident, path, apartMs }]
  })
  return found.toSorted((a, b) => b.path.length - a.path.length || a.into - b.into)[0]
}

/** Of two whose services depend on each other, the older one. */
function isFirst(one: CorrelatedIncident, other: CorrelatedIncident, dependencies: Dependencies): boolean {
  return (
    one.incident < other.incident && dependencyPath(other.service, one.service, dependencies) !== undefined
  )
}
