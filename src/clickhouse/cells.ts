/**
 * Rows of `JSONCompactEachRowWithNamesAndTypes`, read by the types that come along. Sent with 64-bit integers and decimals quoted, so that
 * no digit is lost before it is looked at.
 */
export function rowsOf<Row>([names = [], types = [], ...lines]: readonly unknown[][]): Row[] {
  const reads = types.map((type) => readOf(String(type)))
  return lines.map(
    (line) =>
      Object.fromEntries(names.map((name, index) => [String(name), reads[index]?.(line[index])])) as Row,
  )
}

type Read = (value: unknown) => unknown

/** How a member of an array, by its place, or of an object, by its key, is read. */
type ReadAt = (key: number | string) => Read

const always =
  (read: Read): ReadAt =>
  () =>
    read

const asItIs: Read = (value) => value

/** How a value of a type is read. Of `Variant`, `Dynamic` and `JSON` only the value itself knows its type: it stays as it came. */
function readOf(type: string): Read {
  const [, name = '', inner] = /^(\w+)(?:\(([^]*)\))?$/.exec(type.trim()) ?? []
  const inside = inner === undefined ? [] : argumentsOf(inner)
  switch (name) {
    case 'Nullable':
    case 'LowCardinality':
    case 'SimpleAggregateFunction':
      return readOf(inside.at(-1) ?? '')
    case 'Array':
      return items(always(readOf(inner ?? '')))
    case 'Nested':
      return items(always(readOf(`Tuple(${inner})`)))
    case 'Tuple':
      return items(membersOf(inside))
    case 'Map':
      return items(always(readOf(inside[1] ?? '')))
    case 'FixedString':
      return text(withoutPadding)
    default:
      if (/^B?Float\d+$/.test(name)) return float
      if (geometries.has(name)) return ofAnyDepth
      return /^(?:U?Int\d+|Decimal\d*|Interval\w+)$/.test(name) ? text(exact) : asItIs
  }
}

/** https://clickhouse.com/docs/sql-reference/data-types/geo: coordinates are Float64. */
const geometries = new Set(['Point', 'Ring', 'LineString', 'MultiLineString', 'Polygon', 'MultiPolygon'])

const float = text((value) => denormals[value] ?? value)

const ofAnyDepth: Read = (value) => (Array.isArray(value) ? value.map(ofAnyDepth) : float(value))

/** Members by their names, which come in another order than the types where they are numbers, or by their places. */
function membersOf(members: readonly string[]): ReadAt {
  const named = members.map((member) => {
    const [, name = '', type = member] =
      /^(?:(`(?:[^`\\]|\\[^])*`|\w+)\s+)?([^\s`][^]*)$/.exec(member.trim()) ?? []
    return [name.replaceAll(/^`|`$/g, '').replaceAll(/\\(?=[\\`])/g, ''), readOf(type)] as const
  })
  const byName = new Map(named)
  return (key) => (typeof key === 'number' ? named[key]?.[1] : byName.get(key)) ?? asItIs
}

/** Arguments of a type, apart at the commas that stand in no parentheses and no quotes: `Enum8('a,b' = 1)` has one. */
function argumentsOf(list: string): string[] {
  const found = ['']
  let depth = 0
  for (const [token] of list.matchAll(/'(?:[^'\\]|\\[^])*'|`(?:[^`\\]|\\[^])*`|[^]/g)) {
    if (token === '(') depth += 1
    if (token === ')') depth -= 1
    if (token === ',' && depth === 0) found.push('')
    else found[found.length - 1] += token
  }
  return found
}

/** Of an array or an object, each member by its place or key. */
function items(readAt: ReadAt): Read {
  return (value) => {
    if (Array.isArray(value)) return value.map((item, index) => readAt(index)(item))
    if (typeof value !== 'object' || value === null) return value
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, readAt(key)(item)]))
  }
}

function text(read: (text: string) => unknown): Read {
  return (value) => (typeof value === 'string' ? read(value) : value)
}

const denormals: Readonly<Record<string, number>> = {
  nan: Number.NaN,
  '-nan': Number.NaN,
  inf: Number.POSITIVE_INFINITY,
  '-inf': Number.NEGATIVE_INFINITY,
}

/** A decimal of so many significant digits comes back from a number as it went in (`DBL_DIG` of IEEE 754 double precision). */
const exactDigits = 15

/** A number where it says the same as the text. */
function exact(written: string): string | number {
  const match = /^-?(\d+)(?:\.(\d+))?$/.exec(written)
  if (match === null) return written
  const number = Number(written)
  if (match[2] === undefined) return Number.isSafeInteger(number) ? number : written
  const significant = `${match[1]}${match[2]}`.replace(/^0+/, '').replace(/0+$/, '')
  return significant.length <= exactDigits ? number : written
}

/** `toFixedString('ios', 8)` is stored with five zero bytes behind it. */
function withoutPadding(written: string): string {
  return written.replace(/\0+$/, '')
}
