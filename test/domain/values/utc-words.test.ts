import fc from 'fast-check'
import { expect, it } from 'vitest'
import { clockWords } from '../../../src/domain/values/instant-text.ts'
import { utcWords } from '../../../src/domain/values/utc-words.ts'

it('says an instant in UTC as the calendar does', () => {
  expect(utcWords(Date.parse('2026-03-02T08:00:59.999Z'))).toBe('Mon 2 Mar 08:00 UTC')
  const instant = fc.integer({ min: 0, max: Date.parse('2099-12-31T23:59:59Z') })
  fc.assert(
    fc.property(instant, (at) => {
      expect(utcWords(at)).toBe(`${clockWords(at, 'UTC')} UTC`)
    }),
  )
})
