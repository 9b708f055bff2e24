import { describe, expect, it } from 'vitest'
import { howToChooseSentence, operatorOf } from '../../src/app/operator.ts'
import { user } from '../support/pages.ts'

const of = (...names: string[]) => ({
  users: Object.fromEntries(names.map((name) => [name, user(name, [])])),
})

describe('N30: as whom somebody acts who runs "firewatch up"', () => {
  it.each([
    ['ben', ['ana', 'ben'], { name: 'ben', isConfigured: true }],
    [undefined, ['ana'], { name: 'ana', isConfigured: true }],
    [undefined, ['ana', 'ben'], { name: 'root', isConfigured: false }],
    [undefined, ['ana', 'root'], { name: 'root', isConfigured: true }],
    [undefined, [], { name: 'root', isConfigured: false }],
  ])('--as %s of %j: %j', (wanted, names, expected) => {
    expect(operatorOf(wanted, of(...names), 'root')).toEqual(expected)
  })

  it.each([
    ['anna', '--as anna: no user is called so (configured: ana, ben); did you mean "ana"?'],
    ['root', '--as root: no user is called so (configured: ana, ben)'],
    ['', '--as : no user is called so (configured: ana, ben)'],
    ['constructor', '--as constructor: no user is called so (configured: ana, ben)'],
  ])('--as %s is nobody', (wanted, message) => {
    expect(() => operatorOf(wanted, of('ana', 'ben'), 'root')).toThrow(
      expect.objectContaining({ message, exitCode: 2 }) as Error,
    )
  })

  it('is told how to be somebody whom the others know', () => {
    expect(howToChooseSentence({ name: 'root', isConfigured: false }, of('ana', 'ben'))).toBe(
      'You act as root, who is not a configured user. To act as one, run "firewatch up --as NAME" (configured: ana, ben).',
    )
  })
})
