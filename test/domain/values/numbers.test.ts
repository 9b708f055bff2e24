import { expect, test } from 'vitest'
import { formatChange, formatPercent } from '../../../src/domain/values/numbers.ts'

test.each([
  [0.76, '76 %'],
  [0.054, '5 %'],
  [0.004767, '0.5 %'],
  [0.00031, '0.03 %'],
  [0.997, '99.7 %'],
  [1, '100 %'],
  [12.4, '1,240 %'],
])('N32: a part of %s reads "%s"', (part, words) => {
  expect(formatPercent(part)).toBe(words)
})

test.each([
  [4.895, 4.918, '0.5 % below'],
  [12, 50, '76 % below'],
  [210, 50, '4.2 times'],
  [3, 3, 'equal to'],
  [3, 0, 'above'],
])('%s against %s is "%s"', (value, base, words) => {
  expect(formatChange(value, base)).toBe(words)
})
