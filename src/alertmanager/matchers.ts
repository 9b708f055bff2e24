import { expressionProblem, type Matcher } from '../domain/alert/matcher.ts'
import { MatcherRefused, parseMatchers } from '../domain/alert/matcher-text.ts'
import { AlertmanagerRefused, mapIn, type Part, textIn, items, under } from './foreign.ts'

/**
 * All matchers of a route, or of one side of an inhibition rule: `match`, `match_re` and `matchers`, which all hold.
 * @param prefix `source_` or `target_`
 * @throws AlertmanagerRefused for one that Alertmanager would refuse too
 */
export function matchersIn(part: Part, prefix = ''): Matcher[] {
  const exact = mapIn(under(part, `${prefix}match`)).map(
    ([name, value]): Matcher => ({ name, operator: '=', value }),
  )
  const expressions = mapIn(under(part, `${prefix}match_re`)).map(([name, value, path]): Matcher => {
    const problem = expressionProblem(value)
    if (problem !== undefined) throw new AlertmanagerRefused([`${path}: ${problem}`])
    return { name, operator: '=~', value }
  })
  const written = under(part, `${prefix}matchers`)
  const lines = typeof written.value === 'string' ? [written] : items(written)
  return [...exact, ...expressions, ...lines.flatMap(parsed)]
}

function parsed(line: Part): readonly Matcher[] {
  try {
    return parseMatchers(textIn(line) ?? '')
  } catch (error) {
    if (!(error instanceof MatcherRefused)) throw error
    throw new AlertmanagerRefused([`${line.path}: ${error.message}`])
  }
}
