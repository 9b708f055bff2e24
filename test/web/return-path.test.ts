import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { loginPath, returnPath } from '../../src/web/return-path.ts'

const here = 'https://firewatch.example.org'

describe('N30: where somebody is led back to after they have logged in', () => {
  it.each([
    '/incidents',
    '/incidents/INC-42',
    '/incidents?state=open&owner=mine',
    '/incidents/INC-42/chart',
    '/on-call?schedule=primary',
    '/runbooks/a%20b',
    '/account',
    '/',
  ])('%s', (path) => {
    expect(returnPath(path)).toBe(path)
    expect(new URL(loginPath(path), here).searchParams.get('next')).toBe(path)
  })

  it.each([
    '//evil.test',
    '//evil.test/incidents',
    '/\\evil.test',
    '\\\\evil.test',
    '/\t/evil.test',
    '/\n/evil.test',
    '/\r\nset-cookie: a=b',
    '/incidents\r\nlocation: https://evil.test',
    '/%0d%0a\n',
    'https://evil.test/incidents',
    'http:evil.test',
    'javascript:alert(1)',
    '/.//evil.test',
    '/..//evil.test',
    '/x/../..//evil.test',
    'incidents',
    '',
    '@evil.test',
    '/ä',
    '/incidents\u0000',
    '/login',
    '/login?next=/login',
    '/login/code',
    '/logout',
    '/api/v1/incidents',
    '/charts/c0ffee.png',
    '/incidents/INC-42/link/secret',
    `/${'x'.repeat(600)}`,
    undefined,
    null,
    42,
    ['/incidents', '/runbooks'],
    { toString: () => '/incidents' },
  ])('never %j', (text) => {
    expect(returnPath(text)).toBeUndefined()
  })

  it('is always a page of ours, whatever is asked for', () => {
    const piece = fc.constantFrom(
      '/',
      '\\',
      '.',
      '..',
      '@',
      ':',
      'evil.test',
      'https:',
      '\t',
      '\n',
      '\r',
      '?',
      '#',
      '%2f',
      '%5c',
      'a',
    )
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(piece, { maxLength: 8 }).map((pieces) => `/${pieces.join('')}`),
    )
    fc.assert(
      fc.property(text, (asked) => {
        const path = returnPath(asked)
        if (path === undefined) return
        expect(path).toMatch(/^\/(?![/\\])[\x21-\x7e]*$/)
        expect(new URL(path, here).origin).toBe(here)
      }),
      { numRuns: 5_000 },
    )
  })
})
