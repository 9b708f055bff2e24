const offsetBasis = 0xcbf29ce484222325n
const prime = 0x100000001b3n
const mask = 0xffffffffffffffffn

/**
 * FNV-1a, 64 bits, over the text's UTF-16 code units (low byte, then high byte), as 16 hex digits. For identity, not for secrets. Source: the
 * FNV draft of Fowler, Noll, Vo and Eastlake.
 */
export function fnv1a64(text: string): string {
  let hash = offsetBasis
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i)
    hash = ((hash ^ BigInt(unit & 0xff)) * prime) & mask
    hash = ((hash ^ BigInt(unit >> 8)) * prime) & mask
  }
  return hash.toString(16).padStart(16, '0')
}
