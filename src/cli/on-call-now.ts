import { stringify } from 'yaml'
import type { NowChange } from '../domain/configuration/on-call-plan.ts'
import type { KeptShift } from '../domain/on-call/keep-shift.ts'
import type { Layer } from '../domain/on-call/schedule.ts'
import { datedWords, instantText } from '../domain/values/instant-text.ts'
import { names } from './on-call-reading.ts'

/** Who goes on or off call at once, a line each, and below it how to leave the shift that runs alone. */
export function nowLines(changes: readonly NowChange[], timeZone: string): string[] {
  return changes.flatMap(({ schedule, before, after, until, keep }) => [
    `now: ${names(before)} -> ${names(after)} on ${schedule}, until ${datedWords(until, timeZone)}`,
    ...(keep === null ? [] : keepLines(keep, schedule, before, timeZone)),
  ])
}

/** The same for programs. */
export function nowValue({ schedule, before, after, until, keep }: NowChange, timeZone: string) {
  return {
    schedule,
    before,
    after,
    until: instantText(until, timeZone),
    keep:
      keep === null
        ? null
        : {
            by: keep.by,
            until: instantText(keep.until, timeZone),
            next: keep.next,
            layers: keep.layers.map((layer) => writtenLayer(layer, timeZone)),
          },
  }
}

function keepLines(keep: KeptShift, schedule: string, before: readonly string[], timeZone: string): string[] {
  const { until, next, layers } = keep
  const written = stringify(
    { layers: layers.map((layer) => writtenLayer(layer, timeZone)) },
    { lineWidth: 0 },
  )
  return [
    `  To keep ${names(before)} until ${datedWords(until, timeZone)} (then ${names(next)}), write for ${schedule}:`,
    ...written
      .trimEnd()
      .split('\n')
      .map((line) => `    ${line}`),
  ]
}

const weekdays = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const

/** A layer as `firewatch.yaml` has it, with every zone spelt out: it means the same wherever it is pasted. */
function writtenLayer({ name, priority, turns, windows, from, until }: Layer, timeZone: string) {
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
      : {
          shifts: turns.shifts.map((shift) => ({
            from: instantText(shift.from, timeZone),
            to: instantText(shift.to, timeZone),
            people: shift.people,
          })),
        }),
    ...(windows.length === 0
      ? {}
      : {
          windows: windows.map((window) => ({
            days: window.weekdays.map((day) => weekdays[day - 1]),
            from: window.start,
            to: window.end,
            timeZone: window.timeZone,
          })),
        }),
  }
}
