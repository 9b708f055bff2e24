import { z } from 'zod'
import type { AlertQuery } from '../domain/alert/current-alert.ts'
import { expressionProblem, type Matcher } from '../domain/alert/matcher.ts'
import { MatcherRefused, parseMatcher } from '../domain/alert/matcher-text.ts'
import { type Silence, type SilenceState, silenceState, silenceStates } from '../domain/alert/silence.ts'

/** A query that Alertmanager answers 400, in words. */
export class QueryRefused extends Error {
  override readonly name = 'QueryRefused'
}

const values = z
  .union([z.string(), z.array(z.string())])
  .optional()
  .transform((given) => [given ?? []].flat())

const Parameters = z.looseObject({
  filter: values,
  receiver: values,
  active: values,
  silenced: values,
  inhibited: values,
  expired: values,
  pending: values,
})

/** `unprocessed` is taken and means nothing: whether an alert is silenced or inhibited is known as soon as it is stored. */
export function readAlertQuery(query: unknown): AlertQuery {
  const { filter, receiver, active, silenced, inhibited } = Parameters.parse(query)
  const expression = receiver.at(-1)
  if (expression) {
    const problem = expressionProblem(expression)
    if (problem !== undefined) throw new QueryRefused(`failed to parse receiver param: ${problem}`)
  }
  return {
    matchers: filter.map(readMatcher),
    active: isWanted(active),
    silenced: isWanted(silenced),
    inhibited: isWanted(inhibited),
    ...(expression ? { receiver: expression } : {}),
  }
}

export interface SilenceQuery {
  readonly matchers: readonly Matcher[]
  readonly states: readonly SilenceState[]
}

export function readSilenceQuery(query: unknown): SilenceQuery {
  const parameters = Parameters.parse(query)
  return {
    matchers: parameters.filter.map(readMatcher),
    states: silenceStates.filter((state) => isWanted(parameters[state])),
  }
}

/**
 * Those that have each of the matchers among their own, in Alertmanager's order: what ends or begins next first, and what has expired last, newest first.
 * Source: prometheus/alertmanager, api/v2/api.go (CheckSilenceMatchesFilterLabels, SortSilences).
 * @param now epoch milliseconds
 */
export function findSilences(
  silences: readonly Silence[],
  { matchers, states }: SilenceQuery,
  now: number,
): readonly Silence[] {
  return silences
    .filter((silence) => states.includes(silenceState(silence, now)))
    .filter((silence) => matchers.every((wanted) => silence.matchers.some((one) => isSame(one, wanted))))
    .toSorted((a, b) => {
      const [left, right] = [silenceState(a, now), silenceState(b, now)]
      if (left !== right) return silenceStates.indexOf(left) - silenceStates.indexOf(right)
      if (left === 'pending') return a.startsAt - b.startsAt
      return left === 'active' ? a.endsAt - b.endsAt : b.endsAt - a.endsAt
    })
}

function isSame(a: Matcher, b: Matcher): boolean {
  return a.name === b.name && a.operator === b.operator && a.value === b.value
}

function readMatcher(text: string): Matcher {
  try {
    return parseMatcher(text)
  } catch (error) {
    if (error instanceof MatcherRefused) throw new QueryRefused(`bad matcher format: ${error.message}`)
    throw error
  }
}

/** Of go-openapi/swag, convert.go: these words are true and all others false. */
const trueWords = ['true', '1', 'yes', 'ok', 'y', 'on', 'selected', 'checked', 't', 'enabled']

function isWanted(given: readonly string[]): boolean {
  const word = given.at(-1)
  return !word || trueWords.includes(word.toLowerCase())
}
