import { describe, expect, it } from 'vitest'
import { decide } from '../../../src/domain/incident/decide.ts'
import type { MachineEvent } from '../../../src/domain/incident/event.ts'
import { duesOf, isOver, outlineOf } from '../../../src/domain/incident/outline.ts'
import { runSync } from '../../../src/domain/incident/run.ts'
import { does, fires, minute, storyOf, told } from './world.ts'

const resolve = (minutes: number, anyway: boolean) => does(minutes, 'ana', { type: 'resolve', anyway })
const taskEnds = (minutes: number, stage: 'opened' | 'mitigated'): MachineEvent => ({
  at: minutes * minute,
  type: 'task-ended',
  task: { kind: 'investigate', stage },
})
const reviewed = (minutes: number): MachineEvent => ({
  at: minutes * minute,
  type: 'task-ended',
  task: { kind: 'review' },
})

describe('the end', () => {
  it('comes when it stayed clear for long enough', () => {
    const events = [fires(2, 0), fires(8, 1), fires(9, 0)]
    expect(told(storyOf(events)).filter((line) => /cleared|reopened|resolved/.test(line))).toEqual([
      '2 cleared firewatch',
      '8 reopened firewatch',
      '9 cleared firewatch',
      '19 resolved firewatch',
    ])
  })

  it('is not put off by a sender that repeats what is clear', () => {
    const repeats = Array.from({ length: 30 }, (_, index) => fires(3 + index, 0))
    const ends = (events: readonly MachineEvent[]) =>
      told(storyOf(events)).filter((line) => line.includes('resolved'))
    expect(ends([fires(2, 0), ...repeats])).toEqual(['12 resolved firewatch'])
    // What fired and cleared in between did not stay clear.
    expect(ends([fires(2, 0), fires(7, 0, { fired: true }), ...repeats])).toEqual(['17 resolved firewatch'])
  })

  it('is the last: nothing that comes later changes more than counts', () => {
    const { state } = storyOf([resolve(1, true)], { untilMin: 3 })
    const later: MachineEvent[] = [
      fires(4, 5, { severity: 'P0' }),
      does(4, 'ben', { type: 'acknowledge', forMs: null }),
      does(4, 'ben', { type: 'hand-over', to: 'ana' }),
      does(4, 'ben', { type: 'escalate' }),
      does(4, 'ben', { type: 'resolve', anyway: true }),
      { at: 4 * minute, type: 'configuration-changed' },
    ]
    for (const event of later) {
      const { state: after, effects, facts, answer } = decide(state, event)
      expect([effects, facts]).toEqual([[], []])
      expect({ ...after, alerts: 0, decisions: 0, answered: [] }).toEqual({
        ...state,
        alerts: 0,
        decisions: 0,
        answered: [],
      })
      if ('actor' in event)
        expect(answer).toEqual({
          kind: 'refused',
          message: 'INC-42 is resolved; a closed incident never re-opens',
        })
    }
  })

  it('has its review once what is under way is done, or after a minute', () => {
    const whole = storyOf([taskEnds(1, 'opened'), fires(2, 0), taskEnds(3, 'mitigated')], { untilMin: 12 })
    expect(whole.state.tasks).toEqual([{ kind: 'review' }])
    expect(duesOf(whole.state)).toEqual([])
    const open = storyOf([fires(2, 0)], { untilMin: 12 })
    expect(open.state.tasks.map(({ kind }) => kind)).not.toContain('review')
    const late = storyOf([fires(2, 0)], { untilMin: 13 })
    expect(late.state.tasks.map(({ kind }) => kind)).toContain('review')
    const over = storyOf([taskEnds(1, 'opened'), fires(2, 0), taskEnds(3, 'mitigated'), reviewed(14)])
    expect(isOver(outlineOf(over.state))).toBe(true)
  })

  it('pages nobody at the instant at which it ends', () => {
    // Escalated while it was clear: the step's time is over as the time of staying clear is.
    const { entries } = storyOf([fires(2, 0), does(7, 'ben', { type: 'escalate' })])
    expect(entries.at(-1)).toMatchObject({ kind: 'resolved', at: 12 * minute })
  })
})

describe('N04 a person’s resolve while alerts fire', () => {
  it('asks first, and again when it is repeated', () => {
    const { state } = storyOf([], { opened: { firing: 3 }, untilMin: 1 })
    const command = resolve(2, false)
    const asked = decide(state, command)
    expect(asked.answer).toEqual({
      kind: 'still-firing',
      message: '3 alerts of INC-42 still fire; resolve it anyway?',
    })
    expect(asked.state.phase).toBe('open')
    expect(decide(asked.state, command).answer?.kind).toBe('still-firing')
    expect(decide(asked.state, { ...command, anyway: true } as MachineEvent).state.phase).toBe('resolved')
  })

  it('needs no word more when nothing fires', () => {
    expect(storyOf([fires(2, 0), resolve(3, false)]).state).toMatchObject({
      phase: 'resolved',
      closing: { by: 'ana', successorAt: null },
    })
  })

  it.each([
    ['opens the next incident with what still fires', 1],
    ['opens none when nothing does any more', 0],
  ])('%s', (_what, firing) => {
    const { state } = storyOf([resolve(1, true), fires(5, firing)], { untilMin: 30 })
    expect(duesOf(state)).toMatchObject([{ what: 'do alerts of INC-42 still fire?', at: 31 * minute }])
    const opened = firing === 0 ? null : ({ type: 'successor-opened', incident: 43, firing } as const)
    const read = (reading: { type: string }) => (reading.type === 'open-successor' ? opened : null)
    const outcome = runSync(state, { type: 'tick', at: 31 * minute }, read)
    expect(outcome.facts.map(({ fact }) => fact)).toEqual(
      firing === 0 ? [] : [{ type: 'succeeded-by', incident: 43, firing: 1 }],
    )
    expect(duesOf(outcome.state)).toEqual([])
  })

  it('is a person’s word alone where alerts are a person’s', () => {
    const { state } = storyOf([resolve(1, false)], { opened: { settings: { stillFiringAfterMs: null } } })
    expect(state).toMatchObject({ phase: 'resolved', closing: { successorAt: null } })
  })

  it('tells the next incident where it comes from', () => {
    const { state } = storyOf([], { untilMin: 0 })
    const start = { ...state, openings: 0, escalation: { kind: 'idle' } as const, tasks: [] }
    const opened = fires(31, 2, { type: 'opened' }) as Extract<
      MachineEvent,
      { type: 'opened' | 'alerts-changed' }
    >
    const { facts } = decide(start, { ...opened, succeeds: 41, at: opened.at } as MachineEvent)
    expect(facts[0]?.fact).toEqual({ type: 'succeeds', incident: 41, firing: 2 })
  })
})
