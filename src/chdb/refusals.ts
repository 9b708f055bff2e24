import { allowedTableFunctions, isAllowedEngine, isAllowedSetting, refusedTableFunctions } from './allowed.ts'
import { accessDenied, type QueryError, settingRefused, syntaxError } from './errors.ts'
import type { Token } from './lexer.ts'
import { afterBracket, isSymbol, isWord, nameOf, outermost } from './tokens.ts'

/**
 * Refuses what would reach past the data directory and what the engine's own grants (`engine.xml`) do not cover. The engine checks
 * its constraints on settings at the top of a query only, so a SELECT inside brackets could set anything.
 * @param rowsFrom where the rows of an INSERT begin in the text: the word VALUES before them is no function
 * @throws {QueryError}
 */
export function refuseUnsafe(tokens: readonly Token[], rowsFrom: number | undefined): void {
  refuseForeignSymbols(tokens)
  for (const [index, token] of tokens.entries()) {
    const after = tokens[index + 1]
    if (isWord(token, 'INTO') && isWord(after, 'OUTFILE'))
      throw accessDenied('INTO OUTFILE is refused: this server writes no files')
    if (isWord(token, 'FROM') && isWord(after, 'INFILE'))
      throw accessDenied('FROM INFILE is refused: send the rows with the request')
    if (isWord(token, 'PARALLEL') && isWord(after, 'WITH'))
      throw accessDenied('PARALLEL WITH is refused: send one statement in a request')
    if (isWord(token, 'SETTINGS', 'SETTING')) refuseSettings(tokens, index + 1)
    if (token.end !== rowsFrom) refuseFunction(tokens, index)
  }
  if (isWord(tokens[0], 'CREATE', 'ALTER')) refuseEngines(outermost(tokens))
}

/** Outside quotes ClickHouse knows ASCII only, except for spaces of its own choice: one that it skips and this reader does not would hide a keyword. */
function refuseForeignSymbols(tokens: readonly Token[]): void {
  const foreign = tokens.find(({ kind, text }) => kind === 'symbol' && text > '\u007f')
  if (foreign !== undefined)
    throw syntaxError(
      `U+${foreign.text.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')} outside quotes: quote names and texts that are not ASCII`,
    )
}

/** Reads the list `name = value, …` at `at`. What is no such list is a column named "settings", and ends the reading. */
function refuseSettings(tokens: readonly Token[], from: number): void {
  let at = from
  while (isSymbol(tokens[at], '(')) at++
  for (;;) {
    let name = nameOf(tokens[at++])
    if (name === undefined) return
    for (; isSymbol(tokens[at], '.'); at += 2) name += `.${nameOf(tokens[at + 1]) ?? ''}`
    if (!isSymbol(tokens[at], '=')) return
    if (!isAllowedSetting(name)) throw refusedSetting(name)
    at = afterValue(tokens, at)
    if (!isSymbol(tokens[at], ',')) return
    at++
  }
}

export function refusedSetting(name: string): QueryError {
  return settingRefused(
    `The embedded ClickHouse does not take the setting ${name.slice(0, 80)}; one that only limits or formats a query can be added to its list`,
  )
}

/** A value is a literal with or without sign, a list in brackets, or a word with one. A number may be several tokens without space between. */
function afterValue(tokens: readonly Token[], equals: number): number {
  let at = equals
  while (['=', '-', '+'].some((sign) => isSymbol(tokens[at], sign))) at++
  do at = opens(tokens[at]) ? afterBracket(tokens, at) : at + 1
  while (opens(tokens[at]) || continues(tokens, at))
  return at
}

function opens(token: Token | undefined): boolean {
  return token?.kind === 'symbol' && '([{'.includes(token.text)
}

function continues(tokens: readonly Token[], at: number): boolean {
  const token = tokens[at]
  if (token === undefined || token.start !== tokens[at - 1]?.end) return false
  return token.kind !== 'symbol' || '.-+:'.includes(token.text)
}

/** `ENGINE = Name` and `ENGINE Name` outside brackets, where nothing but a table's or a database's engine can stand. */
function refuseEngines(outer: readonly Token[]): void {
  for (const [index, token] of outer.entries()) {
    if (!isWord(token, 'ENGINE') || isSymbol(outer[index - 1], '.')) continue
    const named = isSymbol(outer[index + 1], '=')
    const name = nameOf(outer[index + (named ? 2 : 1)])
    if ((named || name !== undefined) && !isAllowedEngine(name ?? ''))
      throw accessDenied(
        `ENGINE ${name?.slice(0, 80) ?? ''} is refused: the embedded ClickHouse has the MergeTree family, Memory and Null, and Atomic databases. Quote a column of the name "engine"`,
      )
  }
}

/** Functions that take a function's bare name as their first argument. */
const higherOrder = /^(?:array\w*|map\w*|apply)$/i

/** Scalar functions that read a file, run a program or ask another system. */
const refusedFunction =
  /^(?:file|executable|catboostevaluate|reversednsquery|ai(?:classify|embed|extract|generate|translate))$/

function refuseFunction(tokens: readonly Token[], index: number): void {
  const before = tokens[index - 1]
  const name = nameOf(tokens[index])?.toLowerCase()
  if (name === undefined || isSymbol(before, '.')) return
  const called = isSymbol(tokens[index + 1], '(')
  const passed = isWord(before, 'APPLY') || higherOrder.test(callerOf(tokens, index))
  if (refusedFunction.test(name) && (called || passed))
    throw accessDenied(
      `${name}() is refused: this server reads no files and asks no other system. A column of this name needs its table before it: t.${name}`,
    )
  if (called && refusedTableFunctions.has(name) && !isScalarFormat(name, tokens, index + 2))
    throw accessDenied(
      `${name}() is refused: of table functions the embedded ClickHouse has ${[...allowedTableFunctions].join(', ')}`,
    )
}

/** `format('{}', x)` makes a text; the table function of that name begins with a format's name, which never has a brace. */
function isScalarFormat(name: string, tokens: readonly Token[], at: number): boolean {
  const pattern = tokens[at]
  const after = tokens[at + 1]
  return (
    name === 'format' &&
    pattern?.kind === 'string' &&
    pattern.text.includes('{') &&
    (isSymbol(after, ',') || isSymbol(after, ')'))
  )
}

/** The word before the parentheses that open directly before `index`. */
function callerOf(tokens: readonly Token[], index: number): string {
  let at = index - 1
  while (isSymbol(tokens[at], '(')) at--
  return at < index - 1 ? (tokens[at]?.text ?? '') : ''
}
