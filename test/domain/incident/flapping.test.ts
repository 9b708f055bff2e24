import { describe, expect, it } from 'vitest'
import type { MachineEvent } from '../../../src/domain/incident/event.ts'
import { nowDoing } from '../../../src/domain/incident/now-doing.ts'
import { readState } from '../../../src/domain/incident/state.ts'
import { does, fires, minute, pagesTold, storyOf, type TestWorld, told } from './world.ts'

/** Ana for half an hour, then ben: flapping is faster than the steps. */
const slow = {
  name: 'default',
  steps: [
    { notify: ['ana'], ackTimeoutMs: 30 * minute },
    { notify: ['ben'], ackTimeoutMs: 30 * minute },
  ],
  repeat: 0,
  fallback: ['dora'],
}
const settings = { flapping: { times: 3, withinMs: 60 * minute } }
const flapping: TestWorld = { policies: [slow], opened: { settings } }

/** It fires at 0, and then clears and fires every other minute until then. */
function flaps(until: number, more: { muted?: boolean } = {}): MachineEvent[] {
  return Array.from({ length: until - 1 }, (_, index) => fires(index + 1, index % 2, { settings, ...more }))
}

const told3 = 'It flaps: fired 3 times within 1 h'

describe('what fires and clears again and again', () => {
  it('is paged anew only until it counts as flapping', () => {
    const without = { ...flapping, opened: {}, untilMin: 15 }
    expect(pagesTold(storyOf(flaps(15), { ...flapping, untilMin: 15 }))).toEqual(['0 ana', '2 ana', '4 ana'])
    const each = Array.from({ length: 14 }, (_, index) => fires(index + 1, index % 2))
    expect(pagesTold(storyOf(each, without)).length).toBe(8)
  })

  it('is escalated by the time in which it fired, and pages nobody while it is clear', () => {
    // From minute 4 on it fires every other minute: half an hour of firing is an hour.
    const story = storyOf(flaps(70), { ...flapping, untilMin: 70 })
    expect(pagesTold(story)).toEqual(['0 ana', '2 ana', '4 ana', '64 ben'])
  })

  it('stays one incident until it was clear for as long as its openings are counted over', () => {
    const ends = told(storyOf(flaps(8), flapping)).filter((line) => line.includes('resolved'))
    expect(ends).toEqual(['67 resolved firewatch'])
  })

  it('says so wherever it is said what is being done', () => {
    const { state } = storyOf(flaps(6), { ...flapping, untilMin: 6 })
    expect(nowDoing(state)).toBe(`${told3} · Every alert is clear; watching for 1 h`)
  })

  it('does not any more once it fired on for long', () => {
    const events = [...flaps(7), fires(90, 0, { settings })]
    const { state } = storyOf(events, { ...flapping, untilMin: 91 })
    expect(state.flapping).toBeNull()
    expect(told(storyOf(events, flapping)).at(-1)).toBe('100 resolved firewatch')
  })

  it('is told to its owner as it begins to flap, and no more', () => {
    const taken = does(0.5, 'ana', { type: 'acknowledge', forMs: null })
    expect(pagesTold(storyOf([taken, ...flaps(30)], { ...flapping, untilMin: 30 }))).toEqual([
      '0 ana',
      '2 ana',
    ])
    // At 24 they were told a while ago; at 36 they know.
    const slowly = [10, 12, 22, 24, 34, 36].map((at, index) => fires(at, index % 2, { settings }))
    const story = storyOf([taken, ...slowly], { ...flapping, untilMin: 40 })
    expect(pagesTold(story)).toEqual(['0 ana', '12 ana', '24 ana'])
  })

  it('goes on over incidents: what stayed clear just long enough is still known', () => {
    const opened = { settings, openedBefore: [-40 * minute, -20 * minute] }
    const { state, entries } = storyOf([], { ...flapping, opened, untilMin: 1 })
    expect(state.flapping).toEqual({ since: 0, paused: null })
    expect(pagesTold({ entries } as never)).toEqual(['0 ana'])
  })

  it('is over at once when a person resolves it, and an acknowledgement holds through its gaps', () => {
    const held = [
      ...flaps(6),
      does(5.5, 'ben', { type: 'acknowledge', forMs: null }),
      fires(6, 1, { settings }),
    ]
    const { state } = storyOf(held, { ...flapping, untilMin: 50 })
    expect(state).toMatchObject({ phase: 'open', owner: { person: 'ben' }, escalation: { kind: 'idle' } })
    const resolved = [...flaps(7), does(6.5, 'ben', { type: 'resolve', anyway: true })]
    expect(storyOf(resolved, { ...flapping, untilMin: 8 }).state.phase).toBe('resolved')
  })

  it('a held step is looked at afresh when it fires again', () => {
    const paging = (at: number) =>
      at < 9 * minute ? { maintenance: [{ from: 3.5 * minute, to: 9 * minute, reason: 'disks' }] } : {}
    const story = storyOf(flaps(12), { ...flapping, paging, untilMin: 12 })
    expect(pagesTold(story)).toEqual(['0 ana', '2 ana', '10 ana'])
  })

  it('was not known to states from before', () => {
    const { openedAt: _openedAt, flapping: _flapping, group: _group, ...before } = storyOf([]).state
    expect(readState(before)).toMatchObject({ openedAt: [], flapping: null, group: null })
  })
})
