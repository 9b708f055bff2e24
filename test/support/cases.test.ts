import { describe, expect, it } from 'vitest'
import { Expectation, listOf, textOf } from './cases.ts'

describe('what a case expects', () => {
  it('fails where a field is not understood', () => {
    const expectation = new Expectation({ known: 1, strange: 2 })
    expectation.field('known', (value) => expect(value).toBe(1))
    expect(() => expectation.finish()).toThrow('does not understand')
  })

  it('fails where nothing was checked', () => {
    expect(() => new Expectation({}).finish()).toThrow('were checked')
  })

  it('is met when every field was checked', () => {
    const expectation = new Expectation({ known: 1 })
    expectation.field('known', (value) => expect(value).toBe(1))
    expectation.field('absent', () => expect.unreachable())
    expectation.finish()
  })

  it('reads one value where a list may stand', () => {
    expect([listOf(null), listOf('a'), listOf(['a', 'b'])]).toEqual([[], ['a'], ['a', 'b']])
  })

  it('refuses a thing where words are expected', () => {
    expect(textOf(undefined, 'UTC')).toBe('UTC')
    expect(() => textOf({})).toThrow('words or a number')
  })
})
