import { type Component, textProperty } from './content-lines.ts'
import { zoneByRules } from './vtimezone.ts'
import { offsetOf, type TimeZones } from './wall-time.ts'
import { fixedZone, ianaNameOf, ianaZone, type Zone } from './zones.ts'

/** How the reader wants the times of a feed to be read. */
export interface FeedZones {
  /** Of whole days and of times without a zone. */
  readonly timeZone: string
  /** The IANA zone of a TZID, where the feed's own name of it is not to be believed or not known. */
  readonly timeZoneOf?: (tzid: string) => string | null
}

/**
 * What the zones of a calendar mean: by the reader's word, as IANA's, Windows' or a vendor's name, or by the rules that the file gives them.
 * @throws RangeError when the reader's own zone is none
 */
export function feedZones(
  calendar: Component,
  reader: FeedZones,
  span: { readonly from: number; readonly to: number },
): TimeZones {
  const defined = new Map(
    calendar.components
      .filter(({ name }) => name === 'VTIMEZONE')
      .map((component) => [textProperty(component, 'TZID').toLowerCase(), component]),
  )
  const found = new Map<string, Zone | null>()
  const find = (tzid: string): Zone | null => {
    const named = reader.timeZoneOf?.(tzid) ?? ianaNameOf(tzid)
    if (named !== null) return ianaZone(named)
    const component = defined.get(tzid.trim().toLowerCase())
    if (component === undefined) return ianaZone(tzid) ?? offsetZone(tzid)
    const located = ianaNameOf(textProperty(component, 'X-LIC-LOCATION'))
    return located === null ? zoneByRules(component, span) : ianaZone(located)
  }
  const known = (tzid: string): Zone | null => {
    const zone = found.has(tzid) ? (found.get(tzid) ?? null) : find(tzid)
    found.set(tzid, zone)
    return zone
  }
  const own = ianaZone(reader.timeZone)
  if (own === null) throw new RangeError(`"${reader.timeZone}" is not a time zone`)
  const stated = textProperty(calendar, 'X-WR-TIMEZONE')
  return {
    own,
    named(tzid) {
      const zone = known(tzid)
      if (zone !== null) return zone
      throw new RangeError(`its time zone "${tzid.slice(0, 80)}" is not known: say which IANA zone it is`)
    },
    likely: [own, ...[stated, ...defined.keys()].flatMap((tzid) => likelyZone(tzid, known))],
  }
}

/** A zone that cannot be made out is no hint; whoever uses its name is told so. */
function likelyZone(tzid: string, known: (tzid: string) => Zone | null): Zone[] {
  try {
    const zone = tzid === '' ? null : known(tzid)
    return zone === null ? [] : [zone]
  } catch (error) {
    if (error instanceof RangeError) return []
    throw error
  }
}

/** `UTC+1`, `GMT-0330`, `+01:00` */
function offsetZone(tzid: string): Zone | null {
  const [, sign, hours = '', minutes = '00'] =
    /^(?:UTC|GMT)?([+-])(\d{1,2})(?::?(\d{2}))?$/i.exec(tzid.trim()) ?? []
  return sign === undefined ? null : fixedZone(offsetOf(`${sign}${hours.padStart(2, '0')}${minutes}`))
}
