/** What is left of an allowance. */
export interface TokenBucket {
  /** Below zero after more was taken at once than it holds. */
  readonly tokens: number
  /** Milliseconds of any clock that does not go back. */
  readonly at: number
}

export interface Allowance {
  /** What may be taken at once after a rest, and within `perMs` in the long run. */
  readonly most: number
  readonly perMs: number
}

/**
 * Takes tokens, all or none. What wants more than a bucket ever holds is given it from a full one, which then owes: it would wait for ever otherwise.
 * @param bucket `undefined`: full
 * @returns what is left, and how long until as much can be taken; 0: it was
 */
export function takeTokens(
  bucket: TokenBucket | undefined,
  wanted: number,
  { most, perMs }: Allowance,
  now: number,
): { readonly bucket: TokenBucket; readonly waitMs: number } {
  const left = bucket === undefined ? most : bucket.tokens + ((now - bucket.at) * most) / perMs
  const tokens = Math.min(most, left)
  const missing = Math.min(wanted, most) - tokens
  if (missing > 0) return { bucket: { tokens, at: now }, waitMs: (missing * perMs) / most }
  return { bucket: { tokens: tokens - wanted, at: now }, waitMs: 0 }
}
