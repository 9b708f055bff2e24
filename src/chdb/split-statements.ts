import { lex, type Token } from './lexer.ts'
import { isValues, rowsAfter } from './statement.ts'
import { isSymbol, isWord, nameOf, outermost } from './tokens.ts'

/** One statement of a text that holds several. */
export interface ScriptStatement {
  /** From its first word to its end, with the rows that belong to it and without the semicolon. */
  readonly sql: string
  /** The line of its first word in the text, counted from 1. */
  readonly line: number
  /** It says itself in which format it answers. */
  readonly namesFormat: boolean
  /** An INSERT in a format whose rows are to come from elsewhere. */
  readonly wantsRows: boolean
  /** The database that a `USE` names. */
  readonly use?: string
  /** A `SET`, which would last for its own request only. */
  readonly isSet: boolean
  readonly isInsert: boolean
}

/**
 * The statements of a text, in their order. They end at semicolons outside quotes and comments. Rows of an INSERT in a format other than VALUES
 * are no SQL: rows of JSON end at the first semicolon outside their strings, those of other formats at a line that is nothing but a
 * semicolon; all of them end at an empty line, or with the text.
 */
export function splitStatements(text: string): ScriptStatement[] {
  const found: ScriptStatement[] = []
  let at = 0
  let line = 1
  let counted = 0
  while (at < text.length) {
    const { tokens, rows, end } = readStatement(text, at)
    const [first] = tokens
    at = end + 1
    if (first === undefined) continue
    const data = rows === undefined ? undefined : endOfRows(text, rows)
    if (data !== undefined) at = data.next
    line += text.slice(counted, first.start).split('\n').length - 1
    counted = first.start
    found.push({
      // Rows may end in a tab that is an empty cell.
      sql: data === undefined ? text.slice(first.start, end).trimEnd() : text.slice(first.start, data.end),
      line,
      ...aboutStatement(tokens),
      wantsRows: rows !== undefined && text.slice(rows.from, data?.end).trim() === '',
    })
  }
  return found
}

interface RowsAhead {
  readonly from: number
  readonly format: string
}

interface ReadStatement {
  readonly tokens: readonly Token[]
  /** Set where rows that are no SQL follow. */
  readonly rows: RowsAhead | undefined
  /** The place of the semicolon, or the end of the text. */
  readonly end: number
}

function readStatement(text: string, from: number): ReadStatement {
  const tokens: Token[] = []
  for (const token of lex(text, from)) {
    if (isSymbol(token, ';')) return { tokens, rows: undefined, end: token.start }
    tokens.push(token)
    const rows = rowsAfter(tokens)
    if (rows !== undefined && !isValues(rows.format)) return { tokens, rows, end: token.end }
  }
  return { tokens, rows: undefined, end: text.length }
}

function aboutStatement(tokens: readonly Token[]): Omit<ScriptStatement, 'sql' | 'line' | 'wantsRows'> {
  const [first, second] = tokens
  const use = isWord(first, 'USE') ? nameOf(second) : undefined
  return {
    namesFormat: outermost(tokens).some((token) => isWord(token, 'FORMAT')),
    isSet: isWord(first, 'SET'),
    isInsert: isWord(first, 'INSERT'),
    ...(use === undefined ? {} : { use }),
  }
}

interface EndOfRows {
  readonly end: number
  /** Where the next statement may begin. */
  readonly next: number
}

/** A semicolon directly behind the format's name: the rows come from elsewhere. */
const noRows = /[ \t\r]*;/y
const emptyLine = /[ \t\r]*\n[ \t\r]*(?:\n|$)/y
const semicolonLine = /[ \t\r]*\n[ \t\r]*;[ \t\r]*(?:\n|$)/y
const jsonPart = /"(?:[^"\\]|\\[\s\S])*"?|[^"\n;]+|\n/y
/** A field in quotes may hold line ends. */
const csvPart = /"(?:[^"]|"")*"?|[^",\n][^,\n]*|[,\n]/y
const otherPart = /[^\n]+|\n/y

function endOfRows(text: string, { from, format }: RowsAhead): EndOfRows {
  const none = endOf(noRows, text, from)
  if (none !== undefined) return { end: none - 1, next: none }
  const isJson = /^json/i.test(format)
  const part = isJson ? jsonPart : /^(?:csv|custom)/i.test(format) ? csvPart : otherPart
  // The line end behind the format's name belongs to the rows.
  let at = from + (/^[ \t\r]*\n?/.exec(text.slice(from, from + 100))?.[0].length ?? 0)
  while (at < text.length) {
    const over = endOf(emptyLine, text, at) ?? (isJson ? undefined : endOf(semicolonLine, text, at))
    if (over !== undefined) return { end: at, next: over }
    if (isJson && text[at] === ';') return { end: at, next: at + 1 }
    at = endOf(part, text, at) ?? at + 1
  }
  return { end: text.length, next: text.length }
}

function endOf(pattern: RegExp, text: string, at: number): number | undefined {
  pattern.lastIndex = at
  return pattern.test(text) ? pattern.lastIndex : undefined
}
