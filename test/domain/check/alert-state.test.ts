import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  advance,
  clearState,
  isForgettable,
  retire,
  type AlertPolicy,
  type SeriesState,
  type Transition,
} from '../../../src/domain/check/alert-state.ts'
import type { VerdictState } from '../../../src/domain/check/verdict.ts'

const bucketMs = 15 * 60_000
const atOnce: AlertPolicy = { forMs: 0, clearAfter: 3, cooldownMs: 0 }
const at = (bucket: number) => new Date(Date.UTC(2026, 2, 3) + bucket * bucketMs).toISOString()

const states: Readonly<Record<string, VerdictState>> = { F: 'firing', o: 'ok', '?': 'unknown' }

/** Goes through a story of one letter per bucket: F fires, o is ok, ? is unknown. */
function tell(story: string, policy: AlertPolicy, from: SeriesState = clearState) {
  const transitions: (Transition & { bucket: number })[] = []
  let state = from
  for (const [bucket, letter] of story.split('').entries()) {
    const next = advance(state, { at: at(bucket), state: states[letter] ?? 'unknown' }, policy)
    if (next.transition !== undefined) transitions.push({ ...next.transition, bucket })
    state = next.state
  }
  return {
    state,
    transitions,
    told: transitions.map(
      ({ bucket, status, mutedUntil }) => `${bucket} ${status}${mutedUntil === undefined ? '' : ' muted'}`,
    ),
  }
}

describe('the alert of a series', () => {
  it.each([
    { story: 'oooo', told: [] },
    { story: 'oF', told: ['1 firing'] },
    { story: 'FFFF', told: ['0 firing'] },
    { story: 'Fooo', told: ['0 firing', '3 resolved'] },
    { story: 'Foo', told: ['0 firing'] },
    { story: 'FooFooo', told: ['0 firing', '6 resolved'] },
    { story: 'F???', told: ['0 firing'] },
    { story: 'Fo?o?o', told: ['0 firing', '5 resolved'] },
    { story: '????', told: [] },
    { story: 'FoooF', told: ['0 firing', '3 resolved', '4 firing'] },
  ])('that begins at once: $story', ({ story, told }) => {
    expect(tell(story, atOnce).told).toEqual(told)
  })

  it.each([
    { story: 'F', told: [] },
    { story: 'FF', told: [] },
    { story: 'FFF', told: ['2 firing'] },
    { story: 'FoFF', told: [] },
    { story: 'FoFFF', told: ['4 firing'] },
    { story: 'F?F', told: ['2 firing'] },
    { story: 'F???', told: [] },
  ])('that must fire for two buckets: $story', ({ story, told }) => {
    expect(tell(story, { ...atOnce, forMs: 2 * bucketMs }).told).toEqual(told)
  })

  it('starts with the first bucket that fired and ends with the first that was ok', () => {
    const { transitions } = tell('oFFFo?oo', { ...atOnce, forMs: bucketMs })
    expect(transitions).toMatchObject([
      { status: 'firing', startsAt: at(1) },
      { status: 'resolved', startsAt: at(1), endsAt: at(4) },
    ])
  })

  it.each([
    {
      name: 'a re-fire within the cooldown is muted',
      story: 'FoF',
      told: ['0 firing', '1 resolved', '2 firing muted'],
    },
    {
      name: 'so is its end',
      story: 'FoFo',
      told: ['0 firing', '1 resolved', '2 firing muted', '3 resolved muted'],
    },
    {
      name: 'a re-fire at the end of the cooldown is not',
      story: 'FoooF',
      told: ['0 firing', '1 resolved', '4 firing'],
    },
    {
      name: 'what still fires as the cooldown ends is told then',
      story: 'FoFFFFF',
      told: ['0 firing', '1 resolved', '2 firing muted', '4 firing'],
    },
    {
      name: 'and begins a cooldown of its own',
      story: 'FoFFFoF',
      told: ['0 firing', '1 resolved', '2 firing muted', '4 firing', '5 resolved', '6 firing muted'],
    },
    { name: 'unknown tells nothing', story: 'FoF??', told: ['0 firing', '1 resolved', '2 firing muted'] },
  ])('with a cooldown of four buckets: $name', ({ story, told }) => {
    expect(tell(story, { forMs: 0, clearAfter: 1, cooldownMs: 4 * bucketMs }).told).toEqual(told)
  })

  it('ignores buckets that were judged before and older ones', () => {
    const { state } = tell('oF', atOnce)
    for (const bucket of [0, 1]) {
      for (const verdict of ['ok', 'firing', 'unknown'] as const) {
        expect(advance(state, { at: at(bucket), state: verdict }, atOnce)).toEqual({ state })
      }
    }
  })

  it('judges a bucket that was unknown at first', () => {
    const { state } = tell('o?', atOnce)
    expect(advance(state, { at: at(1), state: 'firing' }, atOnce).transition?.status).toBe('firing')
  })

  it('ends when its series is not judged any more', () => {
    expect(retire(tell('F', atOnce).state, at(5))).toMatchObject({
      status: 'resolved',
      startsAt: at(0),
      endsAt: at(5),
    })
    expect(retire(tell('Fooo', atOnce).state, at(5))).toBeUndefined()
  })

  const stories = fc.string({ unit: fc.constantFrom('F', 'o', '?'), maxLength: 40 })
  const policies = fc.record({
    forMs: fc.integer({ min: 0, max: 4 }).map((buckets) => buckets * bucketMs),
    clearAfter: fc.integer({ min: 1, max: 4 }),
    cooldownMs: fc.integer({ min: 0, max: 6 }).map((buckets) => buckets * bucketMs),
  })

  it('is never moved by unknown', () => {
    fc.assert(
      fc.property(stories, policies, (story, policy) => {
        const { state } = tell(story, policy)
        expect(advance(state, { at: at(100), state: 'unknown' }, policy)).toEqual({ state })
      }),
    )
  })

  it('never clears in fewer ok buckets than it must', () => {
    fc.assert(
      fc.property(stories, policies, (story, policy) => {
        for (const { status, bucket } of tell(story, policy).transitions) {
          if (status === 'firing') continue
          const judged = story
            .slice(0, bucket + 1)
            .split('')
            .filter((letter) => letter !== '?')
          expect(judged.slice(-policy.clearAfter)).toEqual(Array(policy.clearAfter).fill('o'))
        }
      }),
    )
  })

  it('alternates, except for telling of what was muted', () => {
    fc.assert(
      fc.property(stories, policies, (story, policy) => {
        let before: Transition | undefined
        for (const transition of tell(story, policy).transitions) {
          const toldLate =
            before?.status === 'firing' &&
            before.mutedUntil !== undefined &&
            transition.mutedUntil === undefined
          if (!toldLate) expect(transition.status).toBe(before?.status === 'firing' ? 'resolved' : 'firing')
          before = transition
        }
      }),
    )
  })

  it('has the same state with and without a cooldown', () => {
    fc.assert(
      fc.property(stories, policies, (story, policy) => {
        const { phase, since } = tell(story, policy).state
        expect({ phase, since }).toEqual(
          (({ state }) => ({ phase: state.phase, since: state.since }))(
            tell(story, { ...policy, cooldownMs: 0 }),
          ),
        )
      }),
    )
  })

  it('may be forgotten without a difference when it says so', () => {
    fc.assert(
      fc.property(stories, stories, policies, (story, rest, policy) => {
        const { state } = tell(story, policy)
        if (!isForgettable(state, at(story.length), policy)) return
        const later = (from: SeriesState) => tell(`${'?'.repeat(story.length)}${rest}`, policy, from).told
        expect(later(clearState)).toEqual(later(state))
      }),
    )
  })
})
