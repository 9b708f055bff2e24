/** More than anybody writes, and far from what a program's stack holds: nearly everything that is done with a body goes down into it. */
export const mostNested = 200

/** Whether a parsed body has more than `most` lists and objects inside each other. Looks no deeper than that. */
export function isNestedDeeper(value: unknown, most: number = mostNested): boolean {
  // Bytes are kept as they were signed and have no members.
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return false
  if (most === 0) return true
  if (Array.isArray(value)) return value.some((member) => isNestedDeeper(member, most - 1))
  for (const name in value) {
    if (isNestedDeeper((value as Readonly<Record<string, unknown>>)[name], most - 1)) return true
  }
  return false
}

/** What a text says, or why it cannot be used. */
export type ParsedJson = { readonly value: unknown } | { readonly problem: string }

/**
 * Parses the body of somebody whom we trust no further than that. Names that would reach a prototype are left out with all that they hold, as the
 * server leaves them out of the bodies that it parses: https://fastify.dev/docs/latest/Reference/Server/#onprotopoisoning
 */
export function parseJsonBody(text: string): ParsedJson {
  let value: unknown
  try {
    value = JSON.parse(text.startsWith('\uFEFF') ? text.slice(1) : text)
  } catch {
    return { problem: text.trim() === '' ? 'the body is empty' : 'the body is not JSON' }
  }
  if (isNestedDeeper(value)) return { problem: nestedTooDeep }
  return { value: withoutPoison(value) }
}

export const nestedTooDeep = `the body is nested more than ${mostNested} levels deep`

function withoutPoison(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutPoison)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name, member]) => !isPoison(name, member))
      .map(([name, member]) => [name, withoutPoison(member)]),
  )
}

function isPoison(name: string, member: unknown): boolean {
  if (name === '__proto__') return true
  return (
    name === 'constructor' &&
    typeof member === 'object' &&
    member !== null &&
    Object.hasOwn(member, 'prototype')
  )
}
