/** A piece of SQL that is neither space nor comment. `quoted` is an identifier in quotes, `string` a literal. */
export interface Token {
  readonly kind: 'word' | 'quoted' | 'string' | 'symbol'
  readonly text: string
  readonly start: number
  readonly end: number
}

const space = /\s+/y
const lineComment = /(?:--|\/\/|#[ !])[^\n]*/y

// An unclosed quote reaches to the end of the text, where the engine refuses it. A doubled quote reads as two neighbours.
const lexemes: readonly (readonly [Token['kind'], RegExp])[] = [
  ['string', /'[^'\\]*(?:\\[\s\S][^'\\]*)*'?/y],
  ['string', /‘[^’]*’?/y],
  ['quoted', /"[^"\\]*(?:\\[\s\S][^"\\]*)*"?/y],
  ['quoted', /`[^`\\]*(?:\\[\s\S][^`\\]*)*`?/y],
  ['quoted', /“[^”]*”?/y],
  ['string', /\$(\w*)\$[\s\S]*?\$\1\$/y],
  ['word', /[\w$]+/y],
  ['symbol', /[\s\S]/y],
]

/** Tokens of `sql`, beginning at `from`, as ClickHouse's own lexer cuts it, coarser only in numbers. */
export function* lex(sql: string, from = 0): Generator<Token, void> {
  let at = from
  while (at < sql.length) {
    const after = endOf(space, sql, at) ?? endOf(lineComment, sql, at) ?? endOfBlockComment(sql, at)
    if (after !== undefined) {
      at = after
      continue
    }
    const token = tokenAt(sql, at)
    yield token
    at = token.end
  }
}

function tokenAt(sql: string, start: number): Token {
  for (const [kind, pattern] of lexemes) {
    const end = endOf(pattern, sql, start)
    if (end !== undefined) return { kind, text: sql.slice(start, end), start, end }
  }
  throw new RangeError(`no token at ${start}`)
}

function endOf(pattern: RegExp, sql: string, at: number): number | undefined {
  pattern.lastIndex = at
  return pattern.test(sql) ? pattern.lastIndex : undefined
}

/** Block comments nest. */
function endOfBlockComment(sql: string, start: number): number | undefined {
  if (!sql.startsWith('/*', start)) return undefined
  const mark = /\/\*|\*\//g
  mark.lastIndex = start
  let depth = 0
  for (let match = mark.exec(sql); match !== null; match = mark.exec(sql)) {
    depth += match[0] === '/*' ? 1 : -1
    if (depth === 0) return mark.lastIndex
  }
  return sql.length
}
