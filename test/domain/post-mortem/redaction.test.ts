import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { literally } from '../../../src/domain/values/regular-expression.ts'
import {
  holdsSecret,
  peopleNamedIn,
  redactPeople,
  redactSecrets,
} from '../../../src/domain/post-mortem/redaction.ts'

const people = [
  { names: ['ana', 'Ana', 'Ana Torres', 'Torres'], role: 'the responder on step 1' },
  { names: ['c++'], role: 'a person' },
]

describe('names', () => {
  it.each([
    ['ana acknowledged; escalation stops', 'The responder on step 1 acknowledged; escalation stops'],
    ['Paged ana by webhook', 'Paged the responder on step 1 by webhook'],
    ['Ask @ana or Ana Torres', 'Ask the responder on step 1 or the responder on step 1'],
    ['Mail ana.torres@example.com', 'Mail a person'],
    ['thanks @somebody-else', 'thanks a person'],
    ['banana, ana-1 and analysis', 'banana, ana-1 and analysis'],
    ['by c++', 'by a person'],
    ['$& $1 ana', '$& $1 the responder on step 1'],
    ['', ''],
  ])('turns %j into %j', (text, clean) => {
    expect(redactPeople(text, people)).toBe(clean)
  })

  it('leaves no known name in any text', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.string(), fc.constantFrom('ana', 'Ana Torres', ' ', ', ', '@ana'))),
        (parts) => {
          expect(peopleNamedIn(redactPeople(parts.join(''), people), people)).toEqual([])
        },
      ),
    )
  })
})

describe('N16 names with every character they may have', () => {
  const awkward = [
    'on-call',
    'data-team',
    '#shop-room',
    'a.b',
    'ana/ben',
    'team [eu]',
    '(ops)',
    '{x}',
    'c++',
    'why?',
    'a|b',
    '$ana',
    '^top',
    'back\\slash',
    "o'brien",
    'a,b',
    'k&r',
    'a=b!',
    '~home',
    'Jürgen',
    'José',
    '李雷',
    'Ольга',
    '🦊 fox',
    '-x-',
    'tab\there',
    '@handle.x',
    'half \ud83d pair',
    '\u0000nul',
  ]

  it.each(awkward)('%j is replaced by the role and named no more', (name) => {
    const known = [{ names: [name], role: 'the one who answered' }]
    expect(peopleNamedIn(`asked ${name}, again`, known)).toEqual([name])
    expect(redactPeople(`asked ${name}, again`, known)).toBe('asked the one who answered, again')
  })

  it('an accent may be part of its letter or follow it', () => {
    const known = [{ names: ['José'.normalize('NFC'), 'Jose'], role: 'the one' }]
    expect(redactPeople(`by ${'José'.normalize('NFD')}!`, known)).toBe('by the one!')
  })

  it('a name that is a word of a role does not change the role', () => {
    const known = [
      { names: ['ana'], role: 'the responder on-call' },
      { names: ['on-call'], role: 'a room' },
    ]
    expect(redactPeople('by ana and on-call', known)).toBe('by the responder on-call and a room')
  })

  it.each(['.', ' ', '', '--', '"', '()'])('%j is not a name', (name) => {
    expect(redactPeople('One. Two -- "three" ().', [{ names: [name], role: 'X' }])).toBe(
      'One. Two -- "three" ().',
    )
  })

  it('no name makes an invalid expression, and none changes what is not said', () => {
    const name = fc.oneof(fc.string({ unit: 'binary' }), fc.string())
    fc.assert(
      fc.property(fc.array(name, { maxLength: 4 }), (names) => {
        expect(redactPeople('', [{ names, role: 'X' }])).toBe('')
        peopleNamedIn('text', [{ names, role: 'X' }])
      }),
      { numRuns: 60 },
    )
  }, 30_000)
})

describe('N16 a text as a regular expression', () => {
  it('matches itself alone, with either flag, in a class too', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.string(),
      fc.constantFrom('-', '&&', '[[', '\ud800'),
    )
    fc.assert(
      fc.property(text, text, (one, other) => {
        for (const flag of ['u', 'v']) {
          expect(new RegExp(`^${literally(one)}$`, flag).test(other)).toBe(one === other)
          expect(new RegExp(`^${literally(one)}$`, flag).test(one)).toBe(true)
          if (one !== '') expect(new RegExp(`^[${literally(one)}]+$`, flag).test(one)).toBe(true)
        }
      }),
      { numRuns: 100 },
    )
  })
})

describe('secrets', () => {
  it.each([
    ['password=hunter2secret', 'password=(secret withheld)'],
    ['Authorization: Bearer abcdef123456.ghi', 'Authorization: Bearer (secret withheld)'],
    ['key AKIAABCDEFGHIJKLMNOP leaked', 'key (secret withheld) leaked'],
    ['postgres://app:s3cr3t@db:5432/x', 'postgres://app:(secret withheld)@db:5432/x'],
    ['xoxb-1234567890-abcdef', '(secret withheld)'],
    ['-----BEGIN RSA PRIVATE KEY-----\nabc', '(secret withheld)'],
    ['the token of the chart is shown elsewhere', 'the token of the chart is shown elsewhere'],
    ['ratio 0.5: fine', 'ratio 0.5: fine'],
  ])('turns %j into %j', (text, clean) => {
    expect(redactSecrets(text)).toBe(clean)
    expect(holdsSecret(clean)).toBe(false)
  })
})
