import { formatMatcher } from '../domain/alert/matcher-text.ts'
import { items, type Part, textsIn, under } from './foreign.ts'
import { matchersIn } from './matchers.ts'
import type { Report } from './report.ts'

/** A side without matchers is every alert. */
const everything = ['alertname=~".*"']

export function importInhibition(file: Part, report: Report): object[] {
  const rules = items(under(file, 'inhibit_rules')).map((rule) => {
    const equal = [...new Set(textsIn(under(rule, 'equal')))]
    return {
      source: side(rule, 'source_'),
      target: side(rule, 'target_'),
      ...(equal.length === 0 ? {} : { equal }),
    }
  })
  if (rules.length > 0) report.full('inhibit_rules', `inhibit, ${rules.length} in all`)
  return rules
}

function side(rule: Part, prefix: string): string[] {
  const matchers = matchersIn(rule, prefix).map(formatMatcher)
  return matchers.length === 0 ? everything : matchers
}
