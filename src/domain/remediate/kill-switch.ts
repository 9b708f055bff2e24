import { incidentName, parseIncidentName } from '../investigate/evidence.ts'
import { type InstantWords, utcWords } from '../values/utc-words.ts'

/** A kill switch that a person threw. While it stands, no attempt in its scope begins. */
export interface GuardSwitch {
  readonly scope: SwitchScope
  readonly stoppedBy: string
  readonly reason: string
  readonly stoppedAt: string
}

export const switchKinds = ['service', 'action', 'target', 'incident'] as const
export type SwitchKind = (typeof switchKinds)[number]

/** What a switch is for. */
export type SwitchScope =
  | { readonly kind: 'everything' }
  /** `name`: as its kind is called; of an incident `INC-42`. */
  | { readonly kind: SwitchKind; readonly name: string }

export const everything: SwitchScope = { kind: 'everything' }

/** @param name as its kind is called; of an incident `INC-42` or `42`. @returns `undefined` for what is no incident's name */
export function scopeOf(kind: SwitchKind, name: string): SwitchScope | undefined {
  if (kind !== 'incident') return { kind, name }
  const number = parseIncidentName(name)
  return number === undefined ? undefined : incidentScope(number)
}

export function incidentScope(number: number): SwitchScope {
  return { kind: 'incident', name: incidentName(number) }
}

export function isSameScope(a: SwitchScope, b: SwitchScope): boolean {
  if (a.kind === 'everything' || b.kind === 'everything') return a.kind === b.kind
  return a.kind === b.kind && a.name === b.name
}

/** As it is stored, and as the API, forms and the audit log give it: `everything`, `service/feed`, `incident/INC-42`. */
export function writeScope(scope: SwitchScope): string {
  return scope.kind === 'everything' ? scope.kind : `${scope.kind}/${scope.name}`
}

/** What {@link writeScope} wrote: a kind has no `/` in it, a name may have any. @returns `undefined` for anything else */
export function readScope(written: string): SwitchScope | undefined {
  if (written === everything.kind) return everything
  const slash = written.indexOf('/')
  const kind = switchKinds.find((one) => one === written.slice(0, slash))
  const name = written.slice(slash + 1)
  return slash < 0 || kind === undefined || name === '' ? undefined : { kind, name }
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
  const scopes: SwitchScope[] = [
    everything,
    incidentScope(incident),
    ...[...new Set(services)].map((name) => ({ kind: 'service', name }) as const),
    { kind: 'action', name: action },
    { kind: 'target', name: target },
  ]
  return inScopes(scopes, switches)
}

/** The switches that stop automation in an incident whatever it would try next, the widest first. */
export function switchesOn(
  { number, service }: { readonly number: number; readonly service: string },
  switches: readonly GuardSwitch[],
): GuardSwitch[] {
  return inScopes([everything, incidentScope(number), { kind: 'service', name: service }], switches)
}

function inScopes(scopes: readonly SwitchScope[], switches: readonly GuardSwitch[]): GuardSwitch[] {
  return scopes.flatMap((scope) => switches.filter((one) => isSameScope(one.scope, scope)))
}

/** Those under which the next rung may still be allowed: it may have another action and target. */
export function stopsOneRung({ scope }: GuardSwitch): boolean {
  return scope.kind === 'target' || scope.kind === 'action'
}

/** `everything`, `service feed`, `INC-42`. */
export function scopeWords(scope: SwitchScope): string {
  switch (scope.kind) {
    case 'everything':
      return 'everything'
    case 'incident':
      return scope.name
    case 'service':
    case 'action':
    case 'target':
      return `${scope.kind} ${scope.name}`
  }
}

/**
 * Which switch it is, by whom, since when and why.
 * @param clock of whoever reads it; where that is not known, UTC
 */
export function switchWords(
  { scope, stoppedBy, stoppedAt, reason }: GuardSwitch,
  clock: InstantWords = utcWords,
): string {
  const since = clock(Date.parse(stoppedAt))
  return `${stoppedBy} stopped automation for ${scopeWords(scope)}: ${reason} (since ${since})`
}
