/**
 * Text that every store takes: U+0000, which PostgreSQL's `text` and `jsonb` refuse, and halves of surrogate pairs, which UTF-8 has no form for,
 * become U+FFFD.
 */
export function storableText(text: string): string {
  return text.toWellFormed().replaceAll('\u0000', '\uFFFD')
}

/** A parsed body in which every text, names of members included, is {@link storableText}. What has nothing to replace is returned as it is. */
export function storable(value: unknown): unknown {
  if (typeof value === 'string') return storableText(value)
  if (Array.isArray(value)) return isStorable(value) ? value : value.map(storable)
  if (!isPlain(value) || isStorable(value)) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [storableText(name), storable(member)]),
  )
}

/** Asked first, since hardly any body has to be copied. */
function isStorable(value: unknown): boolean {
  if (typeof value === 'string') return value.isWellFormed() && !value.includes('\u0000')
  if (Array.isArray(value)) return value.every(isStorable)
  if (!isPlain(value)) return true
  for (const name in value) {
    if (!isStorable(name) || !isStorable(value[name])) return false
  }
  return true
}

/** Not bytes, dates or the like: those are no text. */
function isPlain(value: unknown): value is Record<string, unknown> {
  if (value === null || typeof value !== 'object') return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === null || prototype === Object.prototype
}

/** With a capital at its beginning, where its script has capitals. */
export function capitalised(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1)
}

/** Order of texts by their code points, which is that of their UTF-8: what Go sorts by. */
export function byCodePoints(a: string, b: string): number {
  const shorter = Math.min(a.length, b.length)
  for (let i = 0; i < shorter; i++) {
    const [left, right] = [a.charCodeAt(i), b.charCodeAt(i)]
    if (left === right) continue
    // Halves of a pair stand for what comes after all that is no pair.
    return isHalf(left) === isHalf(right) ? left - right : Number(isHalf(left)) - Number(isHalf(right))
  }
  return a.length - b.length
}

function isHalf(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdfff
}
