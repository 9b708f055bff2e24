import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { closest, didYouMean } from '../../../src/domain/values/suggestion.ts'

describe('did you mean', () => {
  it.each([
    ['lkes', ['likes', 'views'], 'likes'],
    ['liek', ['like', 'lie'], 'like'],
    ['ackTimout', ['ackTimeout', 'notify'], 'ackTimeout'],
    ['TOKEN', ['token'], 'token'],
    ['so', ['os'], 'os'],
    ['messages', ['likes', 'views'], undefined],
    ['x', ['likes'], undefined],
  ])('%s out of %j is %s', (word, candidates, expected) => {
    expect(closest(word, candidates)).toBe(expected)
  })

  it('is silent without a candidate that is close', () => {
    expect(didYouMean('messages', ['likes'])).toBe('')
    expect(didYouMean('lkes', ['likes'])).toBe('; did you mean "likes"?')
  })

  it('finds a word again after one letter was dropped from it', () => {
    const words = fc.uniqueArray(fc.stringMatching(/^[a-z]{8,12}$/), { minLength: 1, maxLength: 5 })
    fc.assert(
      fc.property(words, fc.nat(), ([word = '', ...others], where) => {
        const index = where % word.length
        const slip = word.slice(0, index) + word.slice(index + 1)
        fc.pre(!others.includes(slip))
        expect(closest(slip, [word])).toBe(word)
      }),
    )
  })
})
