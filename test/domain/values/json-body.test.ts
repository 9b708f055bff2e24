import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  isNestedDeeper,
  mostNested,
  nestedTooDeep,
  parseJsonBody,
} from '../../../src/domain/values/json-body.ts'

const nested = (levels: number, open = '[', close = ']') => open.repeat(levels) + close.repeat(levels)

describe('the body of a stranger', () => {
  it.each<[string, string, unknown]>([
    ['plain', '{"a": [1, null]}', { value: { a: [1, null] } }],
    ['with a byte order mark', '\uFEFF{"a": 1}', { value: { a: 1 } }],
    ['not JSON', '{"a": }', { problem: 'the body is not JSON' }],
    ['empty', ' ', { problem: 'the body is empty' }],
    ['a prototype', '{"a": {"__proto__": {"b": 1}, "c": 2}}', { value: { a: { c: 2 } } }],
    ['a constructor of a prototype', '[{"constructor": {"prototype": {"b": 1}}}]', { value: [{}] }],
    ['a word that is only called so', '{"constructor": "Acme"}', { value: { constructor: 'Acme' } }],
    ['as deep as it may be', nested(mostNested), { value: JSON.parse(nested(mostNested)) }],
    ['deeper', nested(mostNested + 1), { problem: nestedTooDeep }],
  ])('%s', (_, text, expected) => {
    expect(parseJsonBody(text)).toEqual(expected)
  })

  it('is refused, and no stack runs out, when it is a million levels deep', () => {
    expect(parseJsonBody(nested(1_000_000))).toEqual({ problem: nestedTooDeep })
    expect(parseJsonBody(`${'{"a":'.repeat(300_000)}1${'}'.repeat(300_000)}`)).toEqual({
      problem: nestedTooDeep,
    })
  })

  it('is what JSON says of it, where no name is poison', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 6 }), (value) => {
        const text = JSON.stringify(value)
        if (/__proto__|constructor/.test(text)) return
        expect(parseJsonBody(text)).toEqual({ value: JSON.parse(text) })
      }),
    )
  })

  it('of bytes has no depth', () => {
    expect(isNestedDeeper(new Uint8Array(8), 0)).toBe(false)
  })
})
