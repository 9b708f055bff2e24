import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { amountScale, formatAmount, scaledAmount } from '../../../src/domain/values/amount.ts'

describe('N34: amounts have their unit', () => {
  it.each([
    [12, undefined, '12'],
    [97.25, '%', '97.25 %'],
    [0, 'ms', '0 ms'],
    [812, 'ms', '812 ms'],
    [2_500, 'ms', '2.5 s'],
    [0.0042, 's', '4.2 ms'],
    [90, 's', '90 s'],
    [900, 's', '15 min'],
    [5, 'd', '5 d'],
    [12, 'us', '12 µs'],
    [512, 'B', '512 B'],
    [3_221_225_472, 'bytes', '3 GiB'],
    [1_536, 'MiB', '1.5 GiB'],
    [2_500, 'MB', '2.5 GB'],
    [2_048, 'B/s', '2 KiB/s'],
    [2_500_000, 'bit/s', '2.5 Mbit/s'],
    [12_345, '/min', '12,345 /min'],
    [1_234_567, '/min', '1.235M /min'],
    [-1_500, 'ms', '-1.5 s'],
    [1e18, '/s', '1e18 /s'],
    [1e-9, 'queries', '1e-9 queries'],
    [1e-9, 's', '1 ns'],
    [7_200_000, 'ms/op', '7,200 s/op'],
    [5, '/', '5 /'],
  ])('%d in %s is %s', (value, unit, text) => {
    expect(formatAmount(value, unit)).toBe(text)
  })

  it('all of one axis alike', () => {
    const axis = (greatest: number, unit: string, values: readonly number[]) =>
      values.map((value) => scaledAmount(value, amountScale(greatest, unit)))
    expect(axis(1_500, 'ms', [0, 500, 1_500])).toEqual(['0 s', '0.5 s', '1.5 s'])
    expect(axis(20_000, '/min', [0, 5_000, 20_000])).toEqual(['0 /min', '5k /min', '20k /min'])
    expect(axis(8_000, '', [0, 8_000])).toEqual(['0', '8000'])
  })

  it('N34: one that is far below the others in its own scale', () => {
    const beside = (greatest: number, unit: string, value: number) =>
      scaledAmount(value, amountScale(greatest, unit))
    expect(beside(123_456_789, 'orders/min', 5)).toBe('5 orders/min')
    expect(beside(3_600_000, 'ms', 20)).toBe('20 ms')
    expect(beside(5 * 1_024 ** 3, 'B', -512)).toBe('-512 B')
    expect(beside(20_000, '', 500)).toBe('0.5k')
    expect(beside(20_000, '', 0)).toBe('0')
  })

  it('whatever the number and the unit, and no unit is lost', () => {
    const anything = fc.string({ unit: 'binary', maxLength: 20 })
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), anything, (value, unit) => {
        const text = formatAmount(value, unit)
        expect(text).not.toMatch(/NaN|undefined/)
        expect(text.length).toBeLessThan(60 + unit.length)
        if (!/^[a-zA-Zµμ]/.test(unit)) expect(text.endsWith(unit)).toBe(true)
      }),
    )
  })
})
