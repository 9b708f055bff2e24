import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  cutText,
  errorText,
  oneLine,
  outcomeOfRefusal,
  retryAfterMs,
} from '../../../src/domain/page/delivery.ts'
import { storableText } from '../../../src/domain/values/text.ts'

const now = new Date('2026-03-01T03:00:00Z')

describe('Retry-After', () => {
  it.each([
    ['30', 30_000],
    [' 0 ', 0],
    ['Sun, 01 Mar 2026 03:00:17 GMT', 17_000],
    ['Sun, 01 Mar 2026 02:59:00 GMT', 0],
    ['99999999999999999999', 86_400_000],
    ['soon', undefined],
    ['-5', undefined],
    ['1.5', undefined],
    ['2026-03-01', undefined],
    ['Sun, 99 Mar 2026 03:00:17 GMT', undefined],
    ['', undefined],
    [undefined, undefined],
  ])('%s is %s ms', (header, expected) => {
    expect(retryAfterMs(header, now)).toBe(expected)
  })
})

describe('a refusal', () => {
  it.each([408, 425, 429, 500, 502, 503, 599])('%i is worth another try', (status) => {
    expect(outcomeOfRefusal(status, 'no', undefined, now)).toEqual({ kind: 'retry', error: 'no' })
    expect(outcomeOfRefusal(status, 'no', '7', now)).toEqual({
      kind: 'retry',
      error: 'no',
      retryAfterMs: 7_000,
    })
  })

  it.each([301, 307, 400, 401, 403, 404, 409, 410, 413, 422])(
    '%i is final, whatever Retry-After says',
    (status) => {
      expect(outcomeOfRefusal(status, 'no', '7', now)).toEqual({ kind: 'final', error: 'no' })
    },
  )
})

describe('cut text', () => {
  it('is well-formed, within its limit, and what fits is left alone', () => {
    const anyText = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.string({ unit: 'grapheme' }),
      fc.array(fc.nat(0xffff)).map((units) => String.fromCharCode(...units)),
    )
    fc.assert(
      fc.property(anyText, fc.integer({ min: 1, max: 20 }), (text, max) => {
        const cut = cutText(text, max)
        expect(cut.isWellFormed()).toBe(true)
        expect(cut.length).toBeLessThanOrEqual(max)
        if (text.length <= max && storableText(text) === text) expect(cut).toBe(text)
      }),
    )
  })

  it('ends before a character that would be cut in two', () => {
    expect(cutText('ab🔥c', 4)).toBe('ab…')
    expect(cutText('ab🔥c', 5)).toBe('ab🔥c')
    expect(cutText('ab🔥cd', 5)).toBe('ab🔥…')
  })
})

describe('an error', () => {
  it('is one line', () => {
    expect(oneLine(' a\r\n\u0000b\tc ')).toBe('a b c')
  })

  it('N32: of one line turns no other text round, and is empty where nothing can be seen', () => {
    expect(oneLine('a\u202eb\u2066c\u2069 \u202cd')).toBe('abc d')
    expect(oneLine('عربي 👩\u200d👧 \u200eok')).toBe('عربي 👩\u200d👧 \u200eok')
    for (const text of ['\u200b', '\u2060 \u202e', '\u00ad\ufeff', '\u3164', '\u0000'])
      expect(oneLine(text)).toBe('')
  })

  it('is short', () => {
    expect(errorText('x'.repeat(1000))).toHaveLength(300)
  })

  it('holds no secret, not even the beginning of one that the limit cuts', () => {
    const secret = 's3cr3t'.repeat(10)
    expect(errorText(`${'x'.repeat(290)}${secret}`, [secret])).not.toContain('s3')
    expect(errorText(`a ${secret} b ${secret}`, ['', secret])).toBe('a [secret] b [secret]')
  })
})
