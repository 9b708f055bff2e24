import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { minute } from '../support/incident-configuration.ts'
import { type Incidents, startIncidents } from '../support/incidents.ts'

let incidents: Incidents

beforeAll(async () => {
  incidents = await startIncidents()
})
afterAll(() => incidents?.stop())

describe('the steps of a policy', () => {
  it('are gone through in order, each waiting its time for an acknowledgement; then the fallback is paged, and that is said', async () => {
    const { story } = await incidents.begin()
    await story.fire()
    expect(story.pages()).toEqual(['r0/s1/ana/c0'])
    await incidents.sleep(5 * minute - 2_000)
    expect(story.pages()).toHaveLength(1)
    await incidents.sleep(2_000)
    expect(story.pages()).toEqual(['r0/s1/ana/c0', 'r0/s2/ben/c0'])
    await incidents.sleep(10 * minute - 2_000)
    expect(story.pages()).toHaveLength(2)
    await incidents.sleep(2_000)
    expect(story.pages()).toEqual(['r0/s1/ana/c0', 'r0/s2/ben/c0', 'r0/fallback/dora/c0'])
    expect(await story.timeline()).toContain(
      'Policy default is exhausted, nobody acknowledged: paging the fallback dora',
    )
    expect(await story.nowDoing()).toBe('Every step is exhausted and nobody acknowledged')
  })

  it('N20: begin again after a while when nobody was reached, less and less often', async () => {
    const { story } = await incidents.begin({ policy: { steps: [], fallback: [] } })
    await story.fire()
    expect(await story.nowDoing()).toBe('Nobody could be reached')
    await incidents.sleep(3 * 60 * minute)
    const retries = (await story.facts()).filter(({ type }) => type === 'retried')
    expect(retries).toHaveLength(5)
    expect(story.pages()).toEqual([])
  })

  it('are begun again as often as the policy says, with pages of their own', async () => {
    const { story } = await incidents.begin({ policy: { repeat: 1, fallback: [] } })
    await story.fire()
    await incidents.sleep(31 * minute)
    expect(story.pages()).toEqual(['r0/s1/ana/c0', 'r0/s2/ben/c0', 'r1/s1/ana/c0', 'r1/s2/ben/c0'])
  })

  it('are passed at once where nobody can be paged', async () => {
    const steps = [
      { notify: ['carl'], ackTimeoutMs: 60 * minute },
      { notify: ['ben'], ackTimeoutMs: 10 * minute },
    ]
    const { story } = await incidents.begin({ policy: { steps } })
    await story.fire()
    expect(story.pages()).toEqual(['r0/s2/ben/c0'])
    expect(await story.timeline()).toContain('Step 1: skipped, nobody to page; no contact for carl')
  })

  it('are passed at once where no provider takes a page, over whatever contact', async () => {
    const { world, story } = await incidents.begin()
    world.outcome = (_, id) => (id.includes('/ana/') ? { kind: 'final', error: 'gone' } : { kind: 'sent' })
    await story.fire()
    expect(story.pages()).toEqual(['r0/s2/ben/c0'])
    expect(world.begun.map(story.short)).toEqual(['r0/s1/ana/c0', 'r0/s1/ana/c1', 'r0/s2/ben/c0'])
  })

  it('are not passed while one of the people of a step was reached', async () => {
    const steps = [
      { notify: ['ana', 'dora'], ackTimeoutMs: 5 * minute },
      { notify: ['ben'], ackTimeoutMs: 10 * minute },
    ]
    const { world, story } = await incidents.begin({ policy: { steps } })
    world.outcome = (_, id) => (id.includes('/ana/') ? { kind: 'final', error: 'gone' } : { kind: 'sent' })
    await story.fire()
    expect(world.begun).toHaveLength(3)
    await incidents.sleep(4 * minute)
    expect(story.pages()).toEqual(['r0/s1/dora/c0'])
  })

  it('wait no longer for a provider that asks to come back after the step', async () => {
    const { world, story } = await incidents.begin()
    world.outcome = (_, id) =>
      id.endsWith('/ana/c0') ? { kind: 'retry', error: 'busy', retryAfterMs: 60 * minute } : { kind: 'sent' }
    await story.fire()
    expect(story.pages()).toEqual(['r0/s1/ana/c1'])
  })
})

describe('a page', () => {
  it('is tried four times before the next contact is', async () => {
    const { world, story } = await incidents.begin()
    world.outcome = (_, id) =>
      id.endsWith('/ana/c0') ? { kind: 'retry', error: 'answered 500' } : { kind: 'sent' }
    await story.fire()
    await incidents.sleep(minute)
    expect(story.pages()).toEqual(['r0/s1/ana/c1'])
    expect(world.begun.map(story.short)).toEqual([...Array(4).fill('r0/s1/ana/c0'), 'r0/s1/ana/c1'])
    expect(await story.timeline()).toContain('Could not reach ana by webhook: answered 500, tried 4 times')
  })
})
