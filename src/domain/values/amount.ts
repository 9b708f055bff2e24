import { formatNumber } from './numbers.ts'

/** What numbers are divided by for people, and what then stands behind them. */
export interface AmountScale {
  readonly divisor: number
  /** `k`, `M`: stands at the number itself. */
  readonly prefix: string
  /** `ms`, `GiB/s`; empty where there is none. */
  readonly unit: string
  /** Of the numbers themselves. */
  readonly own: string
}

/** Units of one kind, from small to large, with their size. */
type Ladder = readonly (readonly [unit: string, size: number])[]

const ladders: readonly Ladder[] = [
  [
    ['ns', 1e-9],
    ['µs', 1e-6],
    ['ms', 1e-3],
    ['s', 1],
    ['min', 60],
    ['h', 3_600],
    ['d', 86_400],
  ],
  [
    ['B', 1],
    ['KiB', 1_024],
    ['MiB', 1_024 ** 2],
    ['GiB', 1_024 ** 3],
    ['TiB', 1_024 ** 4],
    ['PiB', 1_024 ** 5],
  ],
  [
    ['kB', 1e3],
    ['MB', 1e6],
    ['GB', 1e9],
    ['TB', 1e12],
    ['PB', 1e15],
  ],
  [
    ['bit', 1],
    ['kbit', 1e3],
    ['Mbit', 1e6],
    ['Gbit', 1e9],
    ['Tbit', 1e12],
  ],
]

/** How people write some of these units too. */
const aliases: ReadonlyMap<string, string> = new Map([
  ['us', 'µs'],
  ['μs', 'µs'],
  ['sec', 's'],
  ['seconds', 's'],
  ['milliseconds', 'ms'],
  ['minutes', 'min'],
  ['hours', 'h'],
  ['days', 'd'],
  ['bytes', 'B'],
  ['byte', 'B'],
  ['KB', 'kB'],
])

const prefixes = [
  ['', 1],
  ['k', 1e3],
  ['M', 1e6],
  ['G', 1e9],
  ['T', 1e12],
] as const

/** From here on a unit of time is used only for ten and more of it: 90 s stays, and is not 1.5 min. */
const coarseUnits = new Set(['min', 'h', 'd'])
/** Shorter numbers are read as they are. */
const leastShortened = 10_000
/** Numbers from here on, and below the other, are written with an exponent. */
const longestWritten = 1e15
const leastWritten = 1e-6

/**
 * How amounts up to `greatest` (of magnitude) are best written. Times, bytes and bits change their unit: 2,500 ms are 2.5 s, 3,221,225,472 B are
 * 3 GiB. Every other unit stays, and its number is shortened: `12k /min`. A rate (`B/s`) is scaled by what stands before its `/`.
 */
export function amountScale(greatest: number, unit = ''): AmountScale {
  const size = Math.abs(greatest)
  const [, base = '', per = ''] = /^([^/]*)(\/.*)?$/su.exec(unit) ?? []
  const written = aliases.get(base) ?? base
  const ladder = ladders.find((steps) => steps.some(([name]) => name === written))
  const from = ladder?.find(([name]) => name === written)?.[1]
  if (ladder === undefined || from === undefined) {
    const shortened = size < longestWritten ? prefixes : []
    const fitting = shortened.findLast(([, least]) => size >= Math.max(least, leastShortened))
    const [prefix, divisor] = fitting ?? ['', 1]
    return { divisor, prefix, unit, own: unit }
  }
  const [name, step] = stepFor(size, from, ladder, per !== '') ?? [written, from]
  return { divisor: step / from, prefix: '', unit: `${name}${per}`, own: unit }
}

/** The largest unit of which there is one; `undefined`: as it is written. A rate of a time (`ms/op`) never comes to minutes. */
function stepFor(size: number, from: number, ladder: Ladder, isRate: boolean): Ladder[number] | undefined {
  if (size === 0) return undefined
  const least = ([name, step]: Ladder[number]) => step * (coarseUnits.has(name) && step > from ? 10 : 1)
  const found = ladder.findLast(
    (one) => size * from >= least(one) && !(isRate && one[1] > from && coarseUnits.has(one[0])),
  )
  return found ?? ladder[0]
}

/** `97 %`, `812 ms`, `2.5 s`, `3 GiB`, `1,234 /min`, `12`: a number with its unit, as people read it. */
export function formatAmount(value: number, unit?: string): string {
  const scale = amountScale(value, unit)
  // A number alone, or with a unit of its own, is written out as long as it is readable so.
  const isShort = scale.prefix !== '' && Math.abs(value) < 1e6
  return withUnit(
    numberWords(isShort ? value : value / scale.divisor),
    isShort ? '' : scale.prefix,
    scale.unit,
  )
}

/** The number in a given scale, where many of them stand together: `1.2 s` beside `0.9 s`, `12.5k` beside `5k`. One far below it has its own: `5`. */
export function scaledAmount(value: number, { divisor, prefix, unit, own }: AmountScale): string {
  const number = Number((value / divisor).toPrecision(4))
  if (divisor > 1 && number !== 0 && Math.abs(number) < leastScaled) return formatAmount(value, own)
  return withUnit(
    isWritten(number) ? String(number) : exponentWords(number),
    number === 0 ? '' : prefix,
    unit,
  )
}

function withUnit(number: string, prefix: string, unit: string): string {
  return unit === '' ? `${number}${prefix}` : `${number}${prefix} ${unit}`
}

function numberWords(value: number): string {
  return isWritten(value) ? formatNumber(value) : exponentWords(value)
}

function isWritten(value: number): boolean {
  const size = Math.abs(value)
  return value === 0 || (size >= leastWritten && size < longestWritten)
}

/** Less than that of a scale is read in no scale. */
const leastScaled = 0.01

/** `1.5e18`. */
function exponentWords(value: number): string {
  return value.toExponential(3).replace(/\.?0*e\+?/, 'e')
}
