import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createBodyBudget } from '../../src/web/body-budget.ts'
import { createShapeCheck } from '../../src/web/json-shape.ts'

/** As its bytes come in pieces. */
function shapeOf(text: string, levels: number, values: number, pieceBytes = 7) {
  const check = createShapeCheck({ levels, values })
  const bytes = Buffer.from(text)
  for (let from = 0; from < bytes.length; from += pieceBytes) {
    const problem = check(bytes.subarray(from, from + pieceBytes))
    if (problem !== undefined) return problem
  }
  return undefined
}

const levelsOf = (value: unknown): number =>
  typeof value !== 'object' || value === null ? 0 : 1 + Math.max(0, ...Object.values(value).map(levelsOf))

describe('the shape of a JSON text', () => {
  it('is as deep as what it says, whatever its texts hold and however it is cut', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 6 }), fc.integer({ min: 1, max: 20 }), (value, piece) => {
        const text = JSON.stringify(value)
        const levels = levelsOf(value)
        expect(shapeOf(text, levels, 1e9, piece)).toBeUndefined()
        if (levels > 0) expect(shapeOf(text, levels - 1, 1e9, piece)).toBe('deep')
      }),
    )
  })

  it.each([
    ['["[[[[", "\\"[[[", "\\\\", 1]', undefined],
    ['[[[[', 'deep'],
    ['\uFEFF [[[[', 'deep'],
    ['text=[[[[[', undefined],
    ['[1,2,3,4,5,6,7,8,9,10,11]', 'many'],
    ['[{},{},{},{},{},{}]', 'many'],
    ['["1,2,3,4,5,6,7,8,9,10,11"]', undefined],
    ['   ', undefined],
  ])('%j: %s', (text, problem) => {
    expect(shapeOf(text, 3, 10)).toBe(problem)
  })
})

describe('bytes of bodies', () => {
  it('are shared so that none gets more than is left free', () => {
    const budget = createBodyBudget(90)
    expect([budget.take('a', 45), budget.take('a', 1)]).toEqual([true, false])
    expect([budget.take('b', 22), budget.take('b', 1), budget.take('c', 11)]).toEqual([true, false, true])
    budget.giveBack('a', 45)
    expect([budget.take('b', 6), budget.take('a', 20)]).toEqual([true, true])
  })

  it('come back when they are given back', () => {
    const holder = fc.constantFrom('a', 'b', 'c')
    fc.assert(
      fc.property(fc.array(fc.tuple(holder, fc.integer({ min: 1, max: 50 }))), (takes) => {
        const budget = createBodyBudget(100)
        const taken = takes.filter(([name, bytes]) => budget.take(name, bytes))
        expect(taken.reduce((sum, [, bytes]) => sum + bytes, 0)).toBeLessThan(100)
        for (const [name, bytes] of taken) budget.giveBack(name, bytes)
        expect([budget.take('d', 50), budget.take('d', 1)]).toEqual([true, false])
      }),
    )
  })
})
