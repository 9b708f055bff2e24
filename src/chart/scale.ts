import { Temporal } from 'temporal-polyfill'

const dayMs = 86_400_000
const minuteMs = 60_000
const stepsMs = [
  1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 10_800, 21_600, 43_200, 86_400,
].map((seconds) => seconds * 1_000)

/** Round values from the least to the greatest, 0 among them: 3 to 6 steps of 1, 2, 2.5 or 5 times a power of ten. */
export function valueTicks(least: number, greatest: number): number[] {
  const bottom = Math.min(0, least)
  const span = Math.max(0, greatest) - bottom
  // Below that a power of ten of a step would be 0.
  if (span < 1e-300 || !Number.isFinite(span)) return [0, 1]
  const power = 10 ** Math.floor(Math.log10(span / 4))
  const step = ([1, 2, 2.5, 5, 10].find((factor) => factor * power * 5 >= span) ?? 10) * power
  const first = Math.floor(bottom / step)
  const last = Math.ceil(Math.max(0, greatest) / step)
  return Array.from({ length: last - first + 1 }, (_, index) =>
    Number(((first + index) * step).toPrecision(12)),
  )
}

export interface TimeTick {
  readonly at: number
  readonly label: string
}

/** At most `most` instants at round times of the local clock. Steps count from local midnight. */
export function timeTicks(from: number, to: number, most: number, timeZone: string): TimeTick[] {
  const step =
    stepsMs.find((candidate) => (to - from) / candidate <= most) ??
    Math.ceil((to - from) / most / dayMs) * dayMs
  const midnight = Temporal.Instant.fromEpochMilliseconds(from)
    .toZonedDateTimeISO(timeZone)
    .startOfDay().epochMilliseconds
  const first = midnight + Math.ceil((from - midnight) / step) * step
  const count = Math.max(0, Math.floor((to - first) / step) + 1)
  const label = (at: number) =>
    step >= dayMs ? localDay(at, timeZone) : localClock(at, timeZone, step < minuteMs)
  return Array.from({ length: count }, (_, index) => first + index * step).map((at) => ({
    at,
    label: label(at),
  }))
}

/** `03:10`, or `03:10:05`. */
export function localClock(at: number, timeZone: string, withSeconds: boolean): string {
  const local = Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(timeZone).toPlainTime()
  return local.toString({ smallestUnit: withSeconds ? 'second' : 'minute' })
}

/** `24 Nov`. */
export function localDay(at: number, timeZone: string): string {
  const local = Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(timeZone)
  return local.toPlainDate().toLocaleString('en-GB', { day: 'numeric', month: 'short' })
}

/** `1.2M`, `12k`, `0.05`: short enough for an axis. */
export function axisNumber(value: number): string {
  const size = Math.abs(value)
  const [divisor, suffix] =
    size >= 1e9 ? [1e9, 'G'] : size >= 1e6 ? [1e6, 'M'] : size >= 1e4 ? [1e3, 'k'] : [1, '']
  return `${Number((value / divisor).toPrecision(4))}${suffix}`
}
