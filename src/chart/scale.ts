import { Temporal } from 'temporal-polyfill'

const dayMs = 86_400_000
const hourMs = 3_600_000
const minuteMs = 60_000
const stepsMs = [
  1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 10_800, 21_600, 43_200, 86_400,
].map((seconds) => seconds * 1_000)

/** Round values from the least to the greatest, 0 among them: 3 to 6 steps of 1, 2, 2.5 or 5 times a power of ten. */
export function valueTicks(least: number, greatest: number): number[] {
  return ticksBetween(Math.min(0, least), Math.max(0, greatest)) ?? [0, 1]
}

/** Below this part of the value a change would not be seen on an axis that begins at 0. */
const flatPart = 0.2
/** And below this one it is no change but the last digits of the numbers. */
const leastPart = 1e-6

/** Round values about a range that is far from 0 and narrow, such as 99.2 to 99.9; `undefined` for any other. */
export function zoomedTicks(least: number, greatest: number): number[] | undefined {
  const [far, span] = [Math.max(Math.abs(least), Math.abs(greatest)), greatest - least]
  if (least * greatest <= 0 || span >= flatPart * far || span < leastPart * far) return undefined
  return ticksBetween(least, greatest)
}

/** `undefined` where they are too near to each other, or to 0. */
function ticksBetween(bottom: number, top: number): number[] | undefined {
  const span = top - bottom
  // Below that a power of ten of a step would be 0.
  if (span < 1e-300 || !Number.isFinite(span)) return undefined
  const power = 10 ** Math.floor(Math.log10(span / 4))
  const step = ([1, 2, 2.5, 5, 10].find((factor) => factor * power * 5 >= span) ?? 10) * power
  const first = Math.floor(bottom / step)
  const last = Math.ceil(top / step)
  return Array.from({ length: last - first + 1 }, (_, index) =>
    Number(((first + index) * step).toPrecision(12)),
  )
}

export interface TimeTick {
  readonly at: number
  readonly label: string
}

/** At most `most` instants, or one more, at round times of the local clock. */
export function timeTicks(from: number, to: number, most: number, timeZone: string): TimeTick[] {
  const step =
    stepsMs.find((candidate) => (to - from) / candidate <= most) ??
    Math.ceil((to - from) / most / dayMs) * dayMs
  const label = (at: number) =>
    step >= dayMs ? localDay(at, timeZone) : localClock(at, timeZone, step < minuteMs)
  const instants = step < hourMs ? evenTicks(from, to, step, timeZone) : clockTicks(from, to, step, timeZone)
  return instants.map((at) => ({ at, label: label(at) }))
}

/** Steps that divide an hour count from local midnight: where the clocks change they still fall on round times. */
function evenTicks(from: number, to: number, step: number, timeZone: string): number[] {
  const midnight = zoned(from, timeZone).startOfDay().epochMilliseconds
  const first = midnight + Math.ceil((from - midnight) / step) * step
  return Array.from(
    { length: Math.max(0, Math.floor((to - first) / step) + 1) },
    (_, index) => first + index * step,
  )
}

/** Longer ones are read off the clock of each day: it shows 03:00 also on a day of 23 hours, and a time that it leaves out has no tick. */
function clockTicks(from: number, to: number, step: number, timeZone: string): number[] {
  const first = zoned(from, timeZone).toPlainDate()
  const days = zoned(to, timeZone).toPlainDate().since(first).days
  const everyDays = Math.max(1, Math.round(step / dayMs))
  const hours = Array.from(
    { length: Math.max(1, Math.round(dayMs / step)) },
    (_, index) => (index * step) / hourMs,
  )
  return Array.from({ length: Math.floor(days / everyDays) + 1 }, (_, index) =>
    first.add({ days: index * everyDays }),
  )
    .flatMap((day) => hours.map((hour) => day.toPlainDateTime({ hour })))
    .flatMap((local) => {
      const at = local.toZonedDateTime(timeZone)
      return at.toPlainDateTime().equals(local) ? [at.epochMilliseconds] : []
    })
    .filter((at) => at >= from && at <= to)
}

/** `03:10`, or `03:10:05`. */
export function localClock(at: number, timeZone: string, withSeconds: boolean): string {
  return zoned(at, timeZone)
    .toPlainTime()
    .toString({ smallestUnit: withSeconds ? 'second' : 'minute' })
}

/** `24 Nov`. */
export function localDay(at: number, timeZone: string): string {
  return zoned(at, timeZone).toPlainDate().toLocaleString('en-GB', { day: 'numeric', month: 'short' })
}

/** `24 Nov`, `24 – 25 Nov`, `30 Nov – 1 Dec`, `24 Nov 2025 – 23 Nov 2026`. */
export function localDays(from: number, to: number, timeZone: string): string {
  const [first, last] = [zoned(from, timeZone).toPlainDate(), zoned(to, timeZone).toPlainDate()]
  if (first.equals(last)) return localDay(from, timeZone)
  const sameMonth = first.year === last.year && first.month === last.month
  const year = (date: Temporal.PlainDate) => (first.year === last.year ? '' : ` ${date.year}`)
  const begin = sameMonth ? String(first.day) : `${localDay(from, timeZone)}${year(first)}`
  return `${begin} – ${localDay(to, timeZone)}${year(last)}`
}

function zoned(at: number, timeZone: string): Temporal.ZonedDateTime {
  return Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(timeZone)
}
