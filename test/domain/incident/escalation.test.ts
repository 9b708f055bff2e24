import { describe, expect, it } from 'vitest'
import type { MachineEvent } from '../../../src/domain/incident/event.ts'
import { nowDoing } from '../../../src/domain/incident/now-doing.ts'
import { duesOf } from '../../../src/domain/incident/outline.ts'
import { replay } from '../../../src/domain/incident/run.ts'
import { newIncident } from '../../../src/domain/incident/state.ts'
import type { Page } from '../../../src/domain/page/page.ts'
import { does, fires, minute, pagesTold, settings, storyOf, type TestWorld, told, twoSteps } from './world.ts'

const acknowledge = { type: 'acknowledge', forMs: null } as const
const failing = { deliver: () => ({ state: 'failed', afterMs: 0, reason: 'answered 500' }) as const }
const nobody = { ...twoSteps, steps: [{ notify: [{ schedule: 'empty' }] }], fallback: [] }
const repeating = { ...twoSteps, steps: [{ notify: ['ana'], ackTimeoutMs: minute }], repeat: 1, fallback: [] }

function maintenance(untilMin: number): TestWorld {
  const until = { from: 0, to: untilMin * minute, reason: 'disks' }
  return { paging: () => ({ maintenance: [until] }) }
}

function applies(minutes: number, policy: string, keep: boolean): MachineEvent {
  return does(minutes, 'ana', {
    type: 'apply-policy',
    policy,
    keep,
    kept: null,
    settings: { ...settings, policy },
  })
}

const longer = {
  ...twoSteps,
  name: 'longer',
  steps: [
    ...twoSteps.steps,
    { notify: ['carl'], ackTimeoutMs: minute },
    { notify: ['dora'], ackTimeoutMs: minute },
  ],
}
const turned = { ...twoSteps, name: 'turned', steps: twoSteps.steps.toReversed() }
const shorter = { ...twoSteps, name: 'shorter', steps: twoSteps.steps.slice(0, 1) }
const policies = [twoSteps, longer, turned, shorter]

const stories: [string, readonly MachineEvent[], TestWorld, readonly string[]][] = [
  [
    'a step that reaches nobody is passed at once',
    [],
    { deliver: ({ person }) => ({ state: person === 'ana' ? 'failed' : 'sent', afterMs: 0 }), untilMin: 1 },
    ['0 ben'],
  ],
  [
    'the next contact is tried before that',
    [],
    {
      deliver: ({ contact }: Page) => ({ state: contact === 0 ? 'failed' : 'sent', afterMs: 0 }),
      untilMin: 1,
    },
    ['0 ana'],
  ],
  [
    'what may have arrived is waited for',
    [],
    { deliver: () => ({ state: 'unknown', afterMs: 0 }), untilMin: 4 },
    [],
  ],
  [
    'a step whose people hear later by their own rules is no empty one',
    [],
    { notify: { ana: [{ contact: 0, afterMs: 2 * minute }] }, untilMin: 4 },
    ['2 ana'],
  ],
  [
    'rules go on when the next step is entered',
    [],
    {
      notify: {
        ana: [
          { contact: 0, afterMs: 0 },
          { contact: 1, afterMs: 7 * minute },
        ],
      },
      untilMin: 8,
    },
    ['0 ana', '5 ben', '7 ana'],
  ],
  [
    'the fallback is paged at once, whatever its rules say',
    [],
    { notify: { dora: [{ contact: 0, afterMs: 30 * minute }] } },
    ['0 ana', '5 ben', '15 dora'],
  ],
  ['a policy repeats its steps', [], { policies: [repeating] }, ['0 ana', '1 ana']],
  [
    'steps that are begun again repeat as well',
    [does(0.5, 'ana', { type: 'snooze', forMs: 9.5 * minute })],
    { policies: [repeating] },
    ['0 ana', '10 ana', '11 ana'],
  ],
  [
    'steps that fire again repeat as well',
    [fires(3, 0), fires(5, 1)],
    { policies: [repeating] },
    ['0 ana', '1 ana', '5 ana', '6 ana'],
  ],
  ['maintenance holds the first page back', [], { ...maintenance(3), untilMin: 4 }, ['3 ana']],
  [
    'nobody urges past maintenance',
    [does(1, 'ana', { type: 'escalate' })],
    { ...maintenance(3), untilMin: 4 },
    ['3 ana'],
  ],
  [
    'the end of a policy, urged on: its steps begin again',
    [does(16, 'ana', { type: 'escalate' })],
    { untilMin: 17 },
    ['0 ana', '5 ben', '15 dora', '16 ana'],
  ],
  [
    'escalated while it is clear, it fires again: its people are being paged already',
    [does(1, 'ana', acknowledge), fires(2, 0), does(3, 'ana', { type: 'escalate' }), fires(4, 1)],
    { untilMin: 5 },
    ['0 ana', '3 ben'],
  ],
  [
    'another policy, from its first step',
    [applies(1, 'turned', false)],
    { policies, untilMin: 2 },
    ['0 ana', '1 ben'],
  ],
  [
    'an edited policy, kept: what follows changes',
    [applies(6, 'longer', true)],
    { policies },
    ['0 ana', '5 ben', '15 dora', '16 dora'],
  ],
  [
    'kept, when the present step is now the first: what follows is paged in a round of its own',
    [applies(6, 'turned', true)],
    { policies },
    ['0 ana', '5 ben', '15 ana', '20 dora'],
  ],
  [
    'kept, when the present step is gone',
    [applies(6, 'shorter', true)],
    { policies },
    ['0 ana', '5 ben', '6 ana', '11 dora'],
  ],
  [
    'kept, after the end of the shorter one: it goes on',
    [applies(17, 'longer', true)],
    { policies },
    ['0 ana', '5 ben', '15 dora', '17 dora', '18 dora'],
  ],
  [
    'kept, after the end, with nothing to follow',
    [applies(17, 'default', true)],
    { policies },
    ['0 ana', '5 ben', '15 dora'],
  ],
  [
    'while somebody owns it: it counts from when nobody does',
    [does(1, 'ana', acknowledge), applies(2, 'turned', false), does(3, 'ana', { type: 'escalate' })],
    { policies, untilMin: 4 },
    ['0 ana', '3 ben'],
  ],
  [
    'in the head start of remediation: it goes on',
    [applies(1, 'turned', false)],
    { policies, opened: { settings: { headStartMs: 3 * minute, remediates: true } }, untilMin: 4 },
    ['3 ben'],
  ],
]

describe('who is paged next', () => {
  it.each(stories)('%s', (_story, events, world, expected) => {
    expect(pagesTold(storyOf(events, world))).toEqual(expected)
  })

  it('N10 holds a step back through ten thousand changes of alerts: told once, and small', () => {
    const changes = Array.from({ length: 10_000 }, (_, index) => fires(index / 1_000, 1 + (index % 7)))
    const rate = { ...twoSteps, steps: [{ notify: ['ana'], when: { moreThan: 100, withinMs: minute } }] }
    for (const world of [maintenance(60), { policies: [rate] }]) {
      const { state, entries, events } = storyOf(changes, { ...world, untilMin: 20 })
      expect(entries.map(({ kind }) => kind)).toEqual(['held'])
      expect(JSON.stringify(state).length).toBeLessThan(2_000)
      expect(state.decisions).toBe(events.length)
    }
  })

  it('tells of another hold', () => {
    const rate = { ...twoSteps, steps: [{ notify: ['ana'], when: { moreThan: 100, withinMs: minute } }] }
    const story = storyOf([], { ...maintenance(3), policies: [rate] })
    expect(told(story)).toEqual(['0 held 1', '3 held 1'])
    expect(duesOf(story.state)).toEqual([])
    expect(nowDoing(story.state, 0)).toBe('Step 1 waits: until more than 100 alerts begin within 1 min')
  })
})

describe('N20 a policy that reached nobody', () => {
  it.each<[string, TestWorld]>([
    ['because every page failed', failing],
    ['because nobody is on call', { policies: [nobody] }],
    [
      'because nobody has a contact',
      { policies: [{ ...twoSteps, steps: [{ notify: ['carl'] }], fallback: ['carl'] }] },
    ],
  ])('begins again, ever more slowly: %s', (_why, world) => {
    const { entries, state } = storyOf([], { ...world, untilMin: 24 * 60 })
    const retried = entries.filter(({ kind }) => kind === 'retried').map(({ at }) => at / minute)
    expect(retried.slice(0, 6)).toEqual([5, 15, 35, 75, 135, 195])
    expect(JSON.stringify(state).length).toBeLessThan(2_000)
    expect(nowDoing(state, 24 * 60 * minute)).toMatch(/^Nobody could be reached; the steps begin again in \d/)
  })

  it('is heard as soon as somebody can be reached', () => {
    const deliver = (_page: Page, at: number) =>
      ({ state: at < 10 * minute ? 'failed' : 'sent', afterMs: 0 }) as const
    expect(pagesTold(storyOf([], { deliver, untilMin: 40 }))).toEqual(['15 ana', '20 ben', '30 dora'])
  })

  it('ends there once somebody was reached, also late', () => {
    const slow = { ...twoSteps, fallback: [] }
    const deliver = () => ({ state: 'sent', afterMs: 17 * minute }) as const
    const { state } = storyOf([], { policies: [slow], deliver })
    expect(state).toMatchObject({ reached: true, escalation: { kind: 'exhausted', retryAt: null } })
  })

  it('stays small when somebody urges it on for hours', () => {
    const escalations = Array.from({ length: 500 }, (_, index) =>
      does(index / 10, 'ana', { type: 'escalate' }),
    )
    const notify = {
      ana: [
        { contact: 0, afterMs: 0 },
        { contact: 1, afterMs: 600 * minute },
      ],
    }
    expect(JSON.stringify(storyOf(escalations, { notify }).state).length).toBeLessThan(16 * 1_024)
  })
})

describe('a P0', () => {
  const executives = { policies: [{ ...twoSteps, executives: ['dora'] }] }

  it.each<[string, readonly MachineEvent[], TestWorld['opened']]>([
    ['from the beginning', [], { severity: 'P0' }],
    ['once it is one', [fires(0, 1, { severity: 'P0' })], {}],
    ['by somebody’s word', [does(0, 'ben', { type: 'set-severity', severity: 'P0', settings })], {}],
  ])('is noticed once %s', (_when, events, opened = {}) => {
    const again = [fires(3, 0, { severity: 'P0' }), fires(4, 1, { severity: 'P0' })]
    const { entries } = storyOf([...events, ...again], { ...executives, opened })
    expect(entries.filter(({ kind }) => kind === 'notice')).toMatchObject([{ person: 'dora', at: 0 }])
  })
})

describe('a notice of a P0 whose provider asks for patience', () => {
  const world: TestWorld = {
    policies: [{ ...twoSteps, executives: ['dora'] }],
    opened: { severity: 'P0' },
    deliver: ({ kind }) => ({ state: 'sent', afterMs: kind === 'notice' ? 20 * minute : 0 }),
  }
  const noticed = (event: MachineEvent) =>
    storyOf([event], world).entries.filter(({ kind }) => kind === 'notice')

  it.each<[string, MachineEvent]>([
    ['acknowledged', does(1, 'ana', { type: 'acknowledge', forMs: null })],
    ['snoozed', does(1, 'ana', { type: 'snooze', forMs: 60 * minute })],
    ['escalated', does(1, 'ana', { type: 'escalate' })],
  ])('goes out although it was %s', (_what, event) => {
    expect(noticed(event)).toMatchObject([{ person: 'dora', at: 20 * minute }])
  })

  it.each<[string, MachineEvent]>([
    ['clear', fires(1, 0)],
    ['resolved', does(1, 'ana', { type: 'resolve', anyway: true })],
  ])('does not once it is %s', (_what, event) => {
    expect(noticed(event)).toEqual([])
  })
})

describe('remediation’s head start', () => {
  const opened = { settings: { headStartMs: 3 * minute, remediates: true } }
  const ended = (minutes: number, end: 'helped' | 'handed-over' | 'stopped'): MachineEvent => ({
    at: minutes * minute,
    type: 'task-ended',
    task: { kind: 'remediate', opening: 1 },
    result: { end, explanation: `it ${end}` },
  })

  it.each<[string, readonly MachineEvent[], readonly string[]]>([
    ['is over when its time is', [], ['3 ana']],
    ['is over when it hands over', [ended(1, 'handed-over')], ['1 ana']],
    ['is over when it was stopped', [ended(1, 'stopped')], ['1 ana']],
    ['goes on when it helped, until it clears', [ended(1, 'helped'), fires(2, 0)], []],
    ['is over although it helped, when it goes on firing', [ended(1, 'helped')], ['3 ana']],
    ['is passed by a person', [does(1, 'ben', { type: 'escalate' })], ['1 ana']],
    ['is over when somebody takes it', [does(1, 'ben', acknowledge)], []],
    ['is over when it gets worse', [fires(1, 1, { severity: 'P0', ...opened })], ['1 ana']],
  ])('%s', (_what, events, expected) => {
    expect(pagesTold(storyOf(events, { opened, untilMin: 4 }))).toEqual(expected)
  })

  it('begins nothing new once people took over, or stopped it, or were handed it', () => {
    for (const first of [
      does(1, 'ben', acknowledge),
      does(1, 'ben', { type: 'stop-automation', reason: 'odd' }),
      ended(1, 'handed-over'),
    ]) {
      const again = { opened, untilMin: 6 }
      const story = storyOf([first, ended(2, 'helped'), fires(3, 0, opened), fires(4, 1, opened)], again)
      expect(story.state.tasks.filter(({ kind }) => kind === 'remediate')).toEqual([])
    }
  })
})

it('comes to the same state by its events', () => {
  for (const [, events, world] of stories) {
    const story = storyOf(events, world)
    const start = newIncident(42, 'P1', { ...settings, ...world.opened?.settings })
    expect(replay(start, story.events)).toEqual(story.state)
  }
})
