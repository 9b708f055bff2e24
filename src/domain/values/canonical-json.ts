import { storableText } from './text.ts'

export type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json }

/**
 * A value as it can be kept for ever: plain JSON that PostgreSQL's `jsonb` takes too, which refuses U+0000 and half surrogate pairs.
 * Numbers and dates without a JSON form become `null`, big integers become text, `undefined` members are left out.
 */
export function toJson(value: unknown): Json {
  if (value === null || value === undefined) return null
  if (typeof value === 'string') return storableText(value)
  if (typeof value === 'boolean') return value
  // Adding 0 turns -0, which JSON text does not keep, into 0.
  if (typeof value === 'number') return Number.isFinite(value) ? value + 0 : null
  if (typeof value === 'bigint') return value.toString()
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString()
  if (Array.isArray(value)) return value.map(toJson)
  if (typeof value !== 'object') return null
  const members = Object.entries(value).filter(([, member]) => member !== undefined)
  return Object.fromEntries(members.map(([name, member]) => [storableText(name), toJson(member)]))
}

/** JSON text that is the same for equal values: members sorted by name, no white space. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(sorted(toJson(value)))
}

function sorted(value: Json): Json {
  if (isList(value)) return value.map(sorted)
  if (value === null || typeof value !== 'object') return value
  const members = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1))
  return Object.fromEntries(members.map(([name, member]) => [name, sorted(member)]))
}

function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value)
}
