import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type GroupHappening, type GroupTimes, notificationsOf } from '../support/alertmanager-group.ts'
import { follow, room, tellGroup } from '../support/group-story.ts'
import { minute } from '../support/incident-configuration.ts'
import { type Incidents, startIncidents } from '../support/incidents.ts'

let incidents: Incidents

beforeAll(async () => {
  incidents = await startIncidents()
})
afterAll(() => incidents?.stop())

/** Off the seconds at which groups are looked at: of one instant nothing says what comes first. */
const story: fc.Arbitrary<GroupHappening[]> = fc
  .array(
    fc.tuple(
      fc.integer({ min: 1, max: 40 }),
      fc.constantFrom('A', 'B', 'C'),
      fc.constantFrom('fire' as const, 'resolve' as const),
    ),
    {
      minLength: 1,
      maxLength: 14,
    },
  )
  .map((steps) => {
    let sec = 3
    return steps.map(([pause, alert, happens]): GroupHappening => {
      sec += pause * 10
      return [sec, alert, happens]
    })
  })
  .filter((steps) => steps[0]?.[2] === 'fire')

describe('a room that follows a route', () => {
  it('hears what a receiver of Alertmanager would, whatever fires and clears', async () => {
    const times = fc.record({
      wait: fc.constantFrom(5, 35, 95),
      interval: fc.constantFrom(100, 300),
      repeat: fc.constantFrom(400, 1_000, 100_000),
      sendResolved: fc.boolean(),
    })
    await fc.assert(
      fc.asyncProperty(times, story, async (given, happenings) => {
        const until = 6_000
        const { told } = await tellGroup(incidents, given, happenings, until)
        expect(told).toEqual(notificationsOf(given, happenings, until))
      }),
      { numRuns: 20 },
    )
  })

  const quick: GroupTimes = { wait: 0, interval: 300, repeat: 100_000, sendResolved: true }

  it('does not hear of what is silenced, until the silence is over', async () => {
    const { world, story } = await follow(incidents, quick)
    await story.fire('A')
    await incidents.silence('group="B"', 7 * minute)
    await story.fire('B')
    await incidents.sleep(6 * minute)
    expect(world.messages).toHaveLength(1)
    await incidents.sleep(5 * minute)
    expect(world.messages.map(({ lines }) => lines)).toEqual([['A fires'], ['A fires', 'B fires']])
  })

  it('hears nothing while all that fires is silenced, and not that it is clear', async () => {
    const { world, story } = await follow(incidents, quick)
    await story.fire('A')
    await incidents.silence('group="A"', 60 * minute)
    await incidents.sleep(30 * minute)
    expect(world.messages).toHaveLength(1)
  })

  it('is not told the same twice where the policy pages it too, and hears what joins', async () => {
    const { world, story } = await incidents.begin({
      policy: { steps: [{ notify: [{ channel: 'room' }], ackTimeoutMs: 60 * minute }], fallback: [] },
      route: { tell: ['room'], groupIntervalMs: 5 * minute },
      more: { channels: { room } },
    })
    await story.fire('A')
    await story.fire('B')
    await incidents.sleep(6 * minute)
    expect(story.pages().map((page) => page.split('/')[0])).toEqual(['r0', 'group'])
    expect(world.messages.at(-1)?.nowDoing).toMatch(/^More alerts fire than before\./)
  })

  it('with incidents of its own is not told that all is clear before the incident is over', async () => {
    const { story } = await incidents.begin({
      policy: { steps: [{ notify: ['carl'], ackTimeoutMs: 60 * minute }], fallback: [] },
      route: { tell: ['room'], groupIntervalMs: 5 * minute, stableForMs: 20 * minute },
      more: {
        channels: { room: { ...room, contact: { channel: 'pagerduty', routingKey: '${env:KEY}' } } },
      },
    })
    await story.fire('A')
    await story.clear('A')
    await incidents.sleep(19 * minute)
    expect(story.pages()).toEqual(['group/%23room/c0'])
    await incidents.sleep(2 * minute)
    expect(story.pages()).toEqual(['group/%23room/c0', 'resolved/%23room/c0'])
  })

  it('is looked for no more once the configuration has none', async () => {
    const { story } = await follow(incidents, quick)
    await story.fire('A')
    await story.fire('B')
    const { group: _none, ...settings } = (await story.machine()).settings
    const { number } = await story.newest()
    const counts = { firing: 2, total: 2, severity: 'P1', fired: false } as const
    await incidents.records.machine.take(number, async () => ({
      event: { type: 'alerts-changed', at: incidents.now(), ...counts, settings },
    }))
    await incidents.sleep(10 * minute)
    expect((await story.machine()).group).toBeNull()
  })
})

describe('what fires on for the repeat interval', () => {
  const repeating = { repeatIntervalMs: 60 * minute, groupIntervalMs: 5 * minute }

  it('is paged again from the first step where nobody has it', async () => {
    const { story } = await incidents.begin({ route: repeating })
    await story.fire('A')
    await incidents.sleep(66 * minute)
    expect(story.pages()).toEqual(['r0/s1/ana/c0', 'r0/s2/ben/c0', 'r0/fallback/dora/c0', 'r1/s1/ana/c0'])
    expect(await story.timeline()).toContain(
      'It still fires after 1 h, and nobody has it: starting again from the first step',
    )
  })

  it('is brought back to the mind of whoever has it', async () => {
    const { world, story } = await incidents.begin({ route: repeating })
    await story.fire('A')
    await story.give('acknowledge', 'ana')
    await incidents.sleep(70 * minute)
    expect(story.pages()).toEqual(['r0/s1/ana/c0', 'reminder/ana/c0'])
    expect(world.messages.at(-1)?.nowDoing).toBe('For your information: you own it, and it still fires')
    await incidents.sleep(70 * minute)
    expect(story.pages().at(-1)).toBe('reminder-1/ana/c0')
  })

  it('is not repeated while a step waits for an answer', async () => {
    const { story } = await incidents.begin({
      policy: { steps: [{ notify: ['ana'], ackTimeoutMs: 300 * minute }] },
      route: repeating,
    })
    await story.fire('A')
    await incidents.sleep(150 * minute)
    expect(story.pages()).toEqual(['r0/s1/ana/c0'])
  })

  it('grew by little: its owner hears at the end of the group interval', async () => {
    const { story } = await incidents.begin({ route: repeating })
    for (const one of ['A', 'B', 'C', 'D']) await story.fire(one)
    await story.give('acknowledge', 'ana')
    await story.fire('E')
    expect(story.pages()).toEqual(['r0/s1/ana/c0'])
    await incidents.sleep(6 * minute)
    expect(story.pages()).toEqual(['r0/s1/ana/c0', 'grown/ana/c0'])
  })
})
