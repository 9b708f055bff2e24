import type { Span } from './schedule.ts'

export function overlaps(a: Span, b: Span): boolean {
  return a.from < b.to && b.from < a.to
}

export function contains({ from, to }: Span, instant: number): boolean {
  return from <= instant && instant < to
}

/** Sorted, without empty ones, touching ones as one. */
export function mergeSpans(spans: readonly Span[]): Span[] {
  return merge(spans, (span, last) => span.from <= last.to)
}

/** Sorted, without empty ones, overlapping ones as one; those that only touch stay apart. */
export function mergeOverlapping(spans: readonly Span[]): Span[] {
  return merge(spans, (span, last) => span.from < last.to)
}

function merge(spans: readonly Span[], belongs: (span: Span, last: Span) => boolean): Span[] {
  const merged: Span[] = []
  const sorted = spans.filter(({ from, to }) => from < to).toSorted((a, b) => a.from - b.from)
  for (const { from, to } of sorted) {
    const last = merged.at(-1)
    if (last !== undefined && belongs({ from, to }, last))
      merged[merged.length - 1] = { from: last.from, to: Math.max(last.to, to) }
    else merged.push({ from, to })
  }
  return merged
}

/** The parts of the pieces that lie in the spans; the pieces sorted by `from`, the spans sorted and without overlaps. */
export function cutTo<T extends Span>(pieces: readonly T[], spans: readonly Span[]): T[] {
  const cut: T[] = []
  let first = 0
  for (const piece of pieces) {
    while (first < spans.length && (spans[first]?.to ?? 0) <= piece.from) first += 1
    for (let at = first; at < spans.length; at += 1) {
      const span = spans[at]
      if (span === undefined || span.from >= piece.to) break
      const from = Math.max(piece.from, span.from)
      const to = Math.min(piece.to, span.to)
      if (from < to) cut.push({ ...piece, from, to })
    }
  }
  return cut
}

/** What of the spans is in none of the holes; both sorted and without overlaps. */
export function withoutSpans(spans: readonly Span[], holes: readonly Span[]): Span[] {
  const edges = [-Infinity, ...holes.flatMap(({ from, to }) => [from, to]), Infinity]
  const between = edges.flatMap((from, at) => {
    const to = edges[at + 1]
    return at % 2 === 0 && to !== undefined ? [{ from, to }] : []
  })
  return cutTo(spans, between)
}
