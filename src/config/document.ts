import { isAlias, isMap, isScalar, isSeq, LineCounter, parseDocument, type YAMLMap } from 'yaml'
import type { Document, Node, Pair, YAMLError } from 'yaml'
import { type Finding, formatPath, type Problem } from './problems.ts'
import { strayIn, unstorableTexts } from './stray-text.ts'
import { aliasesIn, isMergeKey, nameOf, startOf, unfitIn } from './unfit-yaml.ts'
import type { Path } from './written.ts'
import { errorMessage } from '../domain/values/error-message.ts'

/** A YAML text, what it says, and where in it each part stands. */
export interface YamlDocument {
  /** `undefined` when the text is not YAML. */
  readonly value: unknown
  /** Syntax errors and duplicate keys. */
  readonly problems: readonly Problem[]
  readonly locate: (finding: Finding) => Problem
}

/** More than any configuration needs; stops a text whose aliases multiply. */
const mostAliases = 1_000

/** YAML 1.2, with the merge key `<<` of YAML 1.1 (https://yaml.org/type/merge.html), which many files use. */
export function readYaml(file: string, text: string): YamlDocument {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, merge: true })
  const problemAt = (offset: number, path: Path, message: string): Problem => {
    const { line, col } = lines.linePos(offset)
    return { file, line: Math.max(line, 1), column: Math.max(col, 1), path: formatPath(path), message }
  }
  const mistakes = [...document.errors, ...document.warnings]
  const problems: Problem[] = mistakes.map((mistake) =>
    problemAt(mistake.pos[0], pathAt(document.contents, mistake.pos[0]), describe(mistake)),
  )
  const locate = ({ path, message, at }: Finding): Problem =>
    problemAt(offsetOf(document, path, at), path, message)
  const stray = strayIn(text)
  if (stray !== undefined)
    return { value: undefined, problems: [problemAt(stray.offset, [], stray.message)], locate }
  const { explicit, version } = document.directives?.yaml ?? {}
  if (explicit === true && version !== '1.2')
    problems.push(problemAt(text.search(/^%YAML/m), [], otherVersion(String(version))))
  const unfit = unfitIn(document)
  if (unfit.length > 0) {
    const found = unfit.map(({ offset, message }) =>
      problemAt(offset, pathAt(document.contents, offset), message),
    )
    return { value: undefined, problems: [...problems, ...found], locate }
  }
  if (document.errors.some(({ code }) => code !== 'DUPLICATE_KEY'))
    return { value: undefined, problems, locate }
  try {
    const value: unknown = document.toJS({ maxAliasCount: mostAliases })
    return { value, problems: [...problems, ...unstorableTexts(value).map(locate)], locate }
  } catch (error) {
    const problem = problemAt(aliasesIn(document)[0] ?? 0, [], unreadable(error))
    return { value: undefined, problems: [...problems, problem], locate }
  }
}

/** By YAML 1.1 `0123` is 83 and `yes` is true, which nobody sees who reads the file. */
function otherVersion(version: string): string {
  return `%YAML ${version}: Firewatch reads YAML 1.2; remove this line, and put what shall stay text in quotes`
}

function describe({ code, message }: YAMLError): string {
  switch (code) {
    case 'DUPLICATE_KEY':
      return 'this key stands twice in the same map; keep one'
    case 'MULTIPLE_DOCS':
      return 'a second document begins here: keep one, and remove the line "---" between them'
    default:
      return `not valid YAML: ${message}`
  }
}

/** The parser says it by a name of its own, and without a place. */
function unreadable(error: unknown): string {
  const message = errorMessage(error)
  return message.startsWith('Excessive alias count')
    ? `from here on, what aliases (*name) stand for comes to more than ${mostAliases} entries: write less of it by aliases`
    : `not readable as YAML: ${message}`
}

/** Where the part at this path begins; for one that is not there, where the nearest part around it does. */
function offsetOf(document: Document, path: Path, at: 'key' | undefined): number {
  let value: unknown = document.contents
  let key: unknown
  for (const step of path) {
    const next = descend(document, value, step)
    if (next === undefined) return startOf(key) ?? startOf(value) ?? 0
    ;({ key, value } = next)
  }
  const begins = at === 'key' || !standsOnItsOwn(value) ? (startOf(key) ?? startOf(value)) : startOf(value)
  return begins ?? 0
}

function descend(
  document: Document,
  node: unknown,
  step: string | number,
): { key: unknown; value: unknown } | undefined {
  const collection = isAlias(node) ? node.resolve(document) : node
  if (isSeq(collection)) {
    const item: unknown = typeof step === 'number' ? collection.items[step] : undefined
    return item === undefined ? undefined : { key: undefined, value: item }
  }
  const pair = isMap(collection) ? pairOf(document, collection, String(step)) : undefined
  return pair === undefined ? undefined : { key: pair.key, value: pair.value }
}

/** Of a key that stands twice the last one counts, as it does for the value; one that is merged in stands where its anchor does. */
function pairOf(document: Document, map: YAMLMap, key: string): Pair | undefined {
  return (
    map.items.findLast((pair) => nameOf(pair.key) === key) ??
    map.items
      .filter((pair) => isMergeKey(pair.key))
      .flatMap(({ value }) => (isSeq(value) ? value.items : [value]))
      .map((source) => (isAlias(source) ? source.resolve(document) : source))
      .flatMap((source) => (isMap(source) ? (pairOf(document, source, key) ?? []) : []))[0]
  )
}

/** A text, a number or `[…]`; a block or nothing at all is better found by its key. */
function standsOnItsOwn(node: unknown): boolean {
  if (isScalar(node)) return node.source !== '' || node.type !== 'PLAIN'
  return isAlias(node) || ((isMap(node) || isSeq(node)) && node.flow === true)
}

function pathAt(node: unknown, offset: number): Path {
  if (isSeq(node)) {
    const index = node.items.findIndex((item) => covers(item, item, offset))
    return index === -1 ? [] : [index, ...pathAt(node.items[index], offset)]
  }
  const pair = isMap(node) ? node.items.find(({ key, value }: Pair) => covers(key, value, offset)) : undefined
  if (pair === undefined) return []
  return [nameOf(pair.key), ...pathAt(pair.value, offset)]
}

function covers(first: unknown, last: unknown, offset: number): boolean {
  const from = startOf(first)
  const to = (last as Node | null)?.range?.[2] ?? (first as Node | null)?.range?.[2]
  return from !== undefined && to !== undefined && from <= offset && offset < to
}
