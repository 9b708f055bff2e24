import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Matcher, matchesAll, matchOperators } from '../../../src/domain/alert/matcher.ts'
import {
  formatMatcher,
  MatcherRefused,
  parseMatcher,
  parseMatchers,
} from '../../../src/domain/alert/matcher-text.ts'

const matcher = (name: string, operator: Matcher['operator'], value: string): Matcher => ({
  name,
  operator,
  value,
})

const names = fc.oneof(
  fc.string({ minLength: 1, unit: 'binary' }),
  fc.constantFrom('service', 'service.name', 'größe', 'k8s/pod', 'a"b\\', '{', '"', 'x\ny', 'a=b,c'),
)
const values = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: fc.constantFrom('"', '\\', 'n', '\n', ',', '}', '{', ' ', '=', '~', '\u00a0') }),
)
const plain = fc.record({
  name: names,
  operator: fc.constantFrom('=' as const, '!=' as const),
  value: values,
})

describe('one matcher', () => {
  it.each([
    ['foo="bar"', 'foo', '=', 'bar'],
    ['foo=bar', 'foo', '=', 'bar'],
    ['foo=', 'foo', '=', ''],
    ['foo=""', 'foo', '=', ''],
    ['foo=~"a|b"', 'foo', '=~', 'a|b'],
    ['foo!~a|b', 'foo', '!~', 'a|b'],
    ['foo=~"\\d+\\.com"', 'foo', '=~', '\\d+\\.com'],
    ['foo=~"\\\\d+"', 'foo', '=~', '\\d+'],
    [' foo \t!=\n "bar baz"  ', 'foo', '!=', 'bar baz'],
    ['foo=bar baz', 'foo', '=', 'bar baz'],
    ['foo=a\\nb\\"c\\\\d\\', 'foo', '=', 'a\nb"c\\d\\'],
    ['foo="a\nb"', 'foo', '=', 'a\nb'],
    ['foo={bar}', 'foo', '=', '{bar}'],
    ['"größe"="x"', 'größe', '=', 'x'],
    ['größe=x', 'größe', '=', 'x'],
    ['"service.name"="feed"', 'service.name', '=', 'feed'],
    ['service.name!=feed', 'service.name', '!=', 'feed'],
    ['k8s/pod=~"feed-\\\\d"', 'k8s/pod', '=~', 'feed-\\d'],
    ['"a\\"b"="\\u00e9\\xc3\\xa9\\303\\251\\U0001f525\\t"', 'a"b', '=', 'ééé🔥\t'],
    ['🔥=🔥', '🔥', '=', '🔥'],
  ] as const)('%j', (text, name, operator, value) => {
    expect(parseMatcher(text)).toEqual({ name, operator, value })
  })

  it.each([
    ['', /not one matcher/],
    ['foo', /column 4: expected an operator/],
    ['foo bar', /column 5: expected an operator/],
    ['foo"="bar', /column 4/],
    ['foo="bar', /column 5: a closing quotation mark is missing/],
    ['foo=ba"r', /column 5|column 7/],
    ['"größe"=', /column 9: expected a value/],
    ['größe=x, os=y', /not one matcher/],
    ['{foo="bar"}', /not one matcher/],
    ['=bar', /column 1: expected a label's name/],
    ['""=bar', /names no label/],
    ["größe='x'", /"'" has to stand in quotation marks/],
    ['"größe"="\\d"', /is no escape/],
    ['"größe"="\\xff"', /is no escape/],
    ['"größe"="\\ud800"', /is no escape/],
    ['foo=~"a("', /bad regular expression.*missing closing \)/],
    ['foo!~"(?<=a)b"', /bad regular expression/],
    ['foo=~"(a)\\\\1"', /bad regular expression/],
  ])('%j is refused, with where and why', (text, message) => {
    expect(() => parseMatcher(text)).toThrow(MatcherRefused)
    expect(() => parseMatcher(text)).toThrow(message)
  })

  it('comes back from its own text, whatever its name and value', () => {
    fc.assert(
      fc.property(plain, (given) => {
        expect(parseMatcher(formatMatcher(given))).toEqual(given)
      }),
    )
  })

  it('answers any text with a matcher or a sentence', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.string({
        unit: fc.constantFrom('a', '"', '\\', '=', '~', '!', '{', '}', ',', ' ', 'x', '0', '(', '*'),
      }),
    )
    fc.assert(
      fc.property(text, (given) => {
        for (const parse of [parseMatcher, parseMatchers]) {
          try {
            parse(given)
          } catch (error) {
            expect(error).toBeInstanceOf(MatcherRefused)
          }
        }
      }),
    )
  })
})

describe('a list of matchers', () => {
  it.each([
    ['', []],
    ['{}', []],
    ['{foo="bar", x!="y"}', [matcher('foo', '=', 'bar'), matcher('x', '!=', 'y')]],
    ['foo=bar,dings!=bums', [matcher('foo', '=', 'bar'), matcher('dings', '!=', 'bums')]],
    ['{foo = "bar", dings != "bums", }', [matcher('foo', '=', 'bar'), matcher('dings', '!=', 'bums')]],
    ['{quote="She said: \\"Hi, ladies!\\""}', [matcher('quote', '=', 'She said: "Hi, ladies!"')]],
    ['statuscode=~"5.."', [matcher('statuscode', '=~', '5..')]],
    [
      '{"service.name"="a,b", größe=~"x|y",}',
      [matcher('service.name', '=', 'a,b'), matcher('größe', '=~', 'x|y')],
    ],
  ] as const)('%j', (text, expected) => {
    expect(parseMatchers(text)).toEqual(expected)
  })

  it.each([
    ['foo=bar,,x=y', /column 9: expected a label's name/],
    ['{größe=x', /column 9: expected a comma or "}"/],
    ['größe=x}', /column 8: expected a comma/],
    ['{größe=x} y', /column 11: expected nothing after/],
  ])('%j is refused', (text, message) => {
    expect(() => parseMatchers(text)).toThrow(message)
  })

  it('comes back from its own text', () => {
    fc.assert(
      fc.property(fc.array(plain, { maxLength: 5 }), fc.boolean(), (given, isBraced) => {
        const text = given.map(formatMatcher).join(', ')
        expect(parseMatchers(isBraced ? `{${text}}` : text)).toEqual(given)
      }),
    )
  })
})

describe('matching', () => {
  /** Written anew, with the runtime's own expressions. */
  function reference({ name, operator, value }: Matcher, labels: Record<string, string>): boolean {
    const actual = Object.hasOwn(labels, name) ? labels[name] : ''
    const holds =
      operator === '=' || operator === '!='
        ? actual === value
        : new RegExp(`^(?:${value})$`, 'u').test(actual ?? '')
    return operator.startsWith('!') ? !holds : holds
  }

  it('is as a reference has it, for every operator and absent labels', () => {
    const letters = fc.string({ unit: fc.constantFrom('a', 'b', 'ä'), maxLength: 3 })
    const expression = fc
      .array(fc.constantFrom('a', 'b', 'ä', 'a*', 'b?', '(?:a|b)', '[ab]+', '|', '.'), { maxLength: 4 })
      .map((parts) => parts.join(''))
    const label = fc.constantFrom('x', 'y', '__proto__', 'constructor')
    const any = fc
      .record({ name: label, operator: fc.constantFrom(...matchOperators) })
      .chain((head) =>
        (head.operator.endsWith('~') ? expression : letters).map((value): Matcher => ({ ...head, value })),
      )
    const labels = fc.dictionary(fc.constantFrom('x', 'y'), letters)
    fc.assert(
      fc.property(fc.array(any, { maxLength: 3 }), labels, (matchers, given) => {
        const expected = matchers.every((one) => reference(one, given))
        expect(matchesAll(matchers, given)).toBe(expected)
      }),
      { numRuns: 500 },
    )
  })

  it.each(['(a+)+$', '(a|a)*b', '(a|aa)+c', '(.*)*x', 'a*a*a*a*a*b', '([a-z]+)*=y'])(
    '%s ends on 100 kB',
    (expression) => {
      const labels = { x: `${'a'.repeat(100_000)}!` }
      expect(
        matchesAll([parseMatcher(`x=~${formatMatcher(matcher('x', '=', expression)).slice(2)}`)], labels),
      ).toBe(false)
    },
  )

  it.each([
    ['blanks', `x=a${' '.repeat(100_000)}b`],
    ['backslashes', `"x"="${'\\\\'.repeat(100_000)}`],
    ['commas', ', '.repeat(100_000)],
  ])('reading 100 kB of %s ends', (_, text) => {
    try {
      expect(parseMatchers(text)).toHaveLength(1)
    } catch (error) {
      expect(error).toBeInstanceOf(MatcherRefused)
    }
  })
})
