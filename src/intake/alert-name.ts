import { cutText, oneLine } from '../domain/page/delivery.ts'

const longestName = 80
/** Of what a name is made from. */
const mostRead = 500
const left = '…'

/** A number that is no part of a name: `93%` and `web-12` hold one, `p99`, `EC2` and `5xx` do not. */
const figure = /(?<![\p{L}\p{N}])\p{N}+(?!\p{N}|xx)/u

/** With a digit, a host or a path: `datapipe03.example.org`. */
const joined = /[\p{L}\p{N}][.\-_/:@][\p{L}\p{N}]/u
const digit = /\p{N}/u

/**
 * A name for an alert that has only a sentence: what stays the same when it is told of another host, or with another figure, since alerts of one name and
 * service meet in one incident. `CPU at 93% on web-12.example.org` → `CPU at … on`.
 * @param sentence one that is not blank; its first line counts
 * @param places names that the alert has for where it is, which are left out too
 */
export function alertNameOf(sentence: string, places: readonly string[] = []): string {
  const [line = ''] = sentence.split(/[\r\n]+/).filter((one) => oneLine(one) !== '')
  const words = cutText(oneLine(line), mostRead).split(' ')
  const variable = new Set(places.map(bare).filter((place) => place !== ''))
  const named = words.map((word) => (isVariable(word) || variable.has(bare(word)) ? left : word))
  const kept = named.filter((word, index) => word !== left || named[index - 1] !== left)
  const from = kept[0] === left ? 1 : 0
  const to = kept.at(-1) === left ? -1 : undefined
  return shortened(kept.slice(from, to)) || shortened(words)
}

function isVariable(word: string): boolean {
  return figure.test(word) || (digit.test(word) && joined.test(word))
}

/** Whole words, as many as have room. */
function shortened(words: readonly string[]): string {
  const whole = words.join(' ')
  if (whole.length <= longestName) return whole
  const cut = whole.slice(0, longestName).replace(/\s+\S*$/u, '')
  return cut.includes(' ') ? cut : cutText(whole, longestName)
}

/** A word without what surrounds it, whatever its case. */
function bare(word: string): string {
  return word
    .slice(0, mostRead)
    .replaceAll(/^[^\p{L}\p{N}]+|[^\p{L}\p{N}]+$/gu, '')
    .toLowerCase()
}
