import type { Os } from './audience.ts'
import { draw } from './chance.ts'

/** What people start: a visit of the feed, or a conversation. */
export type Occasion = 'visit' | 'conversation'

export interface Rhythm {
  readonly seed: number
  /** 1 is the usual load, about 70 feed actions a second on average over a week. */
  readonly scale: number
}

/** Occasions a second at the mean of the week, for `scale` 1. */
const meanPerSecond: Readonly<Record<Occasion, Readonly<Record<Os, number>>>> = {
  visit: { iOS: 6.6, Android: 5.4 },
  conversation: { iOS: 3.85, Android: 3.15 },
}

const occasionNumber: Readonly<Record<Occasion, number>> = { visit: 1, conversation: 2 }
const osNumber: Readonly<Record<Os, number>> = { iOS: 1, Android: 2 }

/**
 * Occasions a second at an instant: a mean with the rhythm of the day and the week, and noise that is the same for the same seed and instant.
 * @param at milliseconds since 1970
 */
export function rate({ seed, scale }: Rhythm, occasion: Occasion, os: Os, at: number): number {
  const stream = [seed, occasionNumber[occasion], osNumber[os]] as const
  return scale * meanPerSecond[occasion][os] * daily(at) * weekly(at) * noise(stream, at)
}

/**
 * How many occasions begin in a second: the rate, rounded up or down. Rounding goes evenly round the golden ratio instead of being thrown
 * like dice: the few thousand people here stand for a crowd whose counts are steady, and buckets of 5 s must be as steady as theirs of 15 min.
 */
export function arrivals(rhythm: Rhythm, occasion: Occasion, os: Os, second: number): number {
  const phase = draw(rhythm.seed, occasionNumber[occasion], osNumber[os])
  const step = (second % 1_000_003) * ((Math.sqrt(5) - 1) / 2)
  return Math.floor(rate(rhythm, occasion, os, second * 1_000) + ((phase + step) % 1))
}

const hourMs = 3_600_000
const dayMs = 24 * hourMs

/** Quiet at night, one hump at lunch, a higher one in the evening (UTC); 1 on average over a day. */
function daily(at: number): number {
  const hour = (at % dayMs) / hourMs
  return 0.725 + hump(hour, 12.5, 2.8, 0.4) + hump(hour, 20, 2.6, 0.62)
}

function hump(hour: number, peak: number, width: number, height: number): number {
  const away = Math.abs(hour - peak)
  const distance = Math.min(away, 24 - away)
  return height * Math.exp(-(distance ** 2) / (2 * width ** 2))
}

/** From Thursday, on which 1970 began. */
const weekdays = [0.98, 1.0, 1.06, 1.07, 0.97, 0.96, 0.96]

function weekly(at: number): number {
  return weekdays[Math.floor(at / dayMs) % 7] ?? 1
}

/** Around 1, at most 9 % away: gusts of some seconds on waves of some minutes. */
function noise(stream: readonly number[], at: number): number {
  return 1 + 0.05 * wave(stream, 1, at, 15_000) + 0.04 * wave(stream, 2, at, 420_000)
}

/** A line from one random height in [-1, 1] to the next, one height per `period`. */
function wave(stream: readonly number[], layer: number, at: number, period: number): number {
  const knot = Math.floor(at / period)
  const along = at / period - knot
  const height = (index: number) => 2 * draw(...stream, layer, index) - 1
  return height(knot) * (1 - along) + height(knot + 1) * along
}
