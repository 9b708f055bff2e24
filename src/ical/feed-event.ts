import { type Component, properties, property, textProperty } from './content-lines.ts'
import { type FeedTime, instantOfTime, readTime, type TimeZones } from './wall-time.ts'
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
