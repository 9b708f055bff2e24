import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parseMatchers } from '../../src/domain/alert/matcher-text.ts'
import { incidentConfiguration, type IncidentRules, minute } from '../support/incident-configuration.ts'
import { type Incidents, startIncidents } from '../support/incidents.ts'

let incidents: Incidents

beforeAll(async () => {
  incidents = await startIncidents()
})
afterAll(() => incidents?.stop())

async function begin(rules: IncidentRules = {}) {
  await incidents.db.deleteFrom('alerts').execute()
  return (await incidents.begin(rules)).story
}

const silence = (matchers: string, forMs: number, comment?: string) =>
  incidents.silence(matchers, forMs, comment)

describe('N37: a silence', () => {
  it('holds pages back until its end, never the state; what still fires then is paged', async () => {
    const story = await begin()
    await silence('group="ios"', 60 * minute)
    await story.fire('ios')
    expect(story.pages()).toEqual([])
    expect(await story.nowDoing()).toMatch(/^Step 1 waits: silenced until .* by ben \(new disks\)/)
    expect((await story.newest()).state).toBe('open')
    await incidents.sleep(59 * minute)
    expect(story.pages()).toEqual([])
    await incidents.sleep(2 * minute)
    expect(story.pages()).toEqual(['r0/s1/ana/c0'])
  })

  it('of one alert holds nothing back of what another one fires for', async () => {
    const story = await begin()
    await silence('group="ios"', 60 * minute)
    await story.fire('android')
    await story.fire('ios')
    expect(story.pages()).toEqual(['r0/s1/ana/c0'])
  })

  it('pages once an alert joins that it does not silence', async () => {
    const story = await begin()
    await silence('group="ios"', 60 * minute)
    await story.fire('ios')
    expect(story.pages()).toEqual([])
    await story.fire('android')
    expect(story.pages()).toEqual(['r0/s1/ana/c0'])
  })

  it('holds the next step back of what is being paged', async () => {
    const story = await begin()
    await story.fire('ios')
    await silence('group="ios"', 20 * minute)
    await incidents.sleep(15 * minute)
    expect(story.pages()).toEqual(['r0/s1/ana/c0'])
    await incidents.sleep(10 * minute)
    expect(story.pages()).toEqual(['r0/s1/ana/c0', 'r0/s2/ben/c0'])
  })

  it('holds back what the rules of people ask for whose step was entered before, and lets it go at its end', async () => {
    const rules = [
      { contact: 0, afterMs: 0 },
      { contact: 1, afterMs: 2 * minute },
    ]
    const [ana] = Object.values(incidentConfiguration(0).users).filter(({ name }) => name === 'ana')
    const users = { ...incidentConfiguration(0).users, ana: { ...ana!, notify: rules } }
    const story = await begin({
      policy: { steps: [{ notify: ['ana'], ackTimeoutMs: 60 * minute }] },
      more: { users },
    })
    await story.fire('ios')
    await incidents.silence('group="ios"', 20 * minute)
    await incidents.sleep(19 * minute)
    expect(story.pages()).toEqual(['r0/s1/ana/c0'])
    await incidents.sleep(2 * minute)
    expect(story.pages()).toEqual(['r0/s1/ana/c0', 'r0/s1/ana/c1/t120'])
  })

  it('gives way to a person who escalates', async () => {
    const story = await begin()
    await silence('group="ios"', 60 * minute)
    await story.fire('ios')
    await story.give('escalateNow', 'ana')
    expect(story.calls()).toEqual(['r0/s1/ana/c0'])
  })

  it('I03: what clears while it is silenced is over all the same', async () => {
    const story = await begin()
    await story.fire('ios')
    await silence('group="ios"', 60 * minute)
    await story.clear('ios')
    expect((await story.newest()).state).toBe('monitoring')
    await incidents.sleep(11 * minute)
    expect((await story.newest()).state).toBe('resolved')
  })
})

describe('inhibition', () => {
  const rule = {
    source: parseMatchers('severity="critical"'),
    target: parseMatchers('severity="warning"'),
    equal: ['alertname'],
  }
  const apart = { groupBy: ['alertname', 'group'] }

  it('holds pages back while its source fires, and lets them go soon after it clears', async () => {
    const story = await begin({ more: { inhibit: [rule] }, route: apart })
    const [source, target] = [
      story.alert('firing', 'source', 'critical'),
      story.alert('firing', 'target', 'warning'),
    ]
    await story.deliver([source])
    expect(story.pages()).toHaveLength(1)
    await story.deliver([target])
    expect(story.pages()).toHaveLength(1)
    await incidents.sleep(4 * minute)
    expect(story.pages()).toHaveLength(1)
    await story.deliver([story.alert('resolved', 'source', 'critical')])
    await incidents.sleep(minute)
    expect(story.pages().filter((page) => /^r\d/.test(page))).toHaveLength(2)
  })
})

describe('windows of a route', () => {
  // The world's clock begins on a Sunday at 03:00 UTC.
  const night = { night: [{ timeZone: 'UTC', times: [{ start: '00:00', end: '06:00' }] }] }

  it('mute pages inside', async () => {
    const story = await begin({ more: { windows: night }, route: { mute: ['night'] } })
    incidents.clock.at = Date.parse('2026-03-08T03:00:00Z')
    await story.fire()
    expect(story.pages()).toEqual([])
    expect(await story.nowDoing()).toMatch(/^Step 1 waits: muted by night until /)
    await incidents.sleep(3 * 60 * minute)
    expect(story.pages()).toEqual(['r0/s1/ana/c0'])
  })

  it('are the only times in which an active route pages', async () => {
    const story = await begin({ more: { windows: night }, route: { active: ['night'] } })
    incidents.clock.at = Date.parse('2026-03-09T23:58:30Z')
    await story.fire()
    expect(story.pages()).toEqual([])
    await incidents.sleep(2 * minute)
    expect(story.pages()).toEqual(['r0/s1/ana/c0'])
  })
})

describe('group wait', () => {
  it('names in the first page what comes in meanwhile', async () => {
    const story = await begin({ route: { groupWaitMs: 30_000 } })
    await story.fire('ios')
    await incidents.sleep(10_000)
    await story.fire('android')
    expect(story.pages()).toEqual([])
    await incidents.sleep(21_000)
    expect(story.pages()).toEqual(['r0/s1/ana/c0'])
  })

  it('G08: does not wait for an alert that is older than it', async () => {
    const story = await begin({ route: { groupWaitMs: 30_000 } })
    const startsAt = new Date(incidents.now() - 10 * minute).toISOString()
    await story.deliver([{ ...story.alert('firing', 'ios', 'critical'), startsAt }])
    expect(story.pages()).toEqual(['r0/s1/ana/c0'])
  })
})

describe('N50 a word for severity', () => {
  it('that nobody knows is told on the incident, once', async () => {
    const story = await begin()
    await story.fire('ios', 'SEV_1')
    await story.fire('android', 'SEV_1')
    expect((await story.newest()).severity).toBe('P2')
    const told = (await story.facts()).filter(({ type }) => type === 'severity-unknown')
    expect(told).toEqual([{ type: 'severity-unknown', word: 'SEV_1', taken: 'P2' }])
  })

  it('of the configuration decides how bad it is', async () => {
    const story = await begin({ more: { severities: { SEV_1: 'P0' } } })
    await story.fire('ios', 'sev_1')
    expect((await story.newest()).severity).toBe('P0')
    expect((await story.facts()).some(({ type }) => type === 'severity-unknown')).toBe(false)
  })
})
