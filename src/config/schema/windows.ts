import { z } from 'zod'
import type { ClockRange, Range, TimeInterval, TimeWindow } from '../../domain/alert/time-window.ts'
import {
  parseDaysOfMonth,
  parseMonths,
  parseTimes,
  parseWeekdays,
  parseYears,
} from '../../domain/alert/time-window-text.ts'
import { errorMessage } from '../../domain/values/error-message.ts'
import { clockWindow, timeZone } from './time-fields.ts'

/** @param parse throws a sentence for whoever wrote it */
function understood<T>(schema: z.ZodType<string | number>, parse: (text: string) => T) {
  return schema.transform((written, context) => {
    try {
      return parse(String(written))
    } catch (error) {
      context.addIssue({ code: 'custom', message: errorMessage(error) })
      return z.NEVER
    }
  })
}

function ranges(parse: (text: string) => Range, example: string) {
  const written = z.union([z.string(), z.number()], { error: `expected a range, such as ${example}` })
  return z.array(understood(written, parse)).min(1).exactOptional()
}

const times = z.union(
  [
    clockWindow.transform(({ from, to }): ClockRange => ({ start: from, end: to })),
    understood(z.string(), parseTimes),
  ],
  { error: "expected { from: '09:00', to: '17:00' } or '09:00-17:00'" },
)

const intervalSchema = z
  .strictObject({
    times: z.array(times).min(1).exactOptional(),
    weekdays: ranges(parseWeekdays, "'monday:friday'"),
    daysOfMonth: ranges(parseDaysOfMonth, "'-3:-1'"),
    months: ranges(parseMonths, "'january:march'"),
    years: ranges(parseYears, "'2026:2028'"),
    timeZone: timeZone.exactOptional(),
  })
  .refine((said) => Object.keys(said).some((key) => key !== 'timeZone'), {
    error: 'always holds: add times, weekdays, daysOfMonth, months or years',
  })

export const windowSchema = z.array(intervalSchema).min(1)

/** @param zone that of the configuration, for intervals that have none of their own */
export function toWindow(zone: string) {
  return (_name: string, written: z.output<typeof windowSchema>): TimeWindow =>
    written.map((interval): TimeInterval => ({ ...interval, timeZone: interval.timeZone ?? zone }))
}
