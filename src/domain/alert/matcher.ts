import { RE2JS } from 're2js'
import { own } from '../values/own.ts'
import type { Labels } from './alert.ts'

/** What a label must be, as Alertmanager has it: a label that is absent counts as empty. Source: prometheus/alertmanager, pkg/labels/matcher.go. */
export interface Matcher {
  readonly name: string
  readonly operator: MatchOperator
  /** With `=~` and `!~` an expression in RE2's syntax, which has to match the whole value. */
  readonly value: string
}

export const matchOperators = ['=', '!=', '=~', '!~'] as const

export type MatchOperator = (typeof matchOperators)[number]

/** Whether all of them hold; of none, yes. Time is linear in the text, whatever the expression. */
export function matchesAll(matchers: readonly Matcher[], labels: Labels): boolean {
  return matchers.every((matcher) => matchesOne(matcher, own(labels, matcher.name) ?? ''))
}

function matchesOne({ operator, value }: Matcher, actual: string): boolean {
  switch (operator) {
    case '=':
      return actual === value
    case '!=':
      return actual !== value
    case '=~':
      return matchesExpression(value, actual)
    case '!~':
      return !matchesExpression(value, actual)
  }
}

/** What is wrong with an expression; `undefined` when nothing is. */
export function expressionProblem(expression: string): string | undefined {
  try {
    compiled(expression)
    return undefined
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

/** Expressions that were compiled before; what an expression means never changes. As in Alertmanager, `.` is no line feed. */
const known = new Map<string, RE2JS>()
const mostKnown = 1_000

/** What an expression may come to once its repeats are written out: as text, and as the steps of its program. A text is held against each of them. */
const mostWrittenOut = 1_000_000
const mostSteps = 100_000
const tooLarge =
  'the expression is too large once its repeats are written out: repeat fewer times, or match less exactly'

/** The largest number of times that something in it is repeated, by its own words. */
function mostRepeated(expression: string): number {
  const counts = expression.matchAll(/\{(\d{1,4})(?:,(\d{0,4}))?\}/g)
  return Math.max(1, ...Array.from(counts, ([, least, most]) => Math.max(Number(least), Number(most ?? 0))))
}

function compiled(expression: string): RE2JS {
  const before = known.get(expression)
  if (before !== undefined) return before
  if (expression.length * mostRepeated(expression) > mostWrittenOut) throw new Error(tooLarge)
  const expressionOfWhole = RE2JS.compile(expression)
  if (expressionOfWhole.programSize() > mostSteps) throw new Error(tooLarge)
  if (known.size >= mostKnown) known.clear()
  known.set(expression, expressionOfWhole)
  return expressionOfWhole
}

function matchesExpression(expression: string, actual: string): boolean {
  return alternatives(expression)?.includes(actual) ?? compiled(expression).matches(actual)
}

/** Most expressions are names side by side: `feed|shop`. They are compared as text. */
function alternatives(expression: string): readonly string[] | undefined {
  return /^[\p{L}\p{N}_\-/: |]*$/u.test(expression) ? expression.split('|') : undefined
}
