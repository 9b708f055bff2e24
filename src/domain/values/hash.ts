/** The offset basis 0xcbf29ce484222325 in two halves. */
const basisHigh = 0xcbf29ce4
const basisLow = 0x84222325
/** The prime is 2^40 + this. */
const prime = 0x1b3
const twoTo32 = 2 ** 32
const encoder = new TextEncoder()

/** A byte that UTF-8 does not have. */
const separator = 0xff

/**
 * FNV-1a, 64 bits, over the UTF-8 of these texts with a byte 0xFF behind each, as 16 hex digits: Prometheus's signature of label names and values in
 * turn. Source: prometheus/common, model/signature.go.
 */
export function fnv1a64OfTexts(texts: readonly string[]): string {
  let high = basisHigh
  let low = basisLow
  const add = (byte: number) => {
    low = (low ^ byte) >>> 0
    const product = low * prime
    high = (Math.imul(high, prime) + Math.floor(product / twoTo32) + (low << 8)) >>> 0
    low = product >>> 0
  }
  for (const text of texts) {
    // Nearly all of it is ASCII, for which UTF-8 is the code unit itself.
    // oxlint-disable-next-line no-control-regex
    if (/^[\u0000-\u007F]*$/.test(text)) for (let i = 0; i < text.length; i++) add(text.charCodeAt(i))
    else for (const byte of encoder.encode(text)) add(byte)
    add(separator)
  }
  return hex(high) + hex(low)
}

/**
 * FNV-1a, 64 bits, over the text's UTF-16 code units (low byte, then high byte), as 16 hex digits. For identity, not for secrets. Source: the
 * FNV draft of Fowler, Noll, Vo and Eastlake. In two halves of 32 bits: every alert has one, and big integers took twenty times as long.
 */
export function fnv1a64(text: string): string {
  let high = basisHigh
  let low = basisLow
  for (let i = 0; i < 2 * text.length; i++) {
    const unit = text.charCodeAt(i >> 1)
    low = (low ^ (i % 2 === 0 ? unit & 0xff : unit >> 8)) >>> 0
    const product = low * prime
    // Low half times 2^40 is 2^8 times itself in the high half; all products stay far below 2^53.
    high = (Math.imul(high, prime) + Math.floor(product / twoTo32) + (low << 8)) >>> 0
    low = product >>> 0
  }
  return hex(high) + hex(low)
}

function hex(half: number): string {
  return half.toString(16).padStart(8, '0')
}
