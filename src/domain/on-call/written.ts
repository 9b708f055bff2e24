import { instantText } from '../values/instant-text.ts'
import type { Layer, Override, Schedule, Shift, TemporarySchedule, WeeklyWindow } from './schedule.ts'

/* Schedules in the words and at the paths of `firewatch.yaml`, for people who compare or paste. */

const weekdays = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const

/** A layer with every zone spelt out: it means the same wherever it is pasted. @param timeZone in which instants are written */
export function writtenLayer(
  { name, priority, turns, windows, from, until }: Layer,
  timeZone: string,
): Record<string, unknown> {
  return {
    name,
    ...(priority === 1 ? {} : { priority }),
    ...(from === undefined ? {} : { from: instantText(from, timeZone) }),
    ...(until === undefined ? {} : { until: instantText(until, timeZone) }),
    ...(turns.kind === 'rotation'
      ? {
          rotation: {
            start: turns.start,
            every: turns.unit,
            ...(turns.length === 1 ? {} : { length: turns.length }),
            participants: turns.participants.map((turn) => (turn.length === 1 ? turn[0] : turn)),
            timeZone: turns.timeZone,
          },
        }
      : { shifts: turns.shifts.map((shift) => writtenShift(shift, timeZone)) }),
    ...(windows.length === 0 ? {} : { windows: windows.map(writtenWindow) }),
  }
}

/** A whole schedule, on its own clock. */
export function writtenSchedule({
  title,
  timeZone,
  layers,
  overrides,
  temporary,
}: Omit<Schedule, 'name' | 'swaps'>): Record<string, unknown> {
  return {
    title,
    timeZone,
    layers: layers.map((layer) => writtenLayer(layer, timeZone)),
    overrides: overrides.map((one) => writtenOverride(one, timeZone)),
    temporary: temporary.map((one) => writtenTemporary(one, timeZone)),
  }
}

/** Hours of a week, of a layer or of a calendar. */
export function writtenWindow({
  weekdays: days,
  start,
  end,
  timeZone,
}: WeeklyWindow): Record<string, unknown> {
  return { days: days.map((day) => weekdays[day - 1]), from: start, to: end, timeZone }
}

function writtenShift({ from, to, people }: Shift, timeZone: string) {
  return { from: instantText(from, timeZone), to: instantText(to, timeZone), people }
}

function writtenOverride({ from, to, removed, added }: Override, timeZone: string) {
  return {
    from: instantText(from, timeZone),
    to: instantText(to, timeZone),
    ...(removed === null ? {} : { remove: removed }),
    ...(added === null ? {} : { add: added }),
  }
}

function writtenTemporary({ from, to, shifts }: TemporarySchedule, timeZone: string) {
  return {
    from: instantText(from, timeZone),
    to: instantText(to, timeZone),
    shifts: shifts.map((shift) => writtenShift(shift, timeZone)),
  }
}
