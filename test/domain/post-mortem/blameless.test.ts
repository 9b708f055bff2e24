import { describe, expect, it } from 'vitest'
import { blamingWords, endsAtPerson } from '../../../src/domain/post-mortem/blameless.ts'

describe('the words of a blameless review', () => {
  it.each([
    ['It was human error', ['human error']],
    ['The on-call was careless and should have looked', ['careless', 'should have']],
    ['They failed to notice what was obvious', ['failed to', 'obvious']],
    ['It could have been simply restarted', ['could have', 'simply']],
    ['The root cause was one engineer', ['root cause was one engineer']],
    ['The deploy went to all hosts at once, and no guard held it back', []],
    ['The error rate rose to 12 %', []],
    ['A user errored out', []],
  ])('finds in %j exactly %j', (text, words) => {
    expect(blamingWords(text)).toEqual(words)
  })

  it.each([
    ['An engineer wrote a bad regex', true],
    ['The on-call engineer deleted the directory.', true],
    ['The directory was deleted by an operator', true],
    ['It was a configuration mistake.', true],
    ['Somebody typed the wrong host', true],
    ['Responders lost access to their tools', false],
    ['The responder had no way to see the target of the command', false],
    ['The tool took any host, without asking', false],
    ['Errors were not counted', false],
  ])('says whether %j ends at a person: %j', (claim, ends) => {
    expect(endsAtPerson(claim)).toBe(ends)
  })
})
