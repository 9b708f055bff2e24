import { type Component, properties, property, textProperty } from './content-lines.ts'
import { dayOf, type FeedTime, instantOfTime, readTime, type TimeZones } from './wall-time.ts'
import { utc } from './zones.ts'

/** A VEVENT: an event, a series, or what replaces one or more occurrences of a series. */
export interface FeedEvent {
  readonly component: Component
  readonly zones: TimeZones
  /** Empty when it has none: then it is no other event's version. */
  readonly uid: string
  readonly isCancelled: boolean
  /** The start of the occurrence that it stands for. */
  readonly replaces: FeedTime | null
  /** It stands for those that follow too. */
  readonly andFuture: boolean
  /** SEQUENCE, LAST-MODIFIED and DTSTAMP; a higher one is newer. */
  readonly version: readonly [number, number, number]
}

/** @throws RangeError when it cannot be told which event it is of */
export function readEvent(component: Component, zones: TimeZones, method: string): FeedEvent {
  if (component.broken !== undefined) throw new RangeError(component.broken)
  const replaces = property(component, 'RECURRENCE-ID')
  const range = replaces?.parameters.get('RANGE')?.toUpperCase()
  if (range !== undefined && range !== 'THISANDFUTURE')
    throw new RangeError(
      `it changes ${range.slice(0, 30)} occurrences, which is not understood: change each of them`,
    )
  return {
    component,
    zones,
    uid: textProperty(component, 'UID'),
    isCancelled: method === 'CANCEL' || textProperty(component, 'STATUS').toUpperCase() === 'CANCELLED',
    replaces: replaces === undefined ? null : readTime(replaces.value, replaces.parameters, zones),
    andFuture: range !== undefined,
    version: [
      Number(textProperty(component, 'SEQUENCE')) || 0,
      stampOf(component, 'LAST-MODIFIED', zones),
      stampOf(component, 'DTSTAMP', zones),
    ],
  }
}

/** How an event is named to people: UID and summary. */
export function nameOf(component: Component): string {
  const summary = textProperty(component, 'SUMMARY').slice(0, 100)
  const parts = [textProperty(component, 'UID').slice(0, 200), summary === '' ? '' : `"${summary}"`]
  return parts.filter((part) => part !== '').join(' ') || 'without a UID'
}

/**
 * The newest version of each event and of each replaced occurrence. Of versions that nothing tells apart all are kept, as feeds that give one UID
 * to all of their events have them, unless one of them cancels.
 */
export function newestVersions(events: readonly FeedEvent[]): FeedEvent[] {
  const groups = Map.groupBy(events, (event) =>
    event.uid === '' ? event : JSON.stringify([event.uid, replacedKey(event)]),
  )
  return [...groups.values()].flatMap((versions) => {
    const newest = versions.reduce((best, event) => (compareVersions(event, best) > 0 ? event : best))
    const equal = versions.filter((event) => compareVersions(event, newest) === 0)
    return equal.find(({ isCancelled }) => isCancelled) ?? equal
  })
}

/** Negative when `a` is older than `b`. */
export function compareVersions(a: FeedEvent, b: FeedEvent): number {
  const at = a.version.findIndex((part, index) => part !== b.version[index])
  return at === -1 ? 0 : (a.version[at] ?? 0) - (b.version[at] ?? 0)
}

function replacedKey({ replaces, andFuture }: FeedEvent): string {
  if (replaces === null) return ''
  return `${replaces.isDate ? `day ${dayOf(replaces.wall)}` : instantOfTime(replaces)} ${andFuture}`
}

/** A stamp that cannot be read makes no version newer. */
function stampOf(component: Component, name: string, zones: TimeZones): number {
  const [stamp] = properties(component, name)
  if (stamp === undefined) return 0
  try {
    return instantOfTime(readTime(stamp.value, stamp.parameters, { ...zones, own: utc }))
  } catch (error) {
    if (error instanceof RangeError) return 0
    throw error
  }
}
