import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { gapsBetween, nextHandoffs, overlapsBetween, shiftsOf } from '../../../src/domain/on-call/coverage.ts'
import { diffSchedules } from '../../../src/domain/on-call/schedule-diff.ts'
import type { Schedule } from '../../../src/domain/on-call/schedule.ts'
import { onCallAt, segmentsBetween } from '../../../src/domain/on-call/segments.ts'
import { contains } from '../../../src/domain/on-call/spans.ts'
import { openBetween } from '../../../src/domain/on-call/windows.ts'
import { changes, schedules } from './arbitraries.ts'
import { minuteMs, naiveSchedule } from './naive.ts'

const dayMs = 86_400_000

/** Two days around the change of the clocks, in a schedule that has begun up to three days before. */
const worlds = changes.chain(({ timeZone, at }) => {
  const from = Date.parse(at) - dayMs
  const to = from + 2 * dayMs
  return fc.record({ schedule: schedules(timeZone, from, to), from: fc.constant(from), to: fc.constant(to) })
})

/** Where entries of their own begin: openings of windows and listed shifts. */
function entriesFrom({ layers }: Schedule, from: number, to: number): number[] {
  return layers.flatMap(({ turns, windows }) => [
    ...openBetween(windows, from, to).map((opening) => opening.from),
    ...(turns.kind === 'shifts' ? turns.shifts.map((shift) => shift.from) : []),
  ])
}

describe('a schedule', () => {
  it('has at each minute exactly the people whom a walk over the clock on the wall finds', () => {
    fc.assert(
      fc.property(worlds, ({ schedule, from, to }) => {
        const expected = naiveSchedule(schedule, from - 6 * dayMs, from, to)
        const segments = segmentsBetween(schedule, from, to)
        let current = 0
        for (const [index, people] of expected.entries()) {
          const at = from + index * minuteMs
          while ((segments[current]?.to ?? Infinity) <= at) current += 1
          if (String(segments[current]?.people) !== String(people))
            expect(segments[current]?.people, new Date(at).toISOString()).toEqual(people)
        }
      }),
      { numRuns: 60 },
    )
  })

  it('says the same at an instant, in segments, by person, in gaps and overlaps', () => {
    fc.assert(
      fc.property(worlds, ({ schedule, from, to }) => {
        const segments = segmentsBetween(schedule, from, to)
        expect(segments[0]?.from).toBe(from)
        expect(segments.at(-1)?.to).toBe(to)
        const byPerson = shiftsOf(schedule, from, to)
        for (const [at, segment] of segments.entries()) {
          const next = segments[at + 1]
          if (next !== undefined) {
            expect(next.from).toBe(segment.to)
            if (String(next.people) === String(segment.people))
              expect(entriesFrom(schedule, from, to)).toContain(next.from)
          }
          for (const instant of [segment.from, segment.to - 1])
            expect(onCallAt(schedule, instant).people).toEqual(segment.people)
          const holders = [...byPerson].filter(([, spans]) =>
            spans.some((span) => contains(span, segment.from)),
          )
          expect(holders.map(([person]) => person).toSorted()).toEqual(segment.people)
        }
        const lengths = (some: readonly { from: number; to: number }[]) =>
          some.map((span) => [span.from, span.to])
        expect(lengths(gapsBetween(schedule, from, to))).toEqual(
          lengths(segments.filter(({ people }) => people.length === 0)),
        )
        expect(overlapsBetween(schedule, from, to)).toEqual(
          segments.filter(({ people }) => people.length > 1),
        )
      }),
      { numRuns: 100 },
    )
  })

  it('hands over where its segments meet, however far is looked at once', () => {
    fc.assert(
      fc.property(worlds, fc.integer({ min: 1, max: 5 }), ({ schedule, from, to }, count) => {
        const segments = segmentsBetween(schedule, from, to)
        const handoffs = nextHandoffs(schedule, from, count, to - from)
        expect(handoffs.map(({ at }) => at)).toEqual(
          segments.slice(1, count + 1).map((segment) => segment.from),
        )
      }),
      { numRuns: 60 },
    )
  })

  it('differs from another by what one gains and the other loses', () => {
    fc.assert(
      fc.property(worlds, worlds, (one, { schedule: other }) => {
        const { schedule, from, to } = one
        expect(diffSchedules(schedule, schedule, from, to)).toMatchObject({ changes: [], hours: [] })
        const there = diffSchedules(schedule, other, from, to)
        const back = diffSchedules(other, schedule, from, to)
        expect(back.hours).toEqual(
          there.hours.map(({ person, gainedMs, lostMs }) => ({ person, gainedMs: lostMs, lostMs: gainedMs })),
        )
        for (const change of there.changes) {
          expect(onCallAt(schedule, change.from).people).toEqual(change.before)
          expect(onCallAt(other, change.to - 1).people).toEqual(change.after)
        }
      }),
      { numRuns: 40 },
    )
  })
})
