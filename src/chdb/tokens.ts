import type { Token } from './lexer.ts'
import { unescape } from './parameters.ts'

/** Whether a token is one of these bare words, given in capitals. A quoted identifier is never a keyword. */
export function isWord(token: Token | undefined, ...words: readonly string[]): boolean {
  return token?.kind === 'word' && words.includes(token.text.toUpperCase())
}

export function isSymbol(token: Token | undefined, text: string): boolean {
  return token?.kind === 'symbol' && token.text === text
}

/** The name that an identifier stands for, with or without quotes. */
export function nameOf(token: Token | undefined): string | undefined {
  if (token?.kind === 'word') return token.text
  return token?.kind === 'quoted' ? unescape(token.text.slice(1, -1)) : undefined
}

/** Tokens outside every bracket. */
export function outermost(tokens: readonly Token[]): Token[] {
  let depth = 0
  return tokens.filter((token) => {
    if (token.kind !== 'symbol') return depth === 0
    if ('([{'.includes(token.text)) depth++
    if (')]}'.includes(token.text)) depth--
    return depth === 0
  })
}

/** The place behind the bracket that opens at `at`. */
export function afterBracket(tokens: readonly Token[], at: number): number {
  let depth = 0
  for (let index = at; index < tokens.length; index++) {
    const { kind, text } = tokens[index] as Token
    if (kind !== 'symbol') continue
    if ('([{'.includes(text)) depth++
    if (')]}'.includes(text)) depth--
    if (depth === 0) return index + 1
  }
  return tokens.length
}
