import { describe, expect, it } from 'vitest'
import {
  baselineValue,
  isSameBaseline,
  readBaselines,
  type BaselineKind,
} from '../../../src/domain/check/baseline.ts'
import { readVerdicts, type Verdict } from '../../../src/domain/check/verdict.ts'
import { baselineWords } from '../../../src/domain/check/verdict-words.ts'

const day = { kind: 'before', daysAgo: 1 } as const
const week = { kind: 'before', daysAgo: 7 } as const
const threshold = { kind: 'threshold' } as const
const clear = { kind: 'clear' } as const

describe('a baseline', () => {
  it.each<[BaselineKind, string, string]>([
    [day, 'a day before', 'a day ago'],
    [week, 'a week before', 'a week ago'],
    [{ kind: 'before', daysAgo: 14 }, '14 days before', '14 days ago'],
    [threshold, 'the threshold', 'the threshold'],
    [clear, 'where it clears', 'where it clears'],
  ])('%o reads %s, and beside what is measured now %s', (kind, before, ago) => {
    expect(baselineWords(kind)).toBe(before)
    expect(baselineWords(kind, 'ago')).toBe(ago)
  })

  it('is the same as another of its kind, and of its day', () => {
    const kinds = [day, week, threshold, clear]
    for (const [index, kind] of kinds.entries())
      expect(kinds.map((other) => isSameBaseline(kind, other))).toEqual(kinds.map((_, at) => at === index))
  })

  it('is found by what it is, whatever its value', () => {
    const baselines = [
      { ...day, value: 3, diff: null },
      { ...week, value: null, diff: null },
    ]
    expect(baselineValue(baselines, day)).toBe(3)
    expect(baselineValue(baselines, week)).toBeNull()
    expect(baselineValue(baselines, threshold)).toBeNull()
  })
})

describe('baselines that were stored', () => {
  it('are read as they are', () => {
    const stored = [day, week, threshold, clear].map((kind) => ({ ...kind, value: 1, diff: 0 }))
    expect(readBaselines(stored)).toEqual(stored)
  })

  it('under a name, before they had a kind, are read by the kind', () => {
    const names = ['a day ago', 'a week ago', 'the threshold', 'where it clears']
    expect(readBaselines(names.map((name) => ({ name, value: 1, diff: 0 })))).toEqual(
      [day, week, threshold, clear].map((kind) => ({ ...kind, value: 1, diff: 0 })),
    )
  })

  it.each([
    ['of a kind that only a newer version knows', [{ kind: 'forecast', value: 1, diff: 0 }]],
    ['under a name that no version wrote', [{ name: 'yesterday', value: 1, diff: 0 }]],
    ['as no list', { kind: 'before' }],
  ])('%s are left out', (_, stored) => {
    expect(readBaselines(stored)).toEqual([])
  })

  it('are read in each verdict', () => {
    const verdict = { value: 1, baselines: [{ name: 'a day ago', value: 2, diff: 0.5 }] }
    expect(readVerdicts([verdict as unknown as Verdict])).toEqual([
      { value: 1, baselines: [{ ...day, value: 2, diff: 0.5 }] },
    ])
  })
})
