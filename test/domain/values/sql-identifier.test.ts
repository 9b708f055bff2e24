import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  identifierParts,
  quotedIdentifier,
  writtenIdentifier,
} from '../../../src/domain/values/sql-identifier.ts'

describe('identifiers of ClickHouse', () => {
  it('come back as they were, whatever characters they have', () => {
    const name = fc.string({ unit: 'binary', minLength: 1 }).filter((text) => !text.includes('\0'))
    fc.assert(
      fc.property(fc.array(name, { minLength: 1, maxLength: 3 }), (names) => {
        expect(identifierParts(names.map(quotedIdentifier).join('.'))).toEqual(names)
        expect(identifierParts(names.map(writtenIdentifier).join('.'))).toEqual(names)
      }),
    )
  })

  it.each([
    '',
    '.',
    'a.',
    '.a',
    'a b',
    '1a',
    '`a',
    'a`',
    '``',
    'a; DROP TABLE x',
    'now()',
    "'a'",
    'a.`b`c',
    '`a\\`',
  ])('are nothing else: %j', (text) => {
    expect(identifierParts(text)).toBeUndefined()
  })
})
