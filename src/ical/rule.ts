/** A recurrence rule (RFC 5545, RECUR), without its UNTIL, which depends on the start. */
export interface Rule {
  readonly freq: Freq
  readonly interval: number
  readonly count?: number
  /** As written. */
  readonly until?: string
  readonly byDay: readonly { readonly ordinal: number; readonly weekday: number }[]
  readonly byMonthDay: readonly number[]
  readonly byYearDay: readonly number[]
  readonly byWeekNo: readonly number[]
  readonly byMonth: readonly number[]
  readonly byHour: readonly number[]
  readonly byMinute: readonly number[]
  readonly bySecond: readonly number[]
  readonly bySetPos: readonly number[]
  /** 1 is Monday. */
  readonly weekStart: number
}

export type Freq = (typeof frequencies)[number]

const frequencies = ['YEARLY', 'MONTHLY', 'WEEKLY', 'DAILY', 'HOURLY', 'MINUTELY', 'SECONDLY'] as const
const weekdays = ['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU']
const known = new Set(
  'FREQ INTERVAL COUNT UNTIL WKST BYDAY BYMONTHDAY BYYEARDAY BYWEEKNO BYMONTH BYHOUR BYMINUTE BYSECOND BYSETPOS'.split(
    ' ',
  ),
)

/**
 * The rule of an RRULE or EXRULE.
 * @throws RangeError when it is none, or one that is not understood
 */
export function readRule(text: string): Rule {
  const parts = partsOf(text)
  const freq = frequencies.find((one) => one === parts.get('FREQ'))
  if (freq === undefined)
    throw new RangeError(
      `it repeats ${parts.get('FREQ') ?? `by "${text.slice(0, 40)}"`}: one of ${frequencies.join(', ')} is expected`,
    )
  const byDay = list(parts.get('BYDAY')).map(dayOf)
  const isNumbered = byDay.some(({ ordinal }) => ordinal !== 0)
  if (isNumbered && freq !== 'MONTHLY' && freq !== 'YEARLY')
    throw new RangeError(`its ${freq} rule numbers weekdays, which only months and years have several of`)
  const numbersOf = (part: string, least: number, most: number) => numbers(parts.get(part), least, most)
  const [interval = 1] = numbersOf('INTERVAL', 1, 1_000_000)
  const [count] = numbersOf('COUNT', 1, 1_000_000)
  const until = parts.get('UNTIL')
  return {
    freq,
    interval,
    ...(count === undefined ? {} : { count }),
    ...(until === undefined ? {} : { until }),
    byDay,
    byMonthDay: signed(numbersOf('BYMONTHDAY', -31, 31)),
    byYearDay: signed(numbersOf('BYYEARDAY', -366, 366)),
    byWeekNo: signed(numbersOf('BYWEEKNO', -53, 53)),
    byMonth: numbersOf('BYMONTH', 1, 12),
    byHour: numbersOf('BYHOUR', 0, 23),
    byMinute: numbersOf('BYMINUTE', 0, 59),
    bySecond: numbersOf('BYSECOND', 0, 60).map((second) => Math.min(59, second)),
    bySetPos: signed(numbersOf('BYSETPOS', -366, 366)),
    weekStart: list(parts.get('WKST')).map((day) => dayOf(day).weekday)[0] ?? 1,
  }
}

/** @throws RangeError when a part is not understood */
function partsOf(text: string): Map<string, string> {
  const parts = new Map(
    text
      .toUpperCase()
      .split(';')
      .filter((part) => part.trim() !== '')
      .map((part) => {
        const [name = '', value = ''] = part.split('=')
        return [name.trim(), value.trim()] as const
      }),
  )
  for (const [name, value] of parts) {
    const isUsual = (name === 'RSCALE' && value === 'GREGORIAN') || (name === 'SKIP' && value === 'OMIT')
    if (!known.has(name) && !isUsual && !name.startsWith('X-'))
      throw new RangeError(`its rule has ${name.slice(0, 40)}, which is not understood`)
  }
  return parts
}

function dayOf(text: string): Rule['byDay'][number] {
  const [, ordinal = '', day = ''] = /^([+-]?\d{1,2})?([A-Z]{2})$/.exec(text) ?? []
  const at = weekdays.indexOf(day)
  if (at === -1) throw new RangeError(`its rule has "${text.slice(0, 20)}", which is not a weekday`)
  return { ordinal: Number(ordinal), weekday: at + 1 }
}

function list(value: string | undefined): string[] {
  return (
    value
      ?.split(',')
      .map((item) => item.trim())
      .filter((item) => item !== '') ?? []
  )
}

function numbers(value: string | undefined, least: number, most: number): number[] {
  return list(value).map((item) => {
    const number = Number(item)
    if (Number.isInteger(number) && number >= least && number <= most) return number
    throw new RangeError(
      `its rule has ${item.slice(0, 20)}, where a whole number from ${least} to ${most} is expected`,
    )
  })
}

/** Places that are counted from either end; there is none of number 0. */
function signed(places: number[]): number[] {
  if (places.includes(0)) throw new RangeError('its rule has 0, where places are counted from 1 or -1')
  return places
}
