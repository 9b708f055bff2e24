/**
 * What a bucket was held against: the same local time so many days before, the threshold of its check, or the value at which an alert
 * of it may clear. People read `baselineWords`.
 *
 * Version 1. A stored baseline is never rewritten: what is held against something else is a new kind.
 */
export type BaselineKind =
  | { readonly kind: 'before'; readonly daysAgo: number }
  | { readonly kind: 'threshold' }
  | { readonly kind: 'clear' }

/** A value that the bucket was held against. `diff` is 1 − min/max, from 0 (same) to 1; against a threshold it is 0 on the good side. */
export type Baseline = BaselineKind & { readonly value: number | null; readonly diff: number | null }

/** Whether two baselines are held against the same thing, whatever its value. */
export function isSameBaseline(a: BaselineKind, b: BaselineKind): boolean {
  if (a.kind === 'before' && b.kind === 'before') return a.daysAgo === b.daysAgo
  return a.kind === b.kind
}

/** The value of a baseline among others; `null` where it is not among them or was not known. */
export function baselineValue(baselines: readonly Baseline[], wanted: BaselineKind): number | null {
  return baselines.find((one) => isSameBaseline(one, wanted))?.value ?? null
}

/** All names that baselines had before they had a kind. Records that were written then are never rewritten. */
const formerNames: ReadonlyMap<string, BaselineKind> = new Map([
  ['a day ago', { kind: 'before', daysAgo: 1 }],
  ['a week ago', { kind: 'before', daysAgo: 7 }],
  ['the threshold', { kind: 'threshold' }],
  ['where it clears', { kind: 'clear' }],
])

/** Baselines as they were stored. One of a kind that only a newer version knows is left out: there are no words for it here. */
export function readBaselines(stored: unknown): readonly Baseline[] {
  return Array.isArray(stored) ? stored.flatMap(readBaseline) : []
}

type StoredBaseline =
  | Baseline
  | { readonly name: string; readonly value: number | null; readonly diff: number | null }

function readBaseline(stored: StoredBaseline): Baseline[] {
  if ('kind' in stored) return ['before', 'threshold', 'clear'].includes(stored.kind) ? [stored] : []
  const { name, value, diff } = stored
  const former = formerNames.get(name)
  return former === undefined ? [] : [{ ...former, value, diff }]
}
