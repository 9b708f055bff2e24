import { z } from 'zod'
import { didYouMean } from '../../domain/values/suggestion.ts'
import { isNamedTimeZone } from '../../domain/values/time-zone.ts'
import { judged, text } from './fields.ts'

/** A zone of the IANA database by name: an offset such as +02:00 would be wrong for half of the year. */
export const timeZone = judged((zone) => {
  if (isNamedTimeZone(zone)) return undefined
  const hint =
    didYouMean(zone, Intl.supportedValuesOf('timeZone')) || '; write one such as Europe/Berlin or UTC'
  return `no time zone "${zone}"${hint}`
})

const beginning = /^([01]\d|2[0-3]):[0-5]\d$/
const end = /^(([01]\d|2[0-3]):[0-5]\d|24:00)$/

/** Times of day: where something begins, and where it ends, for which the end of the day is 24:00. */
export const clockBeginning = text.regex(beginning, 'is not a time of day: write HH:MM, from 00:00 to 23:59')
export const clockEnd = text.regex(end, 'is not a time of day: write HH:MM, from 00:01 to 24:00')

/** Half-open and within one day; the end of the day is 24:00. */
export const clockWindow = z
  .strictObject({
    from: clockBeginning,
    to: clockEnd,
  })
  .refine(({ from, to }) => from < to || !beginning.test(from) || !end.test(to), {
    path: ['to'],
    error: 'must be later than "from"; a window over midnight is two windows',
  })
