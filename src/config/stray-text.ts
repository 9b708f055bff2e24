import type { Finding } from './problems.ts'
import type { Path } from './written.ts'

/** What no file of a configuration may hold anywhere, comments included: it shows that the file is not what it seems. */
const strays: readonly (readonly [pattern: RegExp, message: string])[] = [
  [/\ufffd/, 'is not UTF-8 text from here on: save the file as UTF-8'],
  [/\0/, 'has the character U+0000 here, which no store takes: remove it'],
]

/** The first such place in a text that was read as UTF-8, where bytes that are none became U+FFFD; `undefined` when there is none. */
export function strayIn(text: string): { readonly offset: number; readonly message: string } | undefined {
  for (const [pattern, message] of strays) {
    const offset = text.search(pattern)
    if (offset !== -1) return { offset, message }
  }
  return undefined
}

/**
 * Keys and texts that neither PostgreSQL nor UTF-8 can hold. A file of sound UTF-8 comes to them by escapes: `"\0"`, or `"\ud83d"` without
 * its other half.
 */
export function unstorableTexts(value: unknown): Finding[] {
  return [...findingsUnder(value, [], new Set())]
}

/** @param seen maps and lists that were visited: an anchor is one place, however often it is used */
function* findingsUnder(value: unknown, path: Path, seen: Set<object>): Generator<Finding> {
  if (typeof value === 'string') {
    const message = unstorable(value)
    if (message !== undefined) yield { path, message }
  }
  if (typeof value !== 'object' || value === null || seen.has(value)) return
  seen.add(value)
  for (const [key, inner] of Object.entries(value)) {
    const message = unstorable(key)
    if (message !== undefined) yield { path: [...path, key], message, at: 'key' }
    yield* findingsUnder(inner, [...path, Array.isArray(value) ? Number(key) : key], seen)
  }
}

function unstorable(text: string): string | undefined {
  if (text.includes('\0')) return 'has the character U+0000 in it, which no store takes: remove it'
  return text.isWellFormed()
    ? undefined
    : 'has half of a surrogate pair in it: write the whole character, such as "\\U0001F525"'
}
