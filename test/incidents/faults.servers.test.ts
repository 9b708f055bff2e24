import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { isOver, outlineOf } from '../../src/domain/incident/outline.ts'
import { createTurns } from '../../src/domain/page/turns.ts'
import { minute } from '../support/incident-configuration.ts'
import { type Incidents, startIncidents } from '../support/incidents.ts'
import { user } from '../support/pages.ts'

let incidents: Incidents

beforeAll(async () => {
  incidents = await startIncidents()
})
afterAll(() => incidents?.stop())

const hook = { channel: 'webhook', url: '${env:HOOK}' } as const
const users = {
  ana: user('ana', [hook]),
  ben: user('ben', [hook]),
  dora: user('dora', [hook]),
}

describe('N02: a hand-over whose page is in back-off when paging stops', () => {
  const stops = {
    'every alert clears': async ({ story }: Begun) => story.clear(),
    'somebody takes over': async ({ story }: Begun) => story.give('takeOver', 'dora'),
    'the owner snoozes': async ({ story }: Begun) => story.give('snooze', 'ana', { forMs: minute }),
    'a person resolves it': async ({ story }: Begun) => story.give('resolve', 'ana', { anyway: true }),
  }
  type Begun = Awaited<ReturnType<Incidents['begin']>>

  it.each(Object.entries(stops))('%s: the page is called off, and a re-fire pages', async (_name, stop) => {
    const begun = await incidents.begin({ more: { users } })
    const { world, story } = begun
    await story.fire()
    await story.give('acknowledge', 'ana')
    world.outcome = (_, id) =>
      id.includes('hand-over')
        ? { kind: 'retry', error: 'answered 503', retryAfterMs: 30_000 }
        : { kind: 'sent' }
    await story.give('handOver', 'ana', { to: 'ben' })
    expect(world.begun.some((id) => id.includes('hand-over'))).toBe(true)
    await stop(begun)
    const page = (await story.stored()).find(({ kind }) => kind === 'hand-over')
    expect(page).toMatchObject({ state: 'cancelled' })
    world.outcome = () => ({ kind: 'sent' })
    await incidents.sleep(20 * minute)
    await story.clear()
    await incidents.sleep(20 * minute)
    const before = story.calls().length
    await story.fire('android')
    expect(story.calls().length).toBeGreaterThan(before)
  })
})

describe('N19: what a page of a hand-over says', () => {
  const said = ({ messages }: Awaited<ReturnType<Incidents['begin']>>['world']) =>
    messages
      .filter(({ idempotencyKey }) => idempotencyKey.includes('hand-over'))
      .map(({ person, nowDoing }) => `${person}: ${nowDoing}`)

  it('names who asks, who need not be the owner, and tells the owner that nobody took it', async () => {
    const { world, story } = await incidents.begin({ more: { users } })
    await story.fire()
    await story.give('acknowledge', 'ana')
    await story.give('handOver', 'dora', { to: 'ben' })
    await incidents.sleep(5 * minute)
    expect(said(world)).toEqual([
      'ben: dora asks you to take it over',
      'ana: It was not taken over: you still have it',
    ])
  })

  it('tells whoever asked when nobody owns it', async () => {
    const { world, story } = await incidents.begin({
      policy: { steps: [{ notify: ['ana'], ackTimeoutMs: 60 * minute }] },
      more: { users },
    })
    await story.fire()
    await story.give('handOver', 'dora', { to: 'ben' })
    await incidents.sleep(5 * minute)
    expect(said(world)).toEqual([
      'ben: dora asks you to take it over',
      'dora: It was not taken over: nobody has it. Paging ana (step 1)',
    ])
  })
})

describe('N03: an acknowledged incident that gets worse', () => {
  const policies = { urgent: { steps: [{ notify: ['ben'], ackTimeoutMs: 5 * minute }], fallback: ['dora'] } }
  const route = { policies: { default: 'default', P0: 'urgent' } }

  it('pages its owner again, and leaves it with them when they acknowledge', async () => {
    const { story } = await incidents.begin({ policies, route, more: { users } })
    await story.fire('ios', 'warning')
    await story.give('acknowledge', 'ana')
    await story.fire('android', 'P0')
    expect(story.pages()).toContain('worse/ana/c0')
    expect(await story.timeline()).toContain(
      'Severity rose from P2 to P0 after ana acknowledged: paged ana again',
    )
    expect(await story.give('acknowledge', 'ana')).toMatchObject({ changed: true })
    await incidents.sleep(60 * minute)
    expect(story.calls()).toEqual(['r0/s1/ana/c0'])
    expect(await story.newest()).toMatchObject({ acknowledgedBy: 'ana', severity: 'P0' })
  })

  it('goes by the policy of the higher severity when its owner does not answer', async () => {
    const { story } = await incidents.begin({ policies, route, more: { users } })
    await story.fire('ios', 'warning')
    await story.give('acknowledge', 'ana')
    await story.fire('android', 'P0')
    await incidents.sleep(5 * minute)
    expect(story.calls()).toEqual(['r0/s1/ana/c0', 'r1/s1/ben/c0'])
    expect(await story.newest()).toMatchObject({ acknowledgedBy: null })
  })

  it('goes by that policy at once when its owner cannot be reached', async () => {
    const { world, story } = await incidents.begin({ policies, route, more: { users } })
    await story.fire('ios', 'warning')
    await story.give('acknowledge', 'ana')
    world.outcome = (_, id) => (id.includes('worse') ? { kind: 'final', error: 'gone' } : { kind: 'sent' })
    await story.fire('android', 'P0')
    expect(story.calls()).toEqual(['r0/s1/ana/c0', 'r1/s1/ben/c0'])
  })

  it('a person who raises the severity asks the owner, too', async () => {
    const { story } = await incidents.begin({ policies, route, more: { users } })
    await story.fire('ios', 'warning')
    await story.give('acknowledge', 'ana')
    await story.give('setSeverity', 'dora', { severity: 'P0' })
    expect(story.pages()).toContain('worse/ana/c0')
  })

  it('tells its owner that more fires, and not of each alert', async () => {
    const { story } = await incidents.begin({ more: { users } })
    await story.fire('a')
    await story.give('acknowledge', 'ana')
    for (let number = 0; number < 30; number++) await story.fire(`more-${number}`)
    const told = story.pages().filter((page) => page.startsWith('grown'))
    expect(told.length).toBeGreaterThan(2)
    expect(told.length).toBeLessThan(12)
  })
})

describe('an incident that is clear', () => {
  it('is resolved in time, however often its sender repeats that it is clear', async () => {
    const { story } = await incidents.begin({ more: { users }, route: { stableForMs: 5 * minute } })
    await story.fire('ios')
    for (let minutes = 0; minutes < 6; minutes++) {
      await story.clear('ios')
      await incidents.sleep(minute)
    }
    expect(await story.newest()).toMatchObject({ state: 'resolved' })
  })

  it('tells its owner when it fires again', async () => {
    const { story } = await incidents.begin({ more: { users } })
    await story.fire('ios')
    await story.give('acknowledge', 'ana')
    await story.clear('ios')
    await incidents.sleep(minute)
    await story.fire('ios')
    expect(story.pages()).toContain('again/ana/c0')
    expect(await story.timeline()).toContain('1 alert fires again: told ana, who owns it')
  })
})

describe('N04: a person’s resolve while alerts fire', () => {
  it('asks first, and says how many', async () => {
    const { story } = await incidents.begin({ more: { users } })
    await story.fire('ios')
    await story.fire('android')
    await expect(story.give('resolve', 'ana')).rejects.toMatchObject({
      message: expect.stringMatching(/^2 alerts of INC-\d+ still fire; resolve it anyway\?$/),
      asks: true,
    })
    expect(await story.newest()).toMatchObject({ state: 'open' })
  })

  it('opens a successor that pages when they still fire after a while', async () => {
    const { story } = await incidents.begin({ more: { users } })
    await story.fire('ios')
    const { number } = await story.newest()
    await story.give('resolve', 'ana', { anyway: true })
    // The sender repeats itself meanwhile: that says nothing new.
    await story.fire('ios')
    expect((await story.newest()).number).toBe(number)
    await incidents.sleep(11 * minute)
    expect(await story.newest()).toMatchObject({ state: 'open', recurrenceOf: number })
    expect(story.calls().at(-1)).toBe('r0/s1/ana/c0')
    expect(story.calls()).toHaveLength(2)
    expect(await story.timeline()).toContain(
      `Opened because 1 alert of INC-${number} still fires after it was resolved by hand`,
    )
  })

  it('opens none when they cleared meanwhile', async () => {
    const { story } = await incidents.begin({ more: { users } })
    await story.fire('ios')
    const { number } = await story.newest()
    await story.give('resolve', 'ana', { anyway: true })
    await story.clear('ios')
    await incidents.sleep(60 * minute)
    expect((await story.newest()).number).toBe(number)
    expect(isOver(outlineOf(await story.machine()))).toBe(true)
  })

  const short = { more: { users }, route: { stableForMs: minute } }

  it('opens none for an alert that ended in a later incident', async () => {
    const { story } = await incidents.begin(short)
    await story.fire('ios')
    await story.give('resolve', 'ana', { anyway: true })
    await story.fire('web')
    const { number } = await story.newest()
    await story.fire('ios')
    await story.clear('ios')
    await story.clear('web')
    await incidents.sleep(60 * minute)
    expect(await story.newest()).toMatchObject({ number, state: 'resolved' })
  })

  it('opens none for an alert whose end came while another incident was the newest', async () => {
    const { story } = await incidents.begin(short)
    await story.fire('ios')
    await story.give('resolve', 'ana', { anyway: true })
    await story.fire('web')
    const { number } = await story.newest()
    await story.clear('ios')
    await story.clear('web')
    await incidents.sleep(60 * minute)
    expect(await story.newest()).toMatchObject({ number, state: 'resolved' })
  })

  it('lets them join the incident that is open by then, which lasts until they clear', async () => {
    const { story } = await incidents.begin(short)
    await story.fire('ios', 'P1')
    const resolved = await story.newest()
    await story.give('resolve', 'ana', { anyway: true })
    await story.fire('web', 'P2')
    const { number } = await story.newest()
    await incidents.sleep(11 * minute)
    await story.clear('web')
    await incidents.sleep(60 * minute)
    expect(await story.newest()).toMatchObject({ number, state: 'open', severity: 'P1' })
    expect(await story.timeline()).toContain(
      `Joined by 1 alert of INC-${resolved.number} that still fires after it was resolved by hand`,
    )
    expect(await story.replayed()).toEqual(await story.machine())
    await story.clear('ios')
    await incidents.sleep(60 * minute)
    expect(await story.newest()).toMatchObject({ number, state: 'resolved' })
  })

  it('opens one at once when an alert fires again', async () => {
    const { story } = await incidents.begin({ more: { users } })
    await story.fire('ios')
    const { number } = await story.newest()
    await story.give('resolve', 'ana', { anyway: true })
    await story.clear('ios')
    await story.fire('ios')
    expect((await story.newest()).number).toBe(number + 1)
    expect(story.calls()).toHaveLength(2)
    // The old one looks whether anything fires on: that is the new one's by now.
    await incidents.sleep(60 * minute)
    expect((await story.newest()).number).toBe(number + 1)
  })
})

describe('N05: a cooldown', () => {
  const muted = { muted: 'cooldown until 2026-03-01T06:00:00Z' }

  it('mutes nothing once its incident is over', async () => {
    const { story } = await incidents.begin({ more: { users } })
    await story.fire('ios')
    await story.clear('ios')
    await incidents.sleep(15 * minute)
    expect(await story.newest()).toMatchObject({ state: 'resolved' })
    const again = story.alert('firing', 'ios', 'critical')
    await story.deliver([
      { ...again, source: 'check/likes', annotations: { ...again.annotations, ...muted } },
    ])
    expect(await story.newest()).toMatchObject({ state: 'open' })
    expect(story.calls()).toHaveLength(2)
  })
})

describe('N05: within a cooldown', () => {
  it('an owner hears that it fires again when the cooldown ends, and not before', async () => {
    const { story } = await incidents.begin({ more: { users } })
    const checked = (status: 'firing' | 'resolved', more: Readonly<Record<string, string>> = {}) => {
      const one = story.alert(status, 'ios', 'critical')
      return { ...one, source: 'check/likes', annotations: { ...one.annotations, ...more } }
    }
    await story.deliver([checked('firing')])
    await story.give('acknowledge', 'ana')
    await story.deliver([checked('resolved')])
    await story.deliver([checked('firing', { muted: 'cooldown until 2026-03-01T06:00:00Z' })])
    await incidents.sleep(30 * minute)
    expect(await story.newest()).toMatchObject({ state: 'open', acknowledgedBy: 'ana' })
    expect(story.pages()).toEqual(['r0/s1/ana/c0'])
    await story.deliver([checked('firing')])
    expect(story.pages()).toEqual(['r0/s1/ana/c0', 'again/ana/c0'])
  })
})

describe('N21: our own pace', () => {
  it('is neither a try nor a failure: of twelve incidents at once to one place every page arrives', async () => {
    const { world, story } = await incidents.begin({ more: { users } })
    const turns = createTurns(() => new Date(incidents.clock.at), { everyMs: 1_000, apartMs: 1_000 })
    world.outcome = ({ person }, id) => {
      const turn = turns.of(person, id)
      return turn === undefined
        ? { kind: 'sent' }
        : { kind: 'wait', waitMs: turn.waitMs, reason: 'our own pace' }
    }
    for (let number = 0; number < 12; number++) {
      const one = story.alert('firing', `pace-${number}`, 'critical')
      await story.deliver([
        { ...one, labels: { ...one.labels, alertname: `pace-${world.number}-${number}` } },
      ])
    }
    await incidents.sleep(minute)
    const { rows } = await sql<{ state: string; attempts: number }>`
      SELECT state, attempts FROM pages WHERE kind = 'page'`.execute(incidents.db)
    expect(rows).toHaveLength(12)
    expect(new Set(rows.map(({ state, attempts }) => `${state} ${attempts}`))).toEqual(new Set(['sent 1']))
  })
})

describe('what an incident keeps', () => {
  it('N10, N27: stays small over thousands of changes and notes, and is what its events lead to', async () => {
    const steps = [{ notify: ['ana'], when: { moreThan: 100_000, withinMs: minute } }]
    const { story } = await incidents.begin({ policy: { steps }, more: { users } })
    await story.fire('ios')
    for (let round = 0; round < 100; round++) {
      await story.apply([story.alert('resolved', 'ios', 'critical')])
      await story.apply([story.alert('firing', 'ios', 'critical')])
      await story.give('note', 'ana', { text: `note ${round}` })
    }
    const state = await story.machine()
    expect(JSON.stringify(state).length).toBeLessThan(16_384)
    expect(await story.replayed()).toEqual(state)
    expect((await story.facts()).filter(({ type }) => type === 'note')).toHaveLength(100)
  })
})
