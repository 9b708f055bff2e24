/**
 * Chance that can be asked again: the same key always gives the same draw, in any process and in any order. So what the users do in a
 * given second is one fact, whether they live it or a backfill writes it down.
 * @returns a number in [0, 1)
 */
export function draw(...key: readonly number[]): number {
  let hash = 0x9e3779b9
  for (const part of key) hash = mix(Math.imul(hash ^ mix(part | 0), 0x85ebca6b) + Math.floor(part / 2 ** 32))
  return mix(hash) / 2 ** 32
}

/** The finaliser of MurmurHash3. */
function mix(value: number): number {
  let hash = value >>> 0
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) >>> 0
}

/** One of `choices`, each as likely as its weight says; `drawn` is in [0, 1). */
export function pick<T>(choices: readonly (readonly [T, number])[], drawn: number): T {
  const total = choices.reduce((sum, [, weight]) => sum + weight, 0)
  let rest = drawn * total
  for (const [choice, weight] of choices) {
    rest -= weight
    if (rest < 0) return choice
  }
  const last = choices.at(-1)
  if (!last) throw new Error('pick: there is nothing to choose from')
  return last[0]
}

/** A whole number from `low` to `high`, both included. */
export function between(low: number, high: number, drawn: number): number {
  return low + Math.floor(drawn * (high - low + 1))
}
