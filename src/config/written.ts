/**
 * Reads a document as it was written, whatever is wrong with it. What ties entries together is checked on this, and not on what the
 * schemas made of it, so that a mistake in one place never hides one in another.
 */
export type Path = readonly (string | number)[]

export type WrittenMap = Readonly<Record<string, unknown>>

export function isMap(value: unknown): value is WrittenMap {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The pairs of a map; none when it is something else. */
export function entriesOf(value: unknown): [string, unknown][] {
  return isMap(value) ? Object.entries(value) : []
}

/** The entries of a list; none when it is something else. */
export function itemsOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}

export function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}

/** What stands under a key; `undefined` when there is no such key or nothing that has keys. */
export function under(value: unknown, key: string): unknown {
  return isMap(value) && Object.hasOwn(value, key) ? value[key] : undefined
}

/** Everything a pattern such as `checks.*.metrics.*` reaches; `*` is each entry of a map or list. */
export function reach(value: unknown, pattern: string): { path: Path; value: unknown }[] {
  return pattern.split('.').reduce<{ path: Path; value: unknown }[]>(
    (found, step) =>
      found.flatMap(({ path, value }) =>
        children(value)
          .filter(([key]) => step === '*' || step === String(key))
          .map(([key, child]) => ({ path: [...path, key], value: child })),
      ),
    [{ path: [], value }],
  )
}

/** How deep routes may be nested: deeper than any tree that people still understand. */
export const deepestRoutes = 5

/** Patterns for a field of every route, however deep. */
export function ofRoutes(field: string): readonly string[] {
  return Array.from({ length: deepestRoutes }, (_, depth) => `${'routes.*.'.repeat(depth + 1)}${field}`)
}

function children(value: unknown): [string | number, unknown][] {
  return Array.isArray(value) ? value.map((item, index) => [index, item]) : entriesOf(value)
}
