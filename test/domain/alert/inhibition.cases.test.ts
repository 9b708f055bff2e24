import { expect } from 'vitest'
import { fingerprintOf } from '../../../src/domain/alert/alert.ts'
import {
  createInhibition,
  type InhibitionAlert,
  type InhibitionRule,
} from '../../../src/domain/alert/inhibition.ts'
import { parseMatchers } from '../../../src/domain/alert/matcher-text.ts'
import { describeCases, type Fields, listOf, textOf } from '../../support/cases.ts'

/** Sources that fire, and the targets to be judged beside them. */
interface Question {
  readonly sources: readonly Fields[]
  readonly targets: readonly Fields[]
}

describeCases(
  'on-call',
  'inhibit',
  (input, expectation) => {
    const rules = listOf<Fields>(input['rules'] ?? input['rule']).map(ruleOf)
    const inhibited = questionsOf(input).flatMap(({ sources, targets }) => {
      const inhibition = createInhibition(rules, sources.filter(isLive).map(alertOf))
      return targets.map((target) => inhibition.by(alertOf(target)).length > 0)
    })
    expectation.field('inhibited', (expected) => expect(inhibited).toEqual(listOf(expected)))
  },
  { leaves: (input) => ('events' in input ? 'a story of incidents' : undefined) },
)

function ruleOf(written: Fields): InhibitionRule {
  const matchersOf = (side: unknown) => listOf<string>(side).flatMap(parseMatchers)
  return {
    source: matchersOf(written['source']),
    target: matchersOf(written['target']),
    equal: listOf<string>(written['equal']),
  }
}

/** Each of `pairs` is a question of its own; else all sources fire for all targets. */
function questionsOf(input: Fields): Question[] {
  const pairs = listOf<readonly [Fields | Fields[] | null, Fields | Fields[]]>(input['pairs'])
  const asked = [
    ...pairs.map(([sources, targets]) => ({
      sources: listOf<Fields>(sources),
      targets: listOf<Fields>(targets),
    })),
    {
      sources: listOf<Fields>(input['sources'] ?? input['source']),
      targets: listOf<Fields>(input['targets'] ?? input['target']),
    },
  ]
  return asked.filter(({ targets }) => targets.length > 0)
}

/** As in Alertmanager an alert that ends now is over. */
function isLive({ endsInMin }: Fields): boolean {
  return endsInMin === undefined || Number(endsInMin) > 0
}

/** Labels, and beside them or about them when the alert ends. */
function alertOf(fields: Fields): InhibitionAlert {
  const { endsInMin: _, ...flat } = fields
  const written = (typeof flat['labels'] === 'object' ? flat['labels'] : flat) as Fields
  const labels = Object.fromEntries(Object.entries(written).map(([name, value]) => [name, textOf(value)]))
  return { source: 'integration/alertmanager', fingerprint: fingerprintOf(labels), labels }
}
