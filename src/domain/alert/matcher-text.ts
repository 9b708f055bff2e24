import { expressionProblem, type Matcher, matchOperators } from './matcher.ts'
import { MatcherRefused, named, readUtf8Matchers } from './matcher-utf8.ts'

export { MatcherRefused } from './matcher-utf8.ts'

/**
 * One matcher as people write it: `service="feed"`, `service=feed`, `instance=~"web-.*"`, `"service.name"!="feed"`. Both of Alertmanager's
 * syntaxes are understood; what both understand is read as the older one reads it, as in Alertmanager's fallback mode. Source:
 * prometheus/alertmanager, pkg/labels/parse.go (the older one), matcher/parse and matcher/compat.
 *
 * @throws MatcherRefused, with a sentence that says what is wrong and where
 */
export function parseMatcher(text: string): Matcher {
  const classic = readClassic(text)
  if (classic !== undefined) return checked(classic)
  const [matcher, ...more] = readUtf8Matchers(text)
  if (matcher === undefined || more.length > 0 || text.trim().startsWith('{'))
    throw new MatcherRefused(`${named(text)} is not one matcher: write it as in service="feed"`)
  return checked(matcher)
}

/**
 * Matchers in a list, with braces or without: `{service="feed", os!="ios"}`. None for an empty list.
 *
 * @throws MatcherRefused, with a sentence that says what is wrong and where
 */
export function parseMatchers(text: string): readonly Matcher[] {
  return (readClassicList(text) ?? readUtf8Matchers(text)).map(checked)
}

/** What {@link parseMatcher}, and Alertmanager in each of its modes, reads the same matcher from. */
export function formatMatcher({ name, operator, value }: Matcher): string {
  return `${classicName.test(name) ? name : quoted(name)}${operator}${quoted(value)}`
}

function quoted(text: string): string {
  return `"${text.replace(/["\\]/g, '\\$&').replaceAll('\n', '\\n')}"`
}

function checked(matcher: Matcher): Matcher {
  const { name, operator, value } = matcher
  if (name === '') throw new MatcherRefused(`${named(formatMatcher(matcher))} names no label`)
  const isExpression = operator === '=~' || operator === '!~'
  const problem = isExpression ? expressionProblem(value) : undefined
  if (problem === undefined) return matcher
  throw new MatcherRefused(
    `${named(formatMatcher(matcher))} has a bad regular expression (RE2's syntax): ${problem}`,
  )
}

const classicName = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/
const classicHead = /^[\t\n\f\r ]*([a-zA-Z_:][a-zA-Z0-9_:]*)[\t\n\f\r ]*(=~|!=|!~|=)[\t\n\f\r ]*/

/** `undefined` for what is not of the older syntax. */
function readClassic(text: string): Matcher | undefined {
  const head = classicHead.exec(text)
  const operator = matchOperators.find((candidate) => candidate === head?.[2])
  if (head === null || operator === undefined) return undefined
  const value = readClassicValue(trimmedEnd(text.slice(head[0].length), /[\t\n\f\r ]/))
  return value === undefined ? undefined : { name: head[1] ?? '', operator, value }
}

/** A backslash that escapes nothing stands for itself. A bare quotation mark stands at both ends or nowhere. */
function readClassicValue(written: string): string | undefined {
  const isQuoted = written.startsWith('"')
  let value = ''
  for (let at = isQuoted ? 1 : 0; at < written.length; at++) {
    const char = written.charAt(at)
    if (char === '"') return isQuoted && at === written.length - 1 ? value : undefined
    const escaped = char === '\\' ? classicEscapes.get(written.charAt(at + 1)) : undefined
    value += escaped ?? char
    if (escaped !== undefined) at++
  }
  return isQuoted ? undefined : value
}

const classicEscapes = new Map([
  ['n', '\n'],
  ['"', '"'],
  ['\\', '\\'],
])

function readClassicList(text: string): readonly Matcher[] | undefined {
  const parts = listed(text.replace(/^\{/, '').replace(/\}$/, ''))
  const last = trimmedEnd(parts.pop() ?? '', /\p{White_Space}/u)
  const read = (last === '' ? parts : [...parts, last]).map(readClassic)
  const matchers = read.filter((matcher) => matcher !== undefined)
  return matchers.length === read.length ? matchers : undefined
}

/** Split at commas outside of quotation marks. */
function listed(text: string): string[] {
  const parts: string[] = []
  let begin = 0
  let isQuoted = false
  for (let at = 0; at < text.length; at++) {
    const char = text.charAt(at)
    if (char === '\\') at++
    else if (char === '"') isQuoted = !isQuoted
    else if (char === ',' && !isQuoted) {
      parts.push(text.slice(begin, at))
      begin = at + 1
    }
  }
  return [...parts, text.slice(begin)]
}

/** By hand: a regular expression would try every one of many blanks anew. */
function trimmedEnd(text: string, blank: RegExp): string {
  let end = text.length
  while (end > 0 && blank.test(text.charAt(end - 1))) end--
  return text.slice(0, end)
}
