import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Configuration } from '../../src/domain/configuration/configuration.ts'
import type { NotificationRule } from '../../src/domain/configuration/people.ts'
import type { Schedule } from '../../src/domain/on-call/schedule.ts'
import { minute } from '../support/incident-configuration.ts'
import { type Incidents, startIncidents } from '../support/incidents.ts'
import { user } from '../support/pages.ts'

let incidents: Incidents

beforeAll(async () => {
  incidents = await startIncidents()
})
afterAll(() => incidents?.stop())

const hook = { channel: 'webhook', url: '${env:HOOK}' } as const
const duty = { channel: 'pagerduty', routingKey: '${env:KEY}' } as const

function people(notify: readonly NotificationRule[]): Configuration['users'] {
  return {
    ana: { ...user('ana', [hook, duty]), notify },
    ben: user('ben', [hook]),
    dora: user('dora', [hook]),
  }
}

describe('people’s own rules', () => {
  const later = (contact: number, minutes: number) => ({ contact, afterMs: minutes * minute })
  const longStep = { steps: [{ notify: ['ana'], ackTimeoutMs: 120 * minute }], fallback: [] }

  it('bring further pages until somebody acknowledges', async () => {
    const users = people([later(0, 0), later(1, 10), later(0, 30)])
    const { story } = await incidents.begin({ policy: longStep, more: { users } })
    await story.fire()
    expect(story.pages()).toEqual(['r0/s1/ana/c0'])
    await incidents.sleep(11 * minute)
    expect(story.pages()).toEqual(['r0/s1/ana/c0', 'r0/s1/ana/c1/t600'])
    await story.give('acknowledge', 'ana')
    await incidents.sleep(30 * minute)
    expect(story.calls()).toHaveLength(2)
  })

  it('go on when the next step is entered', async () => {
    const users = people([later(1, 10)])
    const steps = [
      { notify: ['ana'], ackTimeoutMs: 5 * minute },
      { notify: ['ben'], ackTimeoutMs: 60 * minute },
    ]
    const { story } = await incidents.begin({ policy: { steps, fallback: [] }, more: { users } })
    await story.fire()
    await incidents.sleep(11 * minute)
    expect(story.pages()).toEqual(['r0/s2/ben/c0', 'r0/s1/ana/c1/t600'])
  })

  it('go on when the policy is exhausted, until somebody acknowledges', async () => {
    const users = people([later(0, 0), later(1, 10), later(0, 20)])
    const policy = { steps: [{ notify: ['ana'], ackTimeoutMs: minute }], fallback: [] }
    const { story } = await incidents.begin({ policy, more: { users } })
    await story.fire()
    await incidents.sleep(11 * minute)
    expect(story.pages()).toEqual(['r0/s1/ana/c0', 'r0/s1/ana/c1/t600'])
    await story.give('acknowledge', 'ben')
    await incidents.sleep(30 * minute)
    expect(story.calls()).toHaveLength(2)
  })

  it('E05: are live: one that is added counts from then on, and never for what is past', async () => {
    const { world, story } = await incidents.begin({
      policy: longStep,
      more: { users: people([later(1, 0)]) },
    })
    await story.fire()
    expect(story.pages()).toEqual(['r0/s1/ana/c1'])
    await incidents.sleep(minute)
    const users = people([later(1, 0), later(0, 0), later(0, 30)])
    world.rules = { ...world.rules, more: { users } }
    await story.tellConfigurationChanged()
    await incidents.sleep(31 * minute)
    expect(story.pages()).toEqual(['r0/s1/ana/c1', 'r0/s1/ana/c0/t1800'])
    const stored = await story.stored()
    expect(stored.map(({ contact, ruleAfterMs }) => [contact, ruleAfterMs])).toEqual([
      [1, 0],
      [0, 30 * minute],
    ])
  })
})

describe('a step that each must acknowledge', () => {
  it('E16: lets the first be quiet, and goes on paging the others by their rules', async () => {
    const half = [
      { contact: 0, afterMs: 0 },
      { contact: 0, afterMs: 30 * minute },
    ]
    const users = { ...people(half), ben: { ...user('ben', [hook]), notify: half } }
    const steps = [
      { notify: ['ana', 'ben'], ackTimeoutMs: 5 * minute, acknowledge: 'each' as const },
      { notify: ['dora'], ackTimeoutMs: 60 * minute },
    ]
    const { story } = await incidents.begin({ policy: { steps, fallback: [] }, more: { users } })
    await story.fire()
    expect(story.pages().length).toBe(2)
    const { message } = await story.give('acknowledge', 'ana')
    expect(message).toMatch(/ben must acknowledge too/)
    await incidents.sleep(31 * minute)
    expect(story.calls().toSorted()).toEqual(['r0/s1/ana/c0', 'r0/s1/ben/c0', 'r0/s1/ben/c0/t1800'])
    expect(await story.give('acknowledge', 'ben')).toEqual({ changed: true, message: 'acknowledged too' })
    expect(await story.timeline()).toContain('ben acknowledged too; everybody has')
    expect(await story.give('acknowledge', 'dora')).toMatchObject({ changed: false })
  })
})

describe('a step that may not be entered yet', () => {
  /** Always closed but for the hour that begins in `hours`. */
  async function calendarOpenIn(hours: number): Promise<Configuration['calendars']> {
    const at = new Date(incidents.now() + hours * 60 * minute)
    const clock = (hour: number) => `${String(hour % 24).padStart(2, '0')}:00`
    const opens = at.getUTCHours()
    const window = {
      timeZone: 'UTC',
      weekdays: [1, 2, 3, 4, 5, 6, 7],
      start: clock(opens),
      end: clock(opens + 1),
    }
    return { office: { name: 'office', timeZone: 'UTC', windows: [window], holidays: [] } }
  }

  it('waits for business hours, and is entered when they begin', async () => {
    const steps = [{ notify: ['ana'], ackTimeoutMs: 600 * minute, during: 'office' }]
    const { story } = await incidents.begin({
      policy: { steps },
      more: { calendars: await calendarOpenIn(3) },
    })
    await story.fire()
    expect(await story.nowDoing()).toMatch(/^Step 1 waits: outside office/)
    expect(story.pages()).toEqual([])
    await incidents.sleep(181 * minute)
    expect(story.pages()).toEqual(['r0/s1/ana/c0'])
  })

  it('is entered at once when somebody asks for it', async () => {
    const steps = [{ notify: ['ana'], ackTimeoutMs: 600 * minute, during: 'office' }]
    const { story } = await incidents.begin({
      policy: { steps },
      more: { calendars: await calendarOpenIn(3) },
    })
    await story.fire()
    expect(await story.nowDoing()).toMatch(/^Step 1 waits/)
    await story.give('escalateNow', 'ben')
    expect(story.pages()).toEqual(['r0/s1/ana/c0'])
  })

  it('E13: waits out maintenance, and nobody can urge it', async () => {
    const maintenance = [{ from: 0, to: incidents.now() + 60 * minute, reason: 'new disks' }]
    const services = { feed: { name: 'feed', maintenance } }
    const { story } = await incidents.begin({ more: { services } })
    await story.fire()
    expect(await story.nowDoing()).toMatch(/^Step 1 waits: feed is in maintenance/)
    await expect(story.give('escalateNow', 'ben')).rejects.toMatchObject({
      message: expect.stringMatching(/nobody can be paged now: feed is in maintenance/),
    })
    await incidents.sleep(59 * minute)
    expect(story.pages()).toEqual([])
    await incidents.sleep(2 * minute)
    expect(story.pages()).toEqual(['r0/s1/ana/c0'])
  })

  it('E19: waits until enough alerts begin', async () => {
    const steps = [
      { notify: ['ana'], ackTimeoutMs: 600 * minute, when: { moreThan: 1, withinMs: 10 * minute } },
    ]
    const { story } = await incidents.begin({ policy: { steps } })
    await story.fire('ios')
    expect(await story.nowDoing()).toMatch(/^Step 1 waits: until more than 1 alert begins/)
    await incidents.sleep(20 * minute)
    expect(story.pages()).toEqual([])
    await story.fireNow('android')
    await story.fireNow('web')
    expect(story.pages()).toEqual(['r0/s1/ana/c0'])
  })
})

describe('who is on call', () => {
  it('E09: is looked up when a step is entered, and a hand-off does not page anybody', async () => {
    const from = incidents.now()
    const shift = (minutes: readonly [number, number], person: string) => ({
      from: from + minutes[0] * minute,
      to: from + minutes[1] * minute,
      people: [person],
    })
    const turns = { kind: 'shifts' as const, shifts: [shift([-60, 3], 'ana'), shift([3, 600], 'ben')] }
    const primary: Schedule = {
      name: 'primary',
      title: 'Primary',
      timeZone: 'UTC',
      layers: [{ name: 'only', priority: 1, windows: [], turns }],
      overrides: [],
      temporary: [],
      swaps: [],
    }
    const steps = [{ notify: [{ schedule: 'primary' }], ackTimeoutMs: 10 * minute }]
    const policy = { steps, repeat: 1, fallback: [] }
    const { story } = await incidents.begin({ policy, more: { schedules: { primary } } })
    await story.fire()
    expect(story.pages()).toEqual(['r0/s1/ana/c0'])
    await incidents.sleep(9 * minute)
    expect(story.pages()).toHaveLength(1)
    await incidents.sleep(2 * minute)
    expect(story.pages()).toEqual(['r0/s1/ana/c0', 'r1/s1/ben/c0'])
    expect(await story.timeline()).toContain('Step 1: paging ana (schedule primary)')
  })
})

describe('whoever has it', () => {
  it('may be somebody else from then on, and those who were paged hear of it', async () => {
    const { world, story } = await incidents.begin()
    await story.fire()
    expect(story.pages()).toEqual(['r0/s1/ana/c0'])
    await story.give('acknowledge', 'ana')
    const { message } = await story.give('takeOver', 'ben')
    expect(message).toBe('you have it now, instead of ana')
    expect(await story.newest()).toMatchObject({ acknowledgedBy: 'ben' })
    expect(world.messages.filter(({ kind }) => kind === 'acknowledged').length).toBe(1)
    expect(world.messages.at(-1)?.nowDoing).toMatch(/^ben acknowledged/)
  })

  it('keeps it until the one it is handed over to acknowledges', async () => {
    const { story } = await incidents.begin()
    await story.fire()
    expect(story.pages()).toEqual(['r0/s1/ana/c0'])
    await story.give('acknowledge', 'ana')
    await story.give('handOver', 'ana', { to: 'ben' })
    expect(story.pages()).toContain('hand-over/ben/c0')
    expect(await story.newest()).toMatchObject({ acknowledgedBy: 'ana' })
    expect(await story.give('acknowledge', 'ben')).toMatchObject({ changed: true })
    expect(await story.newest()).toMatchObject({ acknowledgedBy: 'ben' })
  })

  it('is told when nobody takes what was handed over', async () => {
    const { story } = await incidents.begin()
    await story.fire()
    await story.give('acknowledge', 'ana')
    await story.give('handOver', 'ana', { to: 'ben' })
    await incidents.sleep(6 * minute)
    expect(story.pages()).toContain('hand-over-1/ana/c0')
    expect(await story.newest()).toMatchObject({ acknowledgedBy: 'ana' })
    await expect(story.give('handOver', 'ana', { to: 'carl' })).rejects.toMatchObject({
      message: 'carl has no contact, so cannot be asked to take it',
    })
  })

  it('may be quiet for a while; then it is escalated anew', async () => {
    const { story } = await incidents.begin()
    await story.fire()
    expect(story.pages()).toEqual(['r0/s1/ana/c0'])
    await story.give('snooze', 'ana', { forMs: 60 * minute })
    await incidents.sleep(59 * minute)
    expect(story.calls()).toEqual(['r0/s1/ana/c0'])
    await incidents.sleep(2 * minute)
    expect(story.pages()).toContain('r1/s1/ana/c0')
    expect(await story.newest()).toMatchObject({ acknowledgedBy: null })
    expect(await story.timeline()).toContain(
      'The acknowledgement of ana ran out and it still fires: escalating again',
    )
  })

  it('has it only as long as the policy says', async () => {
    const { story } = await incidents.begin({ policy: { acknowledgedForMs: 30 * minute } })
    await story.fire()
    await story.give('acknowledge', 'ana')
    await incidents.sleep(29 * minute)
    await story.give('takeOver', 'ben')
    await incidents.sleep(29 * minute)
    expect(await story.newest()).toMatchObject({ acknowledgedBy: 'ben' })
    await incidents.sleep(2 * minute)
    expect(await (async () => (await story.newest()).acknowledgedBy)()).toBe(null)
  })

  it('has it no more when that time is over while every alert is clear: if it fires again, people are paged', async () => {
    const { story } = await incidents.begin({
      policy: { acknowledgedForMs: 30 * minute },
      route: { stableForMs: 120 * minute },
    })
    await story.fire()
    expect(story.pages()).toEqual(['r0/s1/ana/c0'])
    await story.give('acknowledge', 'ana')
    await story.clear()
    expect(await (async () => (await story.newest()).state)()).toBe('monitoring')
    await incidents.sleep(31 * minute)
    expect(await (async () => (await story.newest()).acknowledgedBy)()).toBe(null)
    expect(await story.timeline()).toContain('The acknowledgement of ana ran out while nothing fires')
    expect(story.calls()).toEqual(['r0/s1/ana/c0'])
    await story.fire()
    expect(story.calls()).toEqual(['r0/s1/ana/c0', 'r1/s1/ana/c0'])
  })
})

describe('asking for the next step', () => {
  it('E10: opens an acknowledged incident again, where it would have gone on', async () => {
    const { story } = await incidents.begin()
    await story.fire()
    expect(story.pages()).toEqual(['r0/s1/ana/c0'])
    await story.give('acknowledge', 'ana')
    await story.give('escalateNow', 'ana')
    expect(story.pages()).toContain('r0/s2/ben/c0')
    expect(await (async () => (await story.newest()).acknowledgedBy)()).toBe(null)
  })

  it('E11: is refused when it answers a message that was overtaken', async () => {
    const { story } = await incidents.begin()
    await story.fire()
    await incidents.sleep(6 * minute)
    expect(story.pages()).toEqual(['r0/s1/ana/c0', 'r0/s2/ben/c0'])
    const asOf = { round: 0, step: 1 }
    await expect(story.give('escalateNow', 'ana', { asOf })).rejects.toMatchObject({
      message: expect.stringMatching(/^already escalated/),
    })
    await story.give('escalateNow', 'ana', { asOf: { round: 0, step: 2 } })
    expect(story.pages()).toContain('r0/fallback/dora/c0')
  })
})

describe('a policy that a person applies', () => {
  const only = (person: string) => ({
    steps: [{ notify: [person], ackTimeoutMs: 60 * minute }],
    fallback: [],
  })

  it('E14: takes the place of the one that the incident began with, from its first step; before that nothing changes', async () => {
    const { world, story } = await incidents.begin({ policy: only('ana') })
    await story.fire()
    expect(story.pages()).toEqual(['r0/s1/ana/c0'])
    world.rules = { policy: only('ben') }
    await incidents.sleep(minute)
    expect(story.pages()).toHaveLength(1)
    await incidents.save(world)
    await story.give('applyPolicy', 'dora', { keep: false })
    expect(story.pages()).toEqual(['r0/s1/ana/c0', 'r1/s1/ben/c0'])
  })

  it('E15: is gone on with where it stands', async () => {
    const steps = ['ana', 'ben', 'dora'].map((person) => ({ notify: [person], ackTimeoutMs: 5 * minute }))
    const { world, story } = await incidents.begin({ policy: { steps, fallback: [] } })
    await story.fire()
    await incidents.sleep(6 * minute)
    expect(story.pages()).toEqual(['r0/s1/ana/c0', 'r0/s2/ben/c0'])
    world.rules = { policy: { steps: steps.filter(({ notify }) => notify[0] !== 'ben'), fallback: [] } }
    await incidents.save(world)
    await story.give('applyPolicy', 'dora', { keep: true })
    expect(story.pages()).toEqual(['r0/s1/ana/c0', 'r0/s2/ben/c0', 'r1/s2/dora/c0'])
  })
})

describe('a severity that a person sets', () => {
  it('pages by the policy of the new one, and a P0 tells the executives', async () => {
    const policies = {
      urgent: {
        steps: [{ notify: ['ben'], ackTimeoutMs: 60 * minute }],
        executives: ['dora'],
      },
    }
    const route = { policies: { default: 'default', P0: 'urgent' } }
    const { story } = await incidents.begin({ policies, route })
    await story.fire()
    expect(story.pages()).toEqual(['r0/s1/ana/c0'])
    await story.give('setSeverity', 'ana', { severity: 'P0' })
    expect(story.pages().toSorted()).toEqual(['notice/dora/c0', 'r0/s1/ana/c0', 'r1/s1/ben/c0'])
    expect(await story.newest()).toMatchObject({ severity: 'P0', severitySetBy: 'ana' })
  })
})
