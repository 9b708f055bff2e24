import { createHash } from 'node:crypto'
import { canonicalJson } from '../domain/values/canonical-json.ts'

const revisionDigits = 12

/** First 12 hex digits of the SHA-256 of the content in canonical form: comments, spaces and the order of keys don't change it. */
export function revisionOf(content: unknown): string {
  return createHash('sha256').update(canonicalJson(content)).digest('hex').slice(0, revisionDigits)
}

/** Freezes plain data all the way down and returns it. */
export function deepFreeze<Data>(data: Data): Data {
  if (typeof data !== 'object' || data === null || Object.isFrozen(data)) return data
  Object.values(data).forEach(deepFreeze)
  return Object.freeze(data)
}
