import { cutText } from '../page/delivery.ts'
import { type MatchOperator, type Matcher, matchOperators } from './matcher.ts'

/** Its message is a sentence for whoever wrote the matcher. */
export class MatcherRefused extends Error {
  override readonly name = 'MatcherRefused'
}

const longestNamed = 80

/** A text as a message shows it. */
export function named(text: string): string {
  return JSON.stringify(cutText(text, longestNamed))
}

interface Token {
  readonly kind: 'mark' | 'operator' | 'quoted' | 'unquoted'
  readonly text: string
  /** Where it begins, in UTF-16 units. */
  readonly at: number
}

/**
 * Matchers in Alertmanager's newer syntax: names and values are quoted as in Go, or hold no blank and none of the reserved characters
 * `{}!=~,"'` and the backtick. Source: prometheus/alertmanager, matcher/parse.
 *
 * @throws MatcherRefused
 */
export function readUtf8Matchers(text: string): readonly Matcher[] {
  const tokens = tokensOf(text)
  let next = 0
  const isMark = (mark: string) => tokens[next]?.kind === 'mark' && tokens[next]?.text === mark
  const take = (...kinds: readonly Token['kind'][]) => {
    const token = tokens[next]
    if (token !== undefined && kinds.includes(token.kind)) return tokens[next++]
    return undefined
  }
  const expected = (what: string) => refusal(text, tokens[next]?.at ?? text.length, `expected ${what}`)

  const isBraced = isMark('{')
  if (isBraced) next++
  const matchers: Matcher[] = []
  while (next < tokens.length && !isMark('}')) {
    const name = take('quoted', 'unquoted')
    if (name === undefined) throw expected("a label's name")
    const operator = take('operator')
    if (operator === undefined) throw expected('an operator: =, !=, =~ or !~')
    const value = take('quoted', 'unquoted')
    if (value === undefined) throw expected('a value in quotation marks')
    matchers.push({ name: meant(name, text), operator: operatorOf(operator), value: meant(value, text) })
    if (!isMark(',')) break
    next++
  }
  if (isBraced && !isMark('}')) throw expected('a comma or "}"')
  if (isBraced) next++
  if (next < tokens.length) throw expected(isBraced ? 'nothing after "}"' : 'a comma between matchers')
  return matchers
}

function refusal(text: string, at: number, problem: string): MatcherRefused {
  const column = Array.from(text.slice(0, at)).length + 1
  return new MatcherRefused(`${named(text)} is not understood at column ${column}: ${problem}`)
}

const operatorOf = ({ text }: Token): MatchOperator =>
  matchOperators.find((operator) => operator === text) ?? '='

const plainToken =
  /(?<blank>\p{White_Space}+)|(?<mark>[{},])|(?<operator>=~|!=|!~|=)|(?<unquoted>[^{}!=~,"'`\p{White_Space}]+)/uy

function tokensOf(text: string): readonly Token[] {
  const tokens: Token[] = []
  for (let at = 0; at < text.length; ) {
    if (text.charAt(at) === '"') {
      const end = endOfQuoted(text, at)
      tokens.push({ kind: 'quoted', text: text.slice(at + 1, end - 1), at })
      at = end
      continue
    }
    plainToken.lastIndex = at
    const groups = plainToken.exec(text)?.groups
    if (groups === undefined)
      throw refusal(text, at, `${named(text.charAt(at))} has to stand in quotation marks`)
    for (const kind of ['mark', 'operator', 'unquoted'] as const)
      if (groups[kind] !== undefined) tokens.push({ kind, text: groups[kind], at })
    at = plainToken.lastIndex
  }
  return tokens
}

/** Behind the closing quotation mark. */
function endOfQuoted(text: string, begin: number): number {
  for (let at = begin + 1; at < text.length; at++) {
    const char = text.charAt(at)
    if (char === '\\') at++
    else if (char === '"') return at + 1
  }
  throw refusal(text, begin, 'a closing quotation mark is missing')
}

const simpleEscapes = new Map(
  Object.entries({ a: '\x07', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v' }),
)

/** One escape of Go's; bytes that stand side by side make characters of UTF-8 together. */
const escape =
  /\\(?:(?<simple>[abfnrtv])|(?<self>[\\"])|u(?<short>[0-9a-fA-F]{4})|U(?<long>[0-9a-fA-F]{8})|(?<bytes>(?:x[0-9a-fA-F]{2}|[0-3][0-7]{2})(?:\\x[0-9a-fA-F]{2}|\\[0-3][0-7]{2})*)|(?<bad>[^]?))|(?<line>\n)/g

/** What a name or value stands for. Source: Go's strconv.Unquote, of a text in double quotation marks. */
function meant({ kind, text, at }: Token, whole: string): string {
  if (kind === 'unquoted') return text
  return text.replace(escape, (found: string, ...rest: unknown[]) => {
    const character = meaningOf(rest.at(-1) as Readonly<Record<string, string | undefined>>)
    if (character !== undefined) return character
    throw refusal(whole, at, `${named(found)} is no escape; write a backslash as \\\\ and a line feed as \\n`)
  })
}

function meaningOf(found: Readonly<Record<string, string | undefined>>): string | undefined {
  const { simple, self, short, long, bytes } = found
  if (simple !== undefined) return simpleEscapes.get(simple)
  if (self !== undefined) return self
  if (bytes !== undefined) return ofBytes(`\\${bytes}`)
  const digits = short ?? long
  return digits === undefined ? undefined : ofCodePoint(Number.parseInt(digits, 16))
}

function ofCodePoint(codePoint: number): string | undefined {
  const character = codePoint <= 0x10ffff ? String.fromCodePoint(codePoint) : ''
  return character !== '' && character.isWellFormed() ? character : undefined
}

/** `\xc3\xa9` or `\303\251`; `undefined` for what is no UTF-8. */
function ofBytes(escapes: string): string | undefined {
  const bytes = escapes.matchAll(/\\(?:x([0-9a-fA-F]{2})|([0-7]{3}))/g)
  const percent = Array.from(bytes, ([, hex, octal]) =>
    (hex === undefined ? Number.parseInt(octal ?? '', 8) : Number.parseInt(hex, 16)).toString(16),
  )
  try {
    return decodeURIComponent(percent.map((byte) => `%${byte.padStart(2, '0')}`).join(''))
  } catch {
    return undefined
  }
}
