import { z } from 'zod'
import type { Calendar } from '../../domain/configuration/people.ts'
import { hasInstantForm, isDateTime, readInstant as instantIn } from '../../domain/values/instant-text.ts'
import type { Layer, Override, Schedule, Shift, WeeklyWindow } from '../../domain/on-call/schedule.ts'
import { judged, text } from './fields.ts'
import { clockBeginning, clockEnd, timeZone } from './time-fields.ts'

const weekdays = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const

const hours = z.strictObject({
  days: z
    .array(z.enum(weekdays))
    .min(1)
    .default([...weekdays]),
  from: clockBeginning,
  to: clockEnd,
  timeZone: timeZone.exactOptional(),
})

/** `2026-05-01T12:00` on the wall clock of the schedule, or with `Z` or an offset behind it. */
export const instant = judged((written) =>
  hasInstantForm(written) && isDateTime(written)
    ? undefined
    : `"${written}" is not an instant: write 2026-05-01T12:00 (on the wall clock of its zone) or 2026-05-01T12:00Z`,
)

/** Of a rotation: it follows the wall clock, so an offset would be wrong for half of the year. */
const localTime = judged((written) =>
  /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}$/.test(written) && isDateTime(written)
    ? undefined
    : `"${written}" is not a local time: write 2026-03-02T09:00, on the wall clock of the rotation's zone`,
)

const date = judged((written) =>
  /^\d{4}-\d{2}-\d{2}$/.test(written) && isDateTime(`${written}T00:00`)
    ? undefined
    : `"${written}" is not a date: write 2026-12-25`,
)

export const isForward = ({ from, to }: { from: string; to: string }) =>
  comparable(from) < comparable(to) || !hasInstantForm(from) || !hasInstantForm(to)
export const forward = { path: ['to'], error: 'must be later than "from"' }

/** On the clock as written: an offset is left out, and who writes two different ones knows what they do. */
function comparable(written: string): string {
  return written.slice(0, 16)
}

const shiftSchema = z
  .strictObject({ from: instant, to: instant, people: z.array(text).min(1) })
  .refine(isForward, forward)

const participant = z.union([text, z.array(text).min(1)], {
  error: 'expected a user, or a list of users who share the shift',
})

const rotationSchema = z.strictObject({
  start: localTime,
  every: z.enum(['hourly', 'daily', 'weekly', 'monthly']),
  length: z.int().min(1).max(1_000).default(1),
  participants: z.array(participant).min(1),
  timeZone: timeZone.exactOptional(),
})

const layerSchema = z
  .strictObject({
    name: text.exactOptional(),
    priority: z.int().min(0).max(1_000).default(1),
    rotation: rotationSchema.exactOptional(),
    shifts: z.array(shiftSchema).exactOptional(),
    windows: z.array(hours).default([]),
    from: instant.exactOptional(),
    until: instant.exactOptional(),
  })
  .refine(({ rotation, shifts }) => (rotation === undefined) !== (shifts === undefined), {
    error: 'needs either a "rotation" or "shifts"',
  })

/** What ties one together, and several to each other, is in the rules. */
const overrideSchema = z.strictObject({
  from: instant,
  to: instant,
  remove: text.exactOptional(),
  add: text.exactOptional(),
})

const temporarySchema = z
  .strictObject({ from: instant, to: instant, shifts: z.array(shiftSchema).default([]) })
  .refine(isForward, forward)

export const scheduleSchema = z.strictObject({
  title: text.exactOptional(),
  timeZone: timeZone.exactOptional(),
  layers: z.array(layerSchema).min(1),
  overrides: z.array(overrideSchema).default([]),
  temporary: z.array(temporarySchema).default([]),
})

export const calendarSchema = z.strictObject({
  timeZone: timeZone.exactOptional(),
  windows: z.array(hours).min(1),
  holidays: z.array(date).default([]),
})

type Written = z.output<typeof scheduleSchema>

/** @param zone that of the configuration, for schedules that have none of their own */
export function toSchedule(zone: string) {
  return (name: string, written: Written): Schedule => {
    const own = written.timeZone ?? zone
    return {
      name,
      title: written.title ?? name,
      timeZone: own,
      layers: written.layers.map((layer, index) => toLayer(layer, index, own)),
      overrides: written.overrides.map((one, index) => toOverride(one, `${name}/override/${index + 1}`, own)),
      temporary: written.temporary.map((one, index) => ({
        id: `${name}/temporary/${index + 1}`,
        from: toInstant(one.from, own),
        to: toInstant(one.to, own),
        shifts: one.shifts.map((shift) => toShift(shift, own)),
      })),
      swaps: [],
    }
  }
}

function toLayer(written: Written['layers'][number], index: number, zone: string): Layer {
  const { rotation, shifts = [], from, until } = written
  return {
    name: written.name ?? `layer ${index + 1}`,
    priority: written.priority,
    turns:
      rotation === undefined
        ? { kind: 'shifts', shifts: shifts.map((shift) => toShift(shift, zone)) }
        : {
            kind: 'rotation',
            timeZone: rotation.timeZone ?? zone,
            start: rotation.start,
            unit: rotation.every,
            length: rotation.length,
            participants: rotation.participants.map((turn) => (typeof turn === 'string' ? [turn] : turn)),
          },
    windows: written.windows.map((window) => toWindow(window, zone)),
    ...(from === undefined ? {} : { from: toInstant(from, zone) }),
    ...(until === undefined ? {} : { until: toInstant(until, zone) }),
  }
}

function toOverride(
  { from, to, remove, add }: Written['overrides'][number],
  id: string,
  zone: string,
): Override {
  return {
    id,
    from: toInstant(from, zone),
    to: toInstant(to, zone),
    removed: remove ?? null,
    added: add ?? null,
  }
}

function toShift({ from, to, people }: z.output<typeof shiftSchema>, zone: string): Shift {
  return { from: toInstant(from, zone), to: toInstant(to, zone), people }
}

function toWindow({ days, from, to, timeZone: own }: z.output<typeof hours>, zone: string): WeeklyWindow {
  const numbers = days.map((day) => weekdays.indexOf(day) + 1)
  return { timeZone: own ?? zone, weekdays: numbers, start: from, end: to }
}

export function toCalendar(zone: string) {
  return (name: string, written: z.output<typeof calendarSchema>): Calendar => {
    const own = written.timeZone ?? zone
    const windows = written.windows.map((window) => toWindow(window, own))
    return { name, timeZone: own, windows, holidays: written.holidays }
  }
}

/** An instant as it may be written, in epoch milliseconds; `undefined` for anything else. */
export function readInstant(written: string, zone: string): number | undefined {
  return timeZone.safeParse(zone).success ? instantIn(written, zone) : undefined
}

/** Of what the schema let through. */
export function toInstant(written: string, zone: string): number {
  const instant = instantIn(written, zone)
  if (instant === undefined) throw new RangeError(`"${written}" is not an instant`)
  return instant
}
