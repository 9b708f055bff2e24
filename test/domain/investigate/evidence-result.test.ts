import { describe, expect, it } from 'vitest'
import { boundedRows, rowsOf } from '../../../src/domain/investigate/evidence-result.ts'
import { toJson } from '../../../src/domain/values/canonical-json.ts'

/** As it is read again from where it is stored. */
const stored = (rows: readonly Record<string, unknown>[]) => rowsOf(toJson(boundedRows(rows)))

describe('N47: evidence', () => {
  it('N47: keeps apart what is no number and what is not there', () => {
    const row = {
      mean: Number.NaN,
      peak: Infinity,
      least: -Infinity,
      none: null,
      all: [1, Number.NaN],
      by: { ios: Infinity },
    }
    expect(stored([row])?.rows).toEqual([
      { mean: 'nan', peak: 'inf', least: '-inf', none: null, all: [1, 'nan'], by: { ios: 'inf' } },
    ])
  })

  it.each([
    ['an array', Array.from({ length: 100_000 }, (_, index) => index)],
    ['texts in an array', ['a'.repeat(5_000)]],
    ['texts in a map', { message: 'a'.repeat(5_000) }],
    ['texts in tuples of tuples', [['a', ['b'.repeat(5_000)]]]],
    ['families', [`👩‍👩‍👧`.repeat(300)]],
  ])('N47: cuts %s', (_, cell) => {
    const [row] = stored([{ cell }])?.rows ?? []
    const text = String(row?.['cell'])
    expect(text).toMatch(/^[[{].*…$/u)
    expect(text.length).toBeLessThanOrEqual(1_000)
    expect(text).toMatch(/(?:[^👩\u200d]|👩‍👩‍👧)…$/u)
  })

  it('N47: keeps short arrays, maps and tuples as they are', () => {
    const rows = [{ list: [1, 'a'], map: { ios: ['x'] }, text: 'y' }]
    expect(stored(rows)?.rows).toEqual(rows)
  })

  it('N47: says how many columns of a very wide row are not kept', () => {
    const wide = Object.fromEntries(Array.from({ length: 1_234 }, (_, index) => [`c${index}`, index]))
    const found = stored([wide, { c0: 1 }])
    expect(found).toMatchObject({ moreColumns: 1_034, truncated: false })
    expect(found?.columns).toHaveLength(200)
    expect(found?.rows.map((row) => Object.keys(row).length)).toEqual([200, 1])
  })
})
