import type { Check, Configuration } from '../configuration/configuration.ts'
import type { SeriesState } from './alert-state.ts'
import type { Series } from './verdict.ts'

/** Alert name of what never had any data. */
export const noDataYet = 'no-data-yet'

/** What is not there, as ClickHouse says it. */
export const missingReasons = [
  'missing-database',
  'missing-table',
  'missing-column',
  'wrong-type',
  'empty-table',
] as const
export type MissingReason = (typeof missingReasons)[number]

/** Which check never measured, or which source never had a row. */
export interface FirstDataSubject {
  readonly kind: 'check' | 'source'
  readonly name: string
}

/** How long what never had any data is waited for, when the configuration does not say. */
const defaultFirstDataMs = 3_600_000

/**
 * Where the wait for first data stands is kept like the alert of a series: pending while it is waited for, firing when that took too long, and clear for good
 * from the first data on. Without any, nothing was ever looked at.
 */
export function firstDataSeries({ kind, name }: FirstDataSubject): Series {
  return { check: noDataYet, metric: name, slice: kind, group: '' }
}

export function firstDataWithin({ firstDataWithinMs = defaultFirstDataMs }: Check): number {
  return firstDataWithinMs
}

/** `table shop.orders does not exist`. */
export function missingWords(reason: MissingReason, tables: readonly string[]): string {
  const many = tables.length > 1
  const named = `${many ? 'tables' : 'table'} ${tables.join(', ')}`
  switch (reason) {
    case 'missing-database':
      return `the database of ${named} does not exist`
    case 'missing-table':
      return many ? `one of the ${named} does not exist` : `${named} does not exist`
    case 'missing-column':
      return `${named} ${many ? 'lack' : 'lacks'} a column that it needs`
    case 'wrong-type':
      return `a column of ${named} has a type that it cannot work with`
    case 'empty-table':
      return `${named} ${many ? 'have' : 'has'} no rows`
  }
}

/** Tables that a check looks at. */
export function tablesOf(check: Check, configuration: Configuration): string[] {
  const sources = check.metrics.flatMap((metric) => configuration.metrics[metric]?.source ?? [])
  return [...new Set(sources.flatMap((source) => configuration.sources[source]?.table ?? []))]
}

/** A stored wait that is not over. */
export interface FirstDataWait {
  readonly kind: string
  readonly name: string
  readonly state: SeriesState
}

/** A check that waits for its first data. */
export interface WaitingCheck {
  readonly check: string
  readonly reason: MissingReason
  /** Tables that are looked at. */
  readonly tables: readonly string[]
  /** Since when it is waited for, and when people are told; ISO 8601 in UTC. */
  readonly since: string
  readonly until: string
  /** People were told. */
  readonly isOverdue: boolean
}

/** Checks that wait for their first data, each once: what keeps it from measuring at all comes before a source without rows. */
export function waitingChecks(
  waits: readonly FirstDataWait[],
  configuration: Configuration,
): readonly WaitingCheck[] {
  return Object.values(configuration.checks).flatMap((check) => {
    const sources = new Set(check.metrics.map((metric) => configuration.metrics[metric]?.source))
    const own = waits.find(({ kind, name }) => kind === 'check' && name === check.name)
    const wait = own ?? waits.find(({ kind, name }) => kind === 'source' && sources.has(name))
    if (wait === undefined || wait.state.since === null) return []
    const { since, phase, reason = 'empty-table' } = wait.state
    const table = configuration.sources[wait.name]?.table
    return {
      check: check.name,
      reason,
      tables: wait.kind === 'source' && table !== undefined ? [table] : tablesOf(check, configuration),
      since,
      until: new Date(Date.parse(since) + graceOf(wait, check)).toISOString(),
      isOverdue: phase === 'firing',
    }
  })
}

/** A source is said to be silent only after its own time. */
function graceOf({ kind }: FirstDataWait, check: Check): number {
  const within = firstDataWithin(check)
  return kind === 'source' ? Math.max(within, check.silentAfterMs) : within
}
