import { describe, expect, it } from 'vitest'
import { createAnswerLinks } from '../../src/answers/links.ts'

const key = 'k'.repeat(32)
const start = '2026-03-01T03:00:00.000Z'
const hourMs = 3_600_000
const at = (hours: number) => new Date(Date.parse(start) + hours * hourMs)
const links = (now = at(0), withKey = key) =>
  createAnswerLinks({ key: withKey, publicUrl: 'https://firewatch.example.com/', now: () => now })
const page = { id: 'INC-42/r0/s1/a%20b/c0', createdAt: start }
const token = links().urlOf(page).split('/').at(-1) ?? ''

describe('a link that acknowledges', () => {
  it('names its page for 24 hours', () => {
    expect(links().urlOf(page)).toMatch(/^https:\/\/firewatch\.example\.com\/answers\/[\w-]+\.[\w-]{43}$/)
    expect([0, 23, 24, 25].map((hours) => links(at(hours)).pageOf(token))).toEqual([
      page.id,
      page.id,
      undefined,
      undefined,
    ])
  })

  it('is the same in every try of a page', () => {
    expect(links(at(5)).urlOf(page)).toBe(links().urlOf(page))
  })

  it.each(['', '.', 'x', `${token}x`, token.slice(1), token.split('.')[0] ?? '', `${token}.x`.slice(2)])(
    'is nothing when it was changed: %s',
    (changed) => {
      expect(links().pageOf(changed)).toBeUndefined()
    },
  )

  it('is nothing to another key, and a short key makes none', () => {
    expect(links(at(0), 'j'.repeat(32)).pageOf(token)).toBeUndefined()
    expect(() => links(at(0), 'short')).toThrow('at least 32 characters')
  })
})
