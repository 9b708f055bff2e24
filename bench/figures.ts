/** What a measurement must reach, in the unit of its figure. */
export type Target = { readonly atMost: number } | { readonly atLeast: number }

/** One measured number. */
export interface Figure {
  readonly name: string
  /** `null` where this machine does not let it be measured. */
  readonly value: number | null
  /** Written behind the value; empty for plain counts. */
  readonly unit: string
  readonly target?: Target
}

/** What one benchmark found, in the order in which it is read. */
export interface Report {
  readonly name: string
  /** What was measured, and under which conditions. */
  readonly title: string
  readonly figures: readonly Figure[]
}

/** A benchmark: `tell` takes a line of progress at a time. */
export type Bench = (tell: (line: string) => void) => Promise<Report>

export function figure(name: string, value: number | null, unit = '', target?: Target): Figure {
  return { name, value, unit, ...(target === undefined ? {} : { target }) }
}

/** `undefined` when there is no target or nothing was measured. */
export function isMet({ value, target }: Figure): boolean | undefined {
  if (value === null || target === undefined) return undefined
  return 'atMost' in target ? value <= target.atMost : value >= target.atLeast
}

/** The smallest sample that at least `percent` % of them do not exceed (nearest rank). */
export function percentile(samples: readonly number[], percent: number): number {
  const sorted = samples.toSorted((a, b) => a - b)
  const found = sorted[Math.max(0, Math.ceil((percent / 100) * sorted.length) - 1)]
  if (found === undefined) throw new RangeError('no samples')
  return found
}

export function median(samples: readonly number[]): number {
  return percentile(samples, 50)
}
