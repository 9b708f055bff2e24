import type { Labels } from '../domain/alert/alert.ts'
import { cutText } from '../domain/page/delivery.ts'
import { fnv1a64 } from '../domain/values/hash.ts'

/** Ids are keys of an index, whose entries are bounded. */
const longestId = 250
/** A name of its own for each: they stand in routes, silences and templates. */
const longestName = 1_024

/** A foreign value as text: numbers and truth values as JSON writes them, lists and maps as JSON; nothing for what says nothing. */
export function textOf(value: unknown): string | undefined {
  if (value === undefined || value === null) return undefined
  return typeof value === 'string' ? value : JSON.stringify(value)
}

/**
 * A foreign map as labels or annotations: any UTF-8 name, any length, any scalar. What is empty is left out, as a label without a value is none;
 * a name beyond what can be written down is told by its beginning.
 */
export function textsOf(map: Readonly<Record<string, unknown>>): Labels {
  return Object.fromEntries(
    Object.entries(map).flatMap(([name, value]) => {
      const text = textOf(value)
      return name === '' || text === undefined || text === '' ? [] : [[cutText(name, longestName), text]]
    }),
  )
}

/** An id that a sender gave; what is too long for a key is told apart by its hash. */
export function boundedId(id: string): string {
  return id.length <= longestId ? id : `${cutText(id, longestId - 17)}~${fnv1a64(id)}`
}

/** Before 2000 an instant is a mistake or Go's zero time, which says that there is none. */
export const earliestInstant = Date.UTC(2000, 0, 1)
/** What no calendar has any more; PostgreSQL keeps it, but nobody means it. */
const latest = Date.UTC(9999, 11, 31)

/** A foreign instant as ISO 8601 in UTC: RFC 3339 text; `undefined` where none is told, or none that can be. */
export function instantOf(written: unknown): string | undefined {
  if (typeof written !== 'string' || !/^\d{4}-\d{2}-\d{2}T/.test(written)) return undefined
  const ms = Date.parse(written)
  return ms >= earliestInstant && ms <= latest ? new Date(ms).toISOString() : undefined
}
