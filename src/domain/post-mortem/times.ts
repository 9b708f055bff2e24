import { formatDuration } from '../values/duration.ts'
import { statement, utc, type Sources, type Statement } from './records.ts'
import type { TimelineKind } from '../incident/timeline.ts'

export type MomentName = 'started' | 'detected' | 'identified' | 'acknowledged' | 'mitigated' | 'resolved'

export interface Moment {
  readonly name: MomentName
  /** ISO 8601 in UTC; `null` where it is not recorded or is not an instant. */
  readonly at: string | null
  /** Why there is no instant. */
  readonly gap: 'not-recorded' | 'no-instant' | null
  /** The instant in words, or why there is none. */
  readonly text: string
  readonly cites: readonly string[]
}

/** The time between two moments. `ms` is `null` when it is not recorded, or refused because the times contradict each other. */
export interface ReviewDuration {
  readonly name: string
  readonly from: MomentName
  readonly to: MomentName
  readonly fromAt: string | null
  readonly toAt: string | null
  readonly ms: number | null
  readonly text: string
}

export interface ReviewTimes {
  readonly moments: readonly Moment[]
  readonly durations: readonly ReviewDuration[]
  /** Times that contradict each other or are no instants. */
  readonly problems: readonly Statement[]
  /** Moments that are not recorded. */
  readonly missing: readonly (Statement & { readonly moment: MomentName })[]
}

/** The earlier may not come after the later. People may acknowledge after the trouble is over. */
const order: readonly (readonly [MomentName, MomentName])[] = [
  ['started', 'detected'],
  ['started', 'mitigated'],
  ['started', 'resolved'],
  ['started', 'identified'],
  ['detected', 'mitigated'],
  ['detected', 'resolved'],
  ['detected', 'acknowledged'],
  ['mitigated', 'resolved'],
  ['acknowledged', 'resolved'],
  ['identified', 'resolved'],
]

const measured: readonly (readonly [string, MomentName, MomentName])[] = [
  ['time to detect', 'started', 'detected'],
  ['time to acknowledge', 'detected', 'acknowledged'],
  ['time to identify', 'started', 'identified'],
  ['time to mitigate', 'started', 'mitigated'],
  ['time to resolve', 'started', 'resolved'],
]

/**
 * When it began, was detected, acknowledged, mitigated and resolved, and how long that took. A duration between moments that contradict
 * another is refused rather than guessed.
 */
export function reviewTimes(sources: Sources): ReviewTimes {
  const moments = momentsOf(sources)
  const at = new Map(moments.map((moment) => [moment.name, moment.at]))
  const contradictions = order.filter(([earlier, later]) => {
    const [from, to] = [at.get(earlier) ?? null, at.get(later) ?? null]
    return from !== null && to !== null && Date.parse(from) > Date.parse(to)
  })
  const doubtful = new Set(contradictions.flat())
  const shown = measured.filter(([, from, to]) => at.has(from) && at.has(to))
  return {
    moments,
    durations: shown.map(([name, from, to]) =>
      durationOf(name, [from, at.get(from) ?? null], [to, at.get(to) ?? null], doubtful),
    ),
    problems: [
      ...contradictions.map(([earlier, later]) =>
        statement(
          `Invalid timeline: "${later}" lies before "${earlier}"; durations that rest on either are refused`,
          [sources.incident],
        ),
      ),
      ...moments
        .filter(({ gap }) => gap === 'no-instant')
        .map(({ name, text }) => statement(`The moment "${name}" is ${text}`, [sources.incident])),
    ],
    missing: moments
      .filter(({ gap }) => gap === 'not-recorded')
      .map(({ name }) => ({
        ...statement(`The moment "${name}" is not recorded`, [sources.incident]),
        moment: name,
      })),
  }
}

/** Milliseconds from one instant to another, by the whole seconds that a review prints: whoever subtracts them comes to the same. */
export function elapsedMs(from: string, to: string): number {
  return wholeSecond(to) - wholeSecond(from)
}

function wholeSecond(at: string): number {
  return Math.floor(Date.parse(at) / 1_000) * 1_000
}

function durationOf(
  name: string,
  [from, fromAt]: readonly [MomentName, string | null],
  [to, toAt]: readonly [MomentName, string | null],
  doubtful: ReadonlySet<MomentName>,
): ReviewDuration {
  const base = { name, from, to, fromAt, toAt }
  if (fromAt === null || toAt === null) {
    return { ...base, ms: null, text: `not recorded: "${fromAt === null ? from : to}" is missing` }
  }
  if (doubtful.has(from) || doubtful.has(to))
    return { ...base, ms: null, text: 'refused: the recorded times contradict each other' }
  const ms = elapsedMs(fromAt, toAt)
  return { ...base, ms, text: formatDuration(ms) }
}

function momentsOf(sources: Sources): Moment[] {
  const { incident } = sources.records
  const cited = (kind: TimelineKind) =>
    sources.timeline
      .filter(({ record }) => record.kind === kind)
      .map(({ id }) => id)
      .slice(0, 1)
  // Whoever says it again corrects it.
  const identified = sources.timeline.findLast(({ record }) => record.fact.type === 'identified')
  return [
    moment('started', incident.startedAt, [
      sources.incident,
      ...sources.alerts.slice(0, 1).map(({ id }) => id),
    ]),
    moment('detected', incident.detectedAt, [sources.incident, ...cited('detected')]),
    ...(identified === undefined ? [] : [moment('identified', identified.record.at, [identified.id])]),
    moment('acknowledged', incident.acknowledgedAt, [sources.incident, ...cited('acknowledged')]),
    moment('mitigated', incident.mitigatedAt, [sources.incident]),
    moment('resolved', incident.resolvedAt, [sources.incident, ...cited('resolved')]),
  ]
}

function moment(name: MomentName, at: string | null, cites: readonly string[]): Moment {
  if (at === null) return { name, at: null, gap: 'not-recorded', text: 'not recorded', cites }
  const instant = Date.parse(at)
  if (Number.isNaN(instant))
    return { name, at: null, gap: 'no-instant', text: 'not an instant in its record', cites }
  const iso = new Date(instant).toISOString()
  return { name, at: iso, gap: null, text: utc(iso), cites }
}
