/** `; did you mean "likes"?` when a candidate is close enough to be a slip of the keyboard, else nothing. */
export function didYouMean(word: string, candidates: Iterable<string>): string {
  const close = closest(word, candidates)
  return close === undefined ? '' : `; did you mean "${close}"?`
}

const mostNamed = 12

/** `there is no schedule "shp"; did you mean "shop"?`, or else those that there are, 12 at most. */
export function unknownName(kind: string, name: string, known: readonly string[]): string {
  const meant = didYouMean(name, known)
  if (meant !== '') return `there is no ${kind} "${name}"${meant}`
  if (known.length === 0) return `there is no ${kind} "${name}"; none is configured`
  const more = known.length > mostNamed ? ` and ${known.length - mostNamed} more` : ''
  return `there is no ${kind} "${name}"; there is ${known.slice(0, mostNamed).join(', ')}${more}`
}

/** The nearest candidate, at most one edit in three letters away. */
export function closest(word: string, candidates: Iterable<string>): string | undefined {
  let best: string | undefined
  let least = Math.max(1, Math.floor(word.length / 3)) + 1
  for (const candidate of candidates) {
    const edits = editsBetween(word.toLowerCase(), candidate.toLowerCase())
    if (edits < least) [best, least] = [candidate, edits]
  }
  return best
}

/** Insertions, deletions, substitutions and swaps of neighbours (optimal string alignment). */
function editsBetween(a: string, b: string): number {
  let before: number[] = []
  let above = Array.from({ length: b.length + 1 }, (_, column) => column)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1
      let edits = Math.min((above[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (above[j - 1] ?? 0) + same)
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]
      if (swapped) edits = Math.min(edits, (before[j - 2] ?? 0) + 1)
      row.push(edits)
    }
    before = above
    above = row
  }
  return above[b.length] ?? 0
}
