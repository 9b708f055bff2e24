import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { holdsSecret, peopleNamedIn, redactPeople, redactSecrets } from '../../src/domain/redaction.ts'

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
