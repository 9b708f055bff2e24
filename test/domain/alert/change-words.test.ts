import { expect, it } from 'vitest'
import { changeSentence } from '../../../src/domain/alert/change-words.ts'

const began = '2026-03-01T03:00:00.000Z'
const change = (at: string, more: object = {}) => ({
  changeId: 'c1',
  source: 'integration/ci',
  at,
  summary: 'Deployed checkout v42',
  labels: { service: 'checkout' },
  links: {},
  ...more,
})

it.each([
  [change('2026-03-01T02:56:00Z'), '4 min before: Deployed checkout v42 (checkout)'],
  [change('2026-03-01T03:02:00Z'), '2 min after it began: Deployed checkout v42 (checkout)'],
  [change('2026-03-01T03:00:00Z', { summary: 'a\nb\u0007', labels: {} }), '0 s before: a b'],
])('%j', (given, sentence) => {
  expect(changeSentence(given, began)).toBe(sentence)
})
