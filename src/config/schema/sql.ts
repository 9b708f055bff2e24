import { text } from './fields.ts'
import { own } from '../../domain/values/own.ts'

/** Quoted parts and comments, whichever begins first: a quotation mark in a comment is none, and neither is a comment in quotes. */
const quotedOrComment =
  /(?<quoted>'(?:[^'\\]|\\.|'')*'|"(?:[^"\\]|\\.)*"|`(?:[^`\\]|\\.)*`)|--[^\n]*|#[ !][^\n]*|\/\*.*?\*\//gs
const parameters = /\{\s*(\w+)\s*:\s*(\w+)[^{}]*\}/g

/** Bound by Firewatch when evidence is gathered; see `EvidenceQuery` in the domain. */
const boundParameters: Readonly<Record<string, string>> = {
  from: 'DateTime',
  to: 'DateTime',
  dayFrom: 'DateTime',
  dayTo: 'DateTime',
  weekFrom: 'DateTime',
  weekTo: 'DateTime',
  bucketSeconds: 'UInt32',
}

/**
 * One ClickHouse expression over a table's columns. It stands inside a query of Firewatch's, so a comment or an open bracket would
 * change what comes after it.
 */
export const sqlExpression = text.superRefine((sql, context) => {
  for (const message of expressionProblems(sql)) context.addIssue({ code: 'custom', message })
})

/** One read-only ClickHouse query with parameters for the windows that it looks at. */
export const sqlQuery = text.superRefine((sql, context) => {
  for (const message of queryProblems(sql)) context.addIssue({ code: 'custom', message })
})

function* expressionProblems(sql: string): Generator<string> {
  const bare = sql.replace(quotedOrComment, ' ')
  yield* commonProblems(bare)
  if (hasComment(sql)) yield 'must not hold a comment: it would swallow what follows it in the query'
  if (/^\s*(select|with)\b/i.test(bare))
    yield "must be one expression such as countIf(action = 'like'), not a query"
}

function* queryProblems(sql: string): Generator<string> {
  const bare = sql.replace(quotedOrComment, ' ')
  yield* commonProblems(bare)
  if (!/^\s*(select|with)\b/i.test(bare)) yield 'must begin with SELECT or WITH: evidence only reads'
  if (/\b(into\s+outfile|format\s+\w+\s*$)/i.test(bare))
    yield 'must not say FORMAT or INTO OUTFILE: Firewatch asks for the format it reads'
  for (const [, name = '', type = ''] of bare.matchAll(parameters)) {
    const bound = own(boundParameters, name)
    if (bound === undefined) {
      yield `no parameter "${name}"; bound are ${Object.keys(boundParameters).join(', ')}`
    } else if (type !== bound) {
      yield `parameter "${name}" is a ${bound}, not a ${type}`
    }
  }
}

function hasComment(sql: string): boolean {
  return [...sql.matchAll(quotedOrComment)].some(({ groups }) => groups?.['quoted'] === undefined)
}

function* commonProblems(bare: string): Generator<string> {
  if (/['"`]/.test(bare)) yield 'has a quotation mark without its partner'
  if (bare.includes(';')) yield 'must not hold ";": one statement only'
  if (!bracketsMatch(bare)) yield 'has a bracket without its partner'
}

function bracketsMatch(bare: string): boolean {
  const partner: Readonly<Record<string, string>> = { ')': '(', ']': '[', '}': '{' }
  const open: string[] = []
  for (const character of bare) {
    if ('([{'.includes(character)) open.push(character)
    const opener = partner[character]
    if (opener !== undefined && open.pop() !== opener) return false
  }
  return open.length === 0
}
