import { matchersOfWords } from '../alert/silence-request.ts'
import { parseDuration } from '../values/duration.ts'
import type { SilenceOrder } from './channel-answers.ts'

/**
 * `likes os=ios 2h a new app`, `preview likes 2h`, `expire 5f0c1d2e`, `list`: what stands before the first duration is matchers, and what stands
 * behind it a reason. Phones turn quotation marks into those of print.
 * @param id of the message, stable over repeats of it
 * @returns `undefined` for what is not understood
 */
export function readSilenceOrder(written: string, id: string): SilenceOrder | undefined {
  const text = written.replaceAll(/[“”„]/g, '"')
  if (text === '' || text === 'list') return { kind: 'list' }
  const [, silence] = /^expire\s+(\S+)$/.exec(text) ?? []
  if (silence !== undefined) return { kind: 'expire', silence }
  const [, preview, rest = ''] = /^(preview\s+)?([^]*)$/.exec(text) ?? []
  const words = wordsOf(rest)
  const lasting = words.findIndex(({ word }) => (parseDuration(word) ?? 0) > 0)
  const duration = words[lasting]
  if (duration === undefined || lasting === 0) return undefined
  return {
    kind: preview === undefined ? 'add' : 'preview',
    matchers: matchersOfWords(matchersIn(words.slice(0, lasting).map(({ word }) => word))),
    for: duration.word,
    reason: rest.slice(duration.end).trim(),
    id,
  }
}

interface Word {
  readonly word: string
  /** Behind it. */
  readonly end: number
}

/** Parted by blanks and commas outside of quotation marks. */
function wordsOf(text: string): readonly Word[] {
  const words = text.matchAll(/(?:[^\s,"]|"(?:[^"\\]|\\[^])*(?:"|$))+/g)
  return Array.from(words, (found) => ({ word: found[0], end: found.index + found[0].length }))
}

/** Without the braces round a list, and with blanks round operators closed up. */
function matchersIn(words: readonly string[]): readonly string[] {
  const isBraced = words[0]?.startsWith('{') === true && words.at(-1)?.endsWith('}') === true
  const bare = isBraced ? words.map((word, at) => bared(word, at === 0, at === words.length - 1)) : words
  const matchers: string[] = []
  for (const word of bare.filter((one) => one !== '')) {
    const last = matchers.at(-1)
    if (last !== undefined && (/^[=!]/.test(word) || /[=~]$/.test(last)))
      matchers[matchers.length - 1] = last + word
    else matchers.push(word)
  }
  return matchers
}

function bared(word: string, isFirst: boolean, isLast: boolean): string {
  return word.slice(isFirst ? 1 : 0, isLast ? -1 : undefined)
}
