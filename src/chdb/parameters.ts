import { accessDenied } from './errors.ts'

const escapes: Readonly<Record<string, string>> = {
  a: '\x07',
  b: '\b',
  e: '\x1b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '0': '\0',
}

/** Undoes the escapes of TSV and of quoted literals; a backslash before any other character stays when that is a letter or digit. */
export function unescape(text: string): string {
  return unescapeWith(text, "'")
}

function unescapeWith(text: string, apostrophe: string): string {
  return text.replaceAll(/\\(?:x([0-9A-Fa-f]{2})|([\s\S]))/g, (whole, hex: string | undefined, char = '') => {
    if (hex !== undefined) return String.fromCharCode(Number.parseInt(hex, 16))
    if (char === "'") return apostrophe
    return escapes[char] ?? (/\w/.test(char) ? whole : char)
  })
}

const composite = /^\s*(?:Array|Tuple|Map|Nested|Point|Ring|Polygon|MultiPolygon|LineString)\b/

/**
 * Values as the engine's binding takes them. In HTTP they arrive escaped as in TSV; the binding escapes them once more, so they are
 * unescaped here. In an array, map or tuple the strings are quoted inside the value: there an apostrophe must stay marked, and is doubled
 * instead, which both sides leave alone.
 * @param types the type that the statement declares for each name
 */
export function bindable(
  values: ReadonlyMap<string, string>,
  types: ReadonlyMap<string, string>,
): Record<string, string | null> {
  const bound: Record<string, string | null> = {}
  for (const [name, value] of values) {
    const type = types.get(name) ?? 'String'
    if (type === 'Identifier' && unescape(value) === 'file')
      throw accessDenied(`parameter ${name} is refused: the identifier "file" could name the function file()`)
    if (value === String.raw`\N`) bound[name] = null
    else bound[name] = unescapeWith(value, composite.test(type) ? "''" : "'")
  }
  return bound
}
