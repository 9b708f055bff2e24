import type { Check } from '../configuration/configuration.ts'
import { own } from '../values/own.ts'

/** Series of a check that fire, and whose messages its cooldown damps. */
export interface MutedSeries {
  readonly check: string
  readonly series: number
  /** When people were last told of one of them, ISO 8601 in UTC; the cooldown runs from there. */
  readonly messagedAt: string
}

export interface CheckMute {
  readonly check: string
  readonly series: number
  /** When the last of these cooldowns is over, ISO 8601 in UTC: what fires then is told with its next bucket. */
  readonly until: string
}

/** Until when checks are muted. What is not configured any more mutes nothing. */
export function checkMutes(
  muted: readonly MutedSeries[],
  checks: Readonly<Record<string, Pick<Check, 'cooldownMs'>>>,
): CheckMute[] {
  return muted.flatMap(({ check, series, messagedAt }) => {
    const configured = own(checks, check)
    if (configured === undefined) return []
    return [{ check, series, until: new Date(Date.parse(messagedAt) + configured.cooldownMs).toISOString() }]
  })
}
