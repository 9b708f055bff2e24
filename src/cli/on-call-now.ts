import { stringify } from 'yaml'
import type { NowChange } from '../domain/configuration/on-call-plan.ts'
import type { KeptShift } from '../domain/on-call/keep-shift.ts'
import { writtenLayer } from '../domain/on-call/written.ts'
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
