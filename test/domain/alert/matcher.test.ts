import { describe, expect, it } from 'vitest'
import { expressionProblem, type Matcher, matchesAll } from '../../../src/domain/alert/matcher.ts'

function holds(value: string, actual: string, operator: Matcher['operator'] = '=~'): boolean {
  return matchesAll([{ name: 'host', operator, value }], { host: actual })
}

describe('an expression', () => {
  it('has to match the whole value', () => {
    expect([holds('web.*', 'web-1'), holds('web', 'web-1'), holds('web', 'web-1', '!~')]).toEqual([
      true,
      false,
      true,
    ])
  })

  it.each([
    ['many long repeats', 'a{1000}'.repeat(120)],
    ['repeated choices', '(a|b|cd){1000}'.repeat(40)],
    ['a long text beside a repeat', `${'x'.repeat(5_000)}(y{900})`],
    ['more repeats than anybody writes', 'a{1000}'.repeat(20_000)],
    ['repeats from none on', 'a{0,1000}'.repeat(120)],
  ])('that is too large once it is written out is refused before it costs much: %s', (_name, expression) => {
    expect(expressionProblem(expression)).toMatch(/too large once its repeats are written out/)
  })

  it.each([
    ['five thousand hosts', Array.from({ length: 5_000 }, (_, index) => `host-${index}\\.example`).join('|')],
    ['groups of digits', '([0-9a-f]{4}-){7}[0-9a-f]{4}'],
    ['any case', '(?i)prod(uction)?-[a-z]{1,63}'],
    ['one long repeat', 'a{1000}'],
  ])('of any use is taken: %s', (_name, expression) => {
    expect(expressionProblem(expression)).toBeUndefined()
  })

  it('takes linear time, whatever it is', () => {
    expect(holds('(a*)*b', 'a'.repeat(20_000))).toBe(false)
  })
})
