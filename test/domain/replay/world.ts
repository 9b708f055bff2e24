import type { Measured } from '../../../src/domain/check/check.ts'
import type { Check, Configuration } from '../../../src/domain/configuration/configuration.ts'
import {
  replayBegins,
  replayRun,
  type ReplayState,
  type ReplayTransition,
} from '../../../src/domain/replay/replay.ts'
import type { ReplayedIncident } from '../../../src/domain/replay/incident.ts'
import { dueTimes, replayRuns } from '../../../src/domain/replay/runs.ts'
import type { Verdict } from '../../../src/domain/check/verdict.ts'
import { check, configurationWith, messages, minute } from '../check/world.ts'

export const bucketMs = 15 * minute
/** Midnight in UTC. */
export const start = Date.UTC(2026, 2, 3)

export const at = (bucket: number): string => new Date(start + bucket * bucketMs).toISOString()

/** A check on one series that fires above 90. */
export function highMessages(change: Partial<Check> = {}): Check {
  return check({
    name: 'many-messages',
    service: 'chat',
    metrics: ['messages'],
    slices: ['total'],
    detector: { kind: 'threshold', op: '>', value: 90 },
    clearAfter: 2,
    labels: {},
    ...change,
  })
}

export function configured(one: Check, change: Partial<Configuration> = {}): Configuration {
  return configurationWith([one], { metrics: { messages }, slices: {}, ...change })
}

/** Values of the series by bucket from `start` on; `null` is a bucket without rows. */
export type Recording = readonly (number | null)[]

/** @param asked is told every bucket that is looked at */
export function measuredIn(
  recording: Recording,
  asked: (bucket: number) => void = () => undefined,
): Measured {
  const valueAt = (bucketAt: number) => {
    asked((bucketAt - start) / bucketMs)
    return recording[(bucketAt - start) / bucketMs] ?? null
  }
  return {
    rowsIn: (bucketAt) => (valueAt(bucketAt) === null ? 0 : 1),
    sample(_metric, _slice, _group, bucketAt) {
      const value = valueAt(bucketAt)
      return value === null ? undefined : { numerator: value, denominator: 1 }
    },
  }
}

export interface Walk {
  readonly state: ReplayState
  readonly transitions: readonly ReplayTransition[]
  readonly resolved: readonly ReplayedIncident[]
  readonly verdicts: readonly Verdict[]
}

/** Walks the buckets of a recording, from one on and up to another. */
export function walk(
  one: Check,
  recording: Recording,
  { from = 0, buckets = recording.length, configuration = configured(one) } = {},
): Walk {
  const times = dueTimes(one, { from: start + from * bucketMs, to: start + buckets * bucketMs })
  const measured = new Map([['chat', measuredIn(recording)]])
  let state = replayBegins
  const found = {
    transitions: [] as ReplayTransition[],
    resolved: [] as ReplayedIncident[],
    verdicts: [] as Verdict[],
  }
  for (const run of replayRuns(one, configuration, times)) {
    const step = replayRun(state, one, run, measured, configuration)
    state = step.state
    found.transitions.push(...step.transitions)
    found.resolved.push(...step.resolved)
    found.verdicts.push(...step.verdicts)
  }
  return { state, ...found }
}

/** `2 opened`: what happened at the end of which bucket, counted from the start. */
export function told(transitions: readonly ReplayTransition[]): string[] {
  return transitions.map(
    ({ at: when, kind, mutedUntil }) =>
      `${(Date.parse(when) - start) / bucketMs} ${kind}${mutedUntil === null ? '' : ' muted'}`,
  )
}
