import { notSupported, syntaxError } from './errors.ts'
import { lex, type Token } from './lexer.ts'
import { refuseUnsafe } from './refusals.ts'
import { isSymbol, isWord, outermost } from './tokens.ts'

/** One SQL statement, checked for what this server doesn't do. */
export interface Statement {
  /** A `read` changes nothing, so it may be stopped when nobody waits for it any more. */
  readonly kind: 'read' | 'change'
  /** Without the semicolon at its end. */
  readonly sql: string
  /** The output format that it names. */
  readonly format: string | undefined
  /** The declared type of each `{name:Type}`. */
  readonly placeholders: ReadonlyMap<string, string>
  /** Set for an INSERT whose rows follow as data. */
  readonly insert: InsertData | undefined
}

/** `head FROM INFILE '…' tail` reads the rows from a file. */
export interface InsertData {
  readonly head: string
  readonly tail: string
  readonly format: string
  /** Rows that stand in the statement itself, behind its end. */
  readonly inline: string
}

const reads = new Set(['SELECT', 'WITH', 'FROM', 'SHOW', 'DESCRIBE', 'DESC', 'EXPLAIN', 'EXISTS'])
const changes = new Set('INSERT CREATE ALTER DROP TRUNCATE RENAME EXCHANGE OPTIMIZE DELETE UPDATE'.split(' '))

/**
 * Reads the text of a request. Refused are several statements in one, statements that keep state on a connection, and what would reach
 * past the data directory (`refusals.ts`).
 * @throws {QueryError}
 */
export function parseStatement(text: string): Statement {
  const tokens: Token[] = []
  let end: number | undefined
  let rows: { readonly from: number; readonly format: string; readonly mark: Token } | undefined
  let closed = false
  for (const token of lex(text)) {
    if (isSymbol(token, ';')) {
      end ??= token.start
      closed = true
      continue
    }
    if (closed)
      throw syntaxError(
        'Multi-statements are not allowed: a request holds one statement. Send them one by one; "firewatch sql -f FILE" does that',
      )
    tokens.push(token)
    rows ??= rowsAfter(tokens)
    // Rows in other formats are no SQL and are not read as such.
    if (rows !== undefined && !isValues(rows.format)) break
  }
  const kind = kindOf(tokens)
  refuseUnsafe(tokens, rows?.from)
  const sql = text.slice(0, rows?.from ?? end).trim()
  const placeholders = placeholdersOf(text, tokens)
  if (rows === undefined) return { kind, sql, format: formatOf(tokens), placeholders, insert: undefined }
  const inline = text.slice(rows.from, isValues(rows.format) ? end : undefined)
  return {
    kind,
    sql,
    format: undefined,
    placeholders,
    insert: { ...splitInsert(text, tokens, rows), inline },
  }
}

export function isValues(format: string): boolean {
  return format.toUpperCase() === 'VALUES'
}

function kindOf(tokens: readonly Token[]): Statement['kind'] {
  const first = tokens.find((token) => !isSymbol(token, '('))
  if (first === undefined) throw syntaxError('Empty query')
  const word = first.kind === 'word' ? first.text.toUpperCase() : ''
  if (changes.has(word)) return 'change'
  if (reads.has(word)) return tokens.some((token) => isWord(token, 'INSERT')) ? 'change' : 'read'
  if (word === 'SET' || word === 'USE')
    throw notSupported(
      `${word} would last for one request only: put SETTINGS into the query, or send settings and database as parameters of the request.`,
    )
  throw notSupported(`The embedded ClickHouse has no statement that begins with ${first.text.slice(0, 40)}`)
}

/** Recognizes `INSERT INTO t … FORMAT X` and `INSERT INTO t … VALUES` at the last token. */
export function rowsAfter(
  tokens: readonly Token[],
): { readonly from: number; readonly format: string; readonly mark: Token } | undefined {
  const last = tokens.at(-1)
  const before = tokens.at(-2)
  if (last === undefined || before === undefined || !isWord(tokens[0], 'INSERT')) return undefined
  const named = isWord(before, 'FORMAT') && last.kind === 'word' && tokens.length > 4
  if (!named && !(isWord(last, 'VALUES') && tokens.length > 3)) return undefined
  const outer = outermost(tokens)
  if (!outer.includes(last) || outer.some((token) => isWord(token, 'SELECT', 'WITH', 'FROM')))
    return undefined
  return named
    ? { from: last.end, format: last.text, mark: before }
    : { from: last.end, format: 'Values', mark: last }
}

/** INFILE stands before SETTINGS, SETTINGS before FORMAT. */
function splitInsert(
  text: string,
  tokens: readonly Token[],
  rows: { readonly mark: Token; readonly format: string },
) {
  const settings = outermost(tokens).find(
    (token) => isWord(token, 'SETTINGS') && token.start < rows.mark.start,
  )
  const at = (settings ?? rows.mark).start
  return {
    head: text.slice(0, at),
    tail: `${text.slice(at, rows.mark.start)}FORMAT ${rows.format}`,
    format: rows.format,
  }
}

function formatOf(tokens: readonly Token[]): string | undefined {
  const outer = outermost(tokens)
  const index = outer.findLastIndex((token) => isWord(token, 'FORMAT'))
  const name = outer[index + 1]
  return index > 0 && name?.kind === 'word' ? name.text : undefined
}

function placeholdersOf(text: string, tokens: readonly Token[]): Map<string, string> {
  const found = new Map<string, string>()
  for (const [index, token] of tokens.entries()) {
    if (!isSymbol(token, '{')) continue
    const [name, colon, type] = tokens.slice(index + 1, index + 4)
    if (name?.kind !== 'word' || type === undefined || !isSymbol(colon, ':')) continue
    const close = tokens.find((other) => other.start >= type.start && isSymbol(other, '}'))
    if (close !== undefined) found.set(name.text, text.slice(type.start, close.start).trim())
  }
  return found
}
