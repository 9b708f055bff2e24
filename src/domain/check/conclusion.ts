import type { AcceptedAlert } from '../alert/alert.ts'
import { clearState, type SeriesState } from './alert-state.ts'
import type { Check } from '../configuration/configuration.ts'
import type { MissingReason } from './first-data.ts'
import type { Series, UnsettledVerdict, Verdict } from './verdict.ts'

/** What one run of a shard found out. */
export interface CheckRun {
  /** When it ran, ISO 8601 in UTC. */
  readonly at: string
  readonly checks: readonly Check[]
  readonly verdicts: readonly UnsettledVerdict[]
  readonly measured: readonly MeasuredCheck[]
  readonly sources: readonly SourceSighting[]
}

/** Whether a check could measure; `error` says why not, and `missing` what is not there, where that is why. */
export interface MeasuredCheck {
  readonly check: Check
  readonly error: string | null
  readonly missing?: MissingReason
}

/** Whether a source has had rows of late. */
export interface SourceSighting {
  readonly source: string
  readonly service: string
  readonly silentAfterMs: number
  /** How long the first rows are waited for. */
  readonly firstDataWithinMs: number
  /** `unknown` while it is not known whether rows are missing for that long; `empty`: it has no row at all. */
  readonly state: 'alive' | 'silent' | 'unknown' | 'empty'
}

/** A series and where its alert stands. */
export interface SeriesStanding extends Series {
  readonly state: SeriesState
}

/** What a run changes, while it is being found out. */
export interface MutableConclusion {
  readonly changed: SeriesStanding[]
  readonly forgotten: Series[]
  readonly alerts: AcceptedAlert[]
  readonly verdicts: Verdict[]
}

/** Keeps a standing where it differs from the stored one, or forgets it where its absence says the same. */
export function keep(
  conclusion: Pick<MutableConclusion, 'changed' | 'forgotten'>,
  standing: SeriesStanding,
  stored: SeriesState | undefined,
  forgettable: boolean,
): void {
  const { state, ...series } = standing
  if (forgettable) {
    if (stored !== undefined) conclusion.forgotten.push(series)
  } else if (stored === undefined || !same(stored, state)) {
    conclusion.changed.push(standing)
  }
}

function same(a: SeriesState, b: SeriesState): boolean {
  const fields = [...Object.keys(clearState), 'reason'] as (keyof SeriesState)[]
  return fields.every((field) => a[field] === b[field])
}

export function keyOf({ check, metric, slice, group }: Series): string {
  return `${check}\u0000${metric}\u0000${slice}\u0000${group}`
}
