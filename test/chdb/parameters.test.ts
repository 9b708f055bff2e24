import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { bindable, unescape } from '../../src/chdb/parameters.ts'

describe('unescape', () => {
  it.each([
    [String.raw`a\tb\nc\\d\'e`, "a\tb\nc\\d'e"],
    [String.raw`\\N`, String.raw`\N`],
    [String.raw`\x41\0`, 'A\0'],
    [String.raw`100\% \d+`, String.raw`100% \d+`],
  ])('reads %s', (text, value) => {
    expect(unescape(text)).toBe(value)
  })

  it('undoes what the client does to a text', () => {
    const marks: Record<string, string> = { '\t': '\\t', '\n': '\\n', '\r': '\\r', "'": "\\'", '\\': '\\\\' }
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (value) => {
        expect(unescape(value.replaceAll(/[\t\n\r'\\]/g, (char) => marks[char] ?? char))).toBe(value)
      }),
    )
  })
})

describe('bindable', () => {
  const bind = (type: string, value: string) => bindable(new Map([['p', value]]), new Map([['p', type]]))['p']

  it('keeps the quotes of texts inside arrays, tuples and maps', () => {
    expect(bind('Array(String)', String.raw`['it\'s','a\\b']`)).toBe(String.raw`['it''s','a\b']`)
    expect(bind('String', String.raw`['it\'s']`)).toBe("['it's']")
  })

  it('takes the null mark for null, and an escaped one for its two characters', () => {
    expect(bind('Nullable(String)', String.raw`\N`)).toBeNull()
    expect(bind('Nullable(String)', String.raw`\\N`)).toBe(String.raw`\N`)
  })

  it('lets no identifier become the function file()', () => {
    expect(() => bind('Identifier', 'file')).toThrow('could name the function')
    expect(bind('Identifier', 'files')).toBe('files')
  })
})
