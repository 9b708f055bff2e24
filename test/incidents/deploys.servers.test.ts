import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { minute } from '../support/incident-configuration.ts'
import { type Incidents, startIncidents } from '../support/incidents.ts'

let incidents: Incidents

beforeAll(async () => {
  incidents = await startIncidents()
})
afterAll(() => incidents?.stop())

const deploys = { holdMs: 10 * minute, atMostMs: 60 * minute, severities: ['P2'] } as const

async function begin() {
  await incidents.db.deleteFrom('change_events').execute()
  return incidents.begin({ more: { services: { feed: { name: 'feed', deploys } } } })
}

const change = (id: string, agoMs: number, service = 'feed') => ({
  changeId: id,
  source: 'integration/ci',
  at: new Date(incidents.now() - agoMs).toISOString(),
  summary: `Deployed ${service} ${id}`,
  labels: { service },
  links: {},
})

const keep = (...changes: readonly ReturnType<typeof change>[]) =>
  incidents.records.changeEvents.keep(changes)

describe('after a deploy', () => {
  it('lesser alerts of its service wait, and page when they fire on', async () => {
    const { story } = await begin()
    await keep(change('v42', 4 * minute))
    await story.fire('ios', 'warning')
    expect(story.pages()).toEqual([])
    expect(await story.nowDoing()).toMatch(
      /^Step 1 waits: until .* UTC, after a change at .* UTC: Deployed feed v42$/,
    )
    await incidents.sleep(5 * minute)
    expect(story.pages()).toEqual([])
    await incidents.sleep(2 * minute)
    expect(story.pages()).toEqual(['r0/s1/ana/c0'])
  })

  it('worse ones page at once, and so do those of other services and of older deploys', async () => {
    const { story } = await begin()
    await keep(change('v42', 4 * minute))
    await story.fire('ios', 'critical')
    expect(story.pages()).toHaveLength(1)
    const other = await begin()
    await keep(change('v42', 4 * minute, 'shop'), change('v41', 11 * minute))
    await other.story.fire('ios', 'warning')
    expect(other.story.pages()).toHaveLength(1)
  })

  it('a person may escalate all the same', async () => {
    const { story } = await begin()
    await keep(change('v42', 4 * minute))
    await story.fire('ios', 'warning')
    await story.give('escalateNow', 'ana')
    expect(story.calls()).toEqual(['r0/s1/ana/c0'])
  })
})

describe('changes', () => {
  it('are found by their services, what is nearest first, and listed', async () => {
    await begin()
    await keep(
      change('far', 50 * minute),
      change('near', 2 * minute),
      change('older', 90 * minute),
      change('later', -minute),
      change('elsewhere', minute, 'shop'),
    )
    const span = {
      from: incidents.now() - 60 * minute,
      to: incidents.now() + 10 * minute,
      about: incidents.now(),
    }
    const near = async (services: readonly string[], limit: number) =>
      (await incidents.records.changeEvents.near(services, span, limit)).map(({ changeId }) => changeId)
    expect(await near(['feed'], 10)).toEqual(['later', 'near', 'far'])
    expect(await near(['feed', 'shop'], 2)).toEqual(['later', 'elsewhere'])
    expect(await near([], 10)).toEqual([])
    const listed = await incidents.records.changeEvents.list({ service: 'feed', limit: 2 })
    expect(listed.map(({ changeId }) => changeId)).toEqual(['later', 'near'])
    expect(await incidents.records.changeEvents.list({ limit: 100 })).toHaveLength(5)
  })
})
