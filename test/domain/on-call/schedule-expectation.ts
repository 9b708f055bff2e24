import { expect } from 'vitest'
import { overrideConflict } from '../../../src/domain/on-call/overrides.ts'
import type { Schedule, Shift } from '../../../src/domain/on-call/schedule.ts'
import { onCallAt, segmentsBetween } from '../../../src/domain/on-call/segments.ts'
import { swapConflict, takeSwap } from '../../../src/domain/on-call/swaps.ts'
import { type Expectation, type Fields, listOf } from '../../support/cases.ts'
import { instantOf, iso, namesOf, shiftOf } from './case-times.ts'
import { overrideOf, scheduleFrom } from './schedule-case.ts'

/** All that cases of overrides and layers expect. */
export function checkSchedule(input: Fields, expectation: Expectation): void {
  const schedule = scheduleFrom(input)
  expectation.field('onCall', (expected) => checkOnCall(schedule, queriesOf(input), expected))
  expectation.field('onCallAt', (expected) => checkOnCall(schedule, queriesOf(input), expected))
  expectation.field('mustReport', (reason) => {
    const answers = queriesOf(input).map((at) => onCallAt(schedule, instantOf(at)))
    const empty = answers.filter(({ people }) => people.length === 0)
    expect(empty.length).toBeGreaterThan(0)
    expect(empty.map((answer) => answer.reason)).toEqual(empty.map(() => reason))
  })
  expectation.field('segments', (expected) => checkSegments(schedule, expected))
  expectation.field('taken', (expected) => checkSegments(schedule, expected))
  expectation.field('untaken', (expected) =>
    checkSegments({ ...schedule, swaps: schedule.swaps.map((swap) => ({ ...swap, taker: null })) }, expected),
  )
  expectation.field('second', (expected) => checkSecond(input, expected))
  checkSwapRules(schedule)
}

/** Without queries a case is about any time of its day. */
function queriesOf(input: Fields): readonly unknown[] {
  const queries = listOf(input['queries'] ?? input['query'] ?? input['at'])
  return queries.length === 0 ? ['12:00'] : queries
}

/** By time, one answer for each query, or for the only one. */
function checkOnCall(schedule: Schedule, queries: readonly unknown[], expected: unknown): void {
  const byTime = typeof expected === 'object' && expected !== null && !Array.isArray(expected)
  const list = listOf(expected)
  const alone = queries.length === 1 && !list.some((item) => Array.isArray(item))
  const known = byTime
    ? Object.entries(expected)
    : alone
      ? [[queries[0], list] as const]
      : queries.map((query, at) => [query, list[at]] as const)
  if (!byTime && !alone) expect(list).toHaveLength(queries.length)
  for (const [at, people] of known)
    expect(onCallAt(schedule, instantOf(at)).people, String(at)).toEqual(namesOf(people))
}

/** Where a case lists only those with somebody, the others do not count. */
function checkSegments(schedule: Schedule, expected: unknown): void {
  const known = listOf(expected).map(shiftOf)
  const from = Math.min(...known.map((segment) => segment.from))
  const to = Math.max(...known.map((segment) => segment.to))
  const withEmpty = known.some(({ people }) => people.length === 0)
  const found = segmentsBetween(schedule, from, to).filter(({ people }) => withEmpty || people.length > 0)
  expect(found.map(readable)).toEqual(known.map(readable))
}

function readable({ from, to, people }: Shift): string {
  return `${iso(from)} ${iso(to)} ${people.join(' ')}`
}

/** Each of the second ones is tried beside the first. */
function checkSecond(input: Fields, expected: unknown): void {
  const first = several(input['first']).map((written, at) => overrideOf(written, `first ${at}`))
  const second = several(input['second']).map((written, at) => overrideOf(written, `second ${at}`))
  expect(first.length).toBeGreaterThan(0)
  const verdicts = second.map((candidate) =>
    overrideConflict(first, candidate) === null ? 'ok' : 'conflict',
  )
  expect(verdicts).toEqual(listOf(expected))
}

function several(value: unknown): readonly unknown[] {
  const list = listOf(value)
  return list.every((item) => Array.isArray(item)) ? list : [list]
}

/** Holds of every swap of every case: nobody takes their own, and no part of it is offered twice. */
function checkSwapRules(schedule: Schedule): void {
  for (const swap of schedule.swaps) {
    expect(takeSwap({ ...swap, taker: null }, swap.owner)).toMatchObject({ ok: false })
    expect(swapConflict([swap], { ...swap, id: 'again', from: swap.to - 1, to: swap.to + 1 })).not.toBeNull()
    expect(swapConflict([swap], { ...swap, id: 'after', from: swap.to, to: swap.to + 1 })).toBeNull()
  }
}
