import type { FeedEvent } from './feed-event.ts'
import { replacedStart, startOf } from './feed-occurrences.ts'
import { dayOf, type FeedTime, instantOfTime } from './wall-time.ts'

/**
 * The newest version of each event and of each replaced occurrence. Of versions that nothing tells apart all are kept, as feeds that give one UID
 * to all of their events have them, unless one of them cancels.
 */
export function newestVersions(events: readonly FeedEvent[]): FeedEvent[] {
  const byUid = Map.groupBy(events, (event) => (event.uid === '' ? event : event.uid))
  return [...byUid.values()].flatMap((group) => {
    const start = firstStart(group)
    return [...Map.groupBy(group, (event) => replacedKey(event, start)).values()].flatMap(newestOf)
  })
}

function newestOf(versions: readonly FeedEvent[]): FeedEvent | readonly FeedEvent[] {
  const newest = versions.reduce((best, event) => (compareVersions(event, best) > 0 ? event : best))
  const equal = versions.filter((event) => compareVersions(event, newest) === 0)
  return equal.find(({ isCancelled }) => isCancelled) ?? equal
}

/** Negative when `a` is older than `b`. */
export function compareVersions(a: FeedEvent, b: FeedEvent): number {
  const at = a.version.findIndex((part, index) => part !== b.version[index])
  return at === -1 ? 0 : (a.version[at] ?? 0) - (b.version[at] ?? 0)
}

/** Of the series that the others replace occurrences of. One that cannot be read is told where it is expanded. */
function firstStart(group: readonly FeedEvent[]): FeedTime | undefined {
  for (const event of group) {
    if (event.replaces !== null) continue
    try {
      return startOf(event)
    } catch (error) {
      if (!(error instanceof RangeError)) throw error
    }
  }
  return undefined
}

/** Two programs write the same occurrence as a date, as a midnight of a zone or in UTC: it is the one of the series that they mean. */
function replacedKey({ replaces, andFuture, zones }: FeedEvent, start: FeedTime | undefined): string {
  if (replaces === null) return ''
  if (start !== undefined) return `${instantOfTime(replacedStart(replaces, start, zones))} ${andFuture}`
  return `${replaces.isDate ? `day ${dayOf(replaces.wall)}` : instantOfTime(replaces)} ${andFuture}`
}
