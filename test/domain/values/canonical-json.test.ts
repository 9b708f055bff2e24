import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { canonicalJson, toJson } from '../../../src/domain/values/canonical-json.ts'

describe('canonical JSON', () => {
  it('is the same whatever the order of members', () => {
    expect(canonicalJson({ b: [1, { d: 2, c: 3 }], a: null })).toBe('{"a":null,"b":[1,{"c":3,"d":2}]}')
    expect(canonicalJson({ a: null, b: [1, { c: 3, d: 2 }] })).toBe(
      canonicalJson({ b: [1, { d: 2, c: 3 }], a: null }),
    )
  })

  it.each([
    [Number.NaN, 'null'],
    [-0, '0'],
    [12n, '"12"'],
    [undefined, 'null'],
    [new Date(0), '"1970-01-01T00:00:00.000Z"'],
    [new Date(Number.NaN), 'null'],
    [{ kept: 1, left: undefined }, '{"kept":1}'],
    ['a\u0000b\ud800', '"a\ufffdb\ufffd"'],
    [JSON.parse('{"__proto__": {"x": 1}}'), '{"__proto__":{"x":1}}'],
  ] as const)('writes %o as %s', (value, text) => {
    expect(canonicalJson(value)).toBe(text)
  })

  it('survives being stored and read: nothing is lost, and the text stays the same', () => {
    fc.assert(
      fc.property(fc.anything({ withDate: true, withBigInt: true }), (value) => {
        const text = canonicalJson(value)
        expect(canonicalJson(JSON.parse(text))).toBe(text)
        expect(toJson(JSON.parse(text))).toEqual(JSON.parse(text))
      }),
    )
  })
})
