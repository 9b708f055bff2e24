import { Temporal } from 'temporal-polyfill'
import { own } from '../domain/values/own.ts'
import { windowsZones } from './windows-zones.ts'

/** A time zone, of IANA's or of a calendar's own rules. */
export interface Zone {
  /** What UTC is ahead by here at an instant; both in milliseconds. */
  offsetAt(instant: number): number
}

export const minuteMs = 60_000
export const dayMs = 86_400_000

/**
 * The instant of a time on the wall, which is given as milliseconds as if it were UTC. As RFC 5545 means it: in a gap by the offset before it,
 * the first of two.
 */
export function instantOf(wall: number, zone: Zone): number {
  const before = zone.offsetAt(wall - dayMs)
  const after = zone.offsetAt(wall + dayMs)
  const earlier = wall - Math.max(before, after)
  const later = wall - Math.min(before, after)
  if (zone.offsetAt(earlier) === wall - earlier) return earlier
  if (zone.offsetAt(later) === wall - later) return later
  // Neither holds in a gap, or on a day of two changes.
  const between = wall - zone.offsetAt(wall - before)
  return zone.offsetAt(between) === wall - between ? between : wall - before
}

/** What the clock on the wall shows, as milliseconds as if it were UTC. */
export function wallOf(instant: number, zone: Zone): number {
  return instant + zone.offsetAt(instant)
}

export const utc: Zone = { offsetAt: () => 0 }

/** A zone that is always ahead of UTC by the same. */
export function fixedZone(offsetMs: number): Zone {
  return { offsetAt: () => offsetMs }
}

const known = new Map<string, Zone>()

/** A zone of IANA's; `null` when there is none of that name. Case does not matter. */
export function ianaZone(written: string): Zone | null {
  const name = canonicalName(written)
  if (name === null) return null
  const found = name === 'UTC' ? utc : known.get(name)
  if (found !== undefined) return found
  const offsets = new Map<number, number>()
  const exact = (instant: number) =>
    Temporal.Instant.fromEpochMilliseconds(instant).toZonedDateTimeISO(name).offsetNanoseconds / 1e6
  // Days on which the clocks do not change have one offset: most are asked for often.
  const atStart = (day: number) => {
    const offset = offsets.get(day) ?? exact(day * dayMs)
    offsets.set(day, offset)
    return offset
  }
  const zone = {
    offsetAt(instant: number) {
      const day = Math.floor(instant / dayMs)
      return atStart(day) === atStart(day + 1) ? atStart(day) : exact(instant)
    },
  }
  known.set(name, zone)
  return zone
}

/** IANA's name of a zone of Windows or of a vendor, such as `W. Europe Standard Time` or `/citadel.org/20210210_1/Europe/Berlin`. */
export function ianaNameOf(tzid: string): string | null {
  const name = tzid.trim()
  const windows = own(byWindows, name.toLowerCase())
  if (windows !== undefined) return windows
  if (/^(?:utc|gmt|z|zulu|etc\/utc|etc\/gmt)$/i.test(name)) return 'UTC'
  const parts = name.split('/').filter((part) => part !== '')
  // The whole, then less and less of what a vendor put before it; regions have a slash, so no lone city or abbreviation is taken for one.
  const suffixes = [3, 2].map((length) => parts.slice(-length).join('/'))
  return suffixes.find((suffix) => suffix.includes('/') && canonicalName(suffix) !== null) ?? null
}

const byWindows = Object.fromEntries(
  Object.entries(windowsZones).map(([name, zone]) => [name.toLowerCase(), zone]),
)

const canonical = new Map<string, string | null>()
/** Names come from files of others: what is remembered of them has an end. */
const mostNames = 2_000

/** As Intl calls it; `null` when it knows none of that name. */
function canonicalName(name: string): string | null {
  const remembered = canonical.get(name)
  if (remembered !== undefined) return remembered
  const found = askIntl(name)
  if (canonical.size < mostNames) canonical.set(name, found)
  return found
}

function askIntl(name: string): string | null {
  // An offset such as "+01:00" is a zone to Intl, but no name.
  if (name.length > 60 || !/^[A-Za-z]/.test(name)) return null
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone
  } catch (error) {
    if (error instanceof RangeError) return null
    throw error
  }
}
