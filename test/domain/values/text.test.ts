import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { storable, storableText } from '../../../src/domain/values/text.ts'

describe('N01 storable text', () => {
  it.each([
    ['core dump \u0000', 'core dump \ufffd'],
    ['\u0000\u0000', '\ufffd\ufffd'],
    ['half \ud83d', 'half \ufffd'],
    ['\udc00 half', '\ufffd half'],
    ['\udc00\ud83d', '\ufffd\ufffd'],
    ['whole 🔥 \u0001 \\u0000', 'whole 🔥 \u0001 \\u0000'],
  ])('%j is %j', (given, stored) => {
    expect(storableText(given)).toBe(stored)
  })

  const texts = fc.string({
    unit: fc.oneof(
      fc.string({ unit: 'binary', maxLength: 1 }),
      fc.constantFrom('\u0000', '\ud800', '\udfff'),
    ),
  })
  const value = fc.letrec((tie) => ({
    any: fc.oneof(
      { maxDepth: 3 },
      texts,
      fc.integer(),
      fc.constant(null),
      fc.array(tie('any')),
      fc.dictionary(texts, tie('any')),
    ),
  })).any

  it('holds for every text and every name of any body, and changes nothing else', () => {
    fc.assert(
      fc.property(value, (body) => {
        const stored = JSON.stringify(storable(body))
        expect(stored).not.toMatch(/(?<!\\)(?:\\\\)*\\u(?:0000|d[89a-f])/)
        expect(storable(JSON.parse(stored))).toEqual(JSON.parse(stored))
      }),
    )
  })

  it('leaves alone what needs nothing, and what is no text', () => {
    const body = { a: ['b', { c: 'd' }] }
    const bytes = Buffer.from([0])
    expect(storable(body)).toBe(body)
    expect(storable(bytes)).toBe(bytes)
  })
})
