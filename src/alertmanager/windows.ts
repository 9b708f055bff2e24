import {
  parseDaysOfMonth,
  parseMonths,
  parseTimes,
  parseWeekdays,
  parseYears,
  RangeRefused,
} from '../domain/alert/time-window-text.ts'
import { isNamedTimeZone } from '../domain/values/time-zone.ts'
import { AlertmanagerRefused, items, type Part, textIn, textsIn, under } from './foreign.ts'
import { nameFrom, type Report, unused } from './report.ts'

/** Windows as the file has them, by Alertmanager's names. */
export interface ImportedWindows {
  /** By our names. */
  readonly windows: Record<string, object[]>
  /** Our name of one of theirs. */
  readonly nameOf: (part: Part) => string
  /** Name of one that always holds. */
  readonly always: () => string
}

const allDay = { times: ['00:00-24:00'], timeZone: 'UTC' }
/** It is over: such a window never holds. */
const never = { years: ['1970'], timeZone: 'UTC' }

export function importWindows(file: Part, report: Report): ImportedWindows {
  const windows: Record<string, object[]> = {}
  const names = new Map<string, string>()
  const add = (wanted: string, window: object[]) => {
    const name = unused(wanted, (one) => Object.hasOwn(windows, one))
    windows[name] = window
    return name
  }
  for (const section of ['time_intervals', 'mute_time_intervals']) {
    const written = items(under(file, section))
    for (const part of written) {
      const intervals = items(under(part, 'time_intervals')).map((one) => intervalOf(one, report))
      const theirs = textIn(under(part, 'name')) ?? ''
      names.set(theirs, add(nameFrom(theirs), intervals.length === 0 ? [never] : intervals))
    }
    if (written.length > 0) report.full(section, `windows: ${[...names.values()].join(', ')}`)
  }
  let always: string | undefined
  return {
    windows,
    nameOf: (part) => {
      const name = names.get(textIn(part) ?? '')
      if (name === undefined)
        throw new AlertmanagerRefused([
          `${part.path}: there is no time interval ${JSON.stringify(part.value)}`,
        ])
      return name
    },
    always: () => (always ??= add('always', [allDay])),
  }
}

function intervalOf(part: Part, report: Report): object {
  const said = {
    ...ranges(part, 'weekdays', 'weekdays', parseWeekdays),
    ...ranges(part, 'days_of_month', 'daysOfMonth', parseDaysOfMonth),
    ...ranges(part, 'months', 'months', parseMonths),
    ...ranges(part, 'years', 'years', parseYears),
    ...timesOf(part),
  }
  return {
    ...(Object.keys(said).length === 0 ? allDay : said),
    timeZone: zoneOf(under(part, 'location'), report),
  }
}

/** Written alike on both sides; read here only to be sure that they are. */
function ranges(part: Part, theirs: string, ours: string, parse: (text: string) => unknown): object {
  const found = under(part, theirs)
  const texts = textsIn(found)
  for (const text of texts) checked(found, () => parse(text))
  return texts.length === 0 ? {} : { [ours]: texts }
}

function timesOf(part: Part): object {
  const times = items(under(part, 'times')).map((range) => {
    const [start, end] = ['start_time', 'end_time'].map((key) => textIn(under(range, key)) ?? '')
    const text = `${start}-${end}`
    checked(range, () => parseTimes(text))
    return text
  })
  return times.length === 0 ? {} : { times }
}

function checked(part: Part, parse: () => unknown): void {
  try {
    parse()
  } catch (error) {
    if (!(error instanceof RangeRefused)) throw error
    throw new AlertmanagerRefused([`${part.path}: ${error.message}`])
  }
}

function zoneOf(part: Part, report: Report): string {
  const zone = textIn(part) ?? 'UTC'
  if (isNamedTimeZone(zone)) return zone
  report.partly(
    part.path,
    `"${zone}" is not a zone that others know: UTC is written; put the zone of that machine there`,
  )
  return 'UTC'
}
