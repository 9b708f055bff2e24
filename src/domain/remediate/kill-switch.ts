import { incidentName, parseIncidentName } from '../investigate/evidence.ts'
import { utcWords } from '../values/utc-words.ts'

/** A kill switch that a person threw. While it stands, no attempt in its scope begins. */
export interface GuardSwitch {
  /** `everything`, `service/feed`, `action/restart`, `target/feed-1` or `incident/INC-42`. */
  readonly scope: string
  readonly stoppedBy: string
  readonly reason: string
  readonly stoppedAt: string
}

export const switchKinds = ['service', 'action', 'target', 'incident'] as const
export type SwitchKind = (typeof switchKinds)[number]

export const everything = 'everything'

/** @param name as its kind is called; of an incident `INC-42` or `42`. @returns `undefined` for what is no incident's name */
export function scopeOf(kind: SwitchKind, name: string): string | undefined {
  if (kind !== 'incident') return `${kind}/${name}`
  const number = parseIncidentName(name)
  return number === undefined ? undefined : `incident/${incidentName(number)}`
}

/** What an attempt would be: a switch for any of it stops it. */
export interface SwitchedAttempt {
  readonly incident: number
  readonly action: string
  readonly target: string
  /** Of the incident and of the target. */
  readonly services: readonly string[]
}

/** The switches that stop an attempt, the widest first. */
export function switchesFor(
  { incident, action, target, services }: SwitchedAttempt,
  switches: readonly GuardSwitch[],
): GuardSwitch[] {
  const scopes = [
    everything,
    `incident/${incidentName(incident)}`,
    ...new Set(services.map((service) => `service/${service}`)),
    `action/${action}`,
    `target/${target}`,
  ]
  return inScopes(scopes, switches)
}

/** The switches that stop automation in an incident whatever it would try next, the widest first. */
export function switchesOn(
  { number, service }: { readonly number: number; readonly service: string },
  switches: readonly GuardSwitch[],
): GuardSwitch[] {
  return inScopes([everything, `incident/${incidentName(number)}`, `service/${service}`], switches)
}

function inScopes(scopes: readonly string[], switches: readonly GuardSwitch[]): GuardSwitch[] {
  return scopes.flatMap((scope) => switches.filter((one) => one.scope === scope))
}

/** Those under which the next rung may still be allowed: it may have another action and target. */
export function stopsOneRung({ scope }: GuardSwitch): boolean {
  return scope.startsWith('target/') || scope.startsWith('action/')
}

/** `everything`, `service feed`, `INC-42`. */
export function scopeWords(scope: string): string {
  return scope.replace(/^incident\//, '').replace('/', ' ')
}

/** Which switch it is, by whom, since when and why. */
export function switchWords({ scope, stoppedBy, stoppedAt, reason }: GuardSwitch): string {
  return `${stoppedBy} stopped automation for ${scopeWords(scope)}: ${reason} (since ${utcWords(Date.parse(stoppedAt))})`
}
