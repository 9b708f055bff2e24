import { begin } from '../support/pages.ts'
import { describe, expect, it } from 'vitest'
import { escalationWorld, start } from '../support/escalation.ts'

const world = escalationWorld()

describe('entering a step', () => {
  it('queues a page per person and says when to go on, and where', async () => {
    const entered = await world
      .activities()
      .queueStepPages({ incident: world.incident, step: 1, round: 0, urged: false })
    expect(entered).toMatchObject({
      pages: [
        { id: `INC-${world.incident}/r0/s1/ana/c0`, person: 'ana', channel: 'webhook' },
        { id: `INC-${world.incident}/r0/s1/ben/c0`, person: 'ben', channel: 'webhook' },
      ],
      nobody: false,
      ackTimeoutMs: 300_000,
      next: { step: 2, round: 0 },
    })
    expect((await world.pages.ofIncident(world.incident)).map(({ state }) => state)).toEqual([
      'queued',
      'queued',
    ])
    expect(world.said()).toEqual(['Step 1: paging ana, ben'])
  })

  it('queues the same pages when it is entered again after a crash', async () => {
    const first = await world.enter(1)
    expect(await world.enter(1)).toEqual(first)
    expect(await world.pages.ofIncident(world.incident)).toHaveLength(2)
    expect(world.timeline.size).toBe(1)
  })

  it('E07: goes on at once when nobody can be paged', async () => {
    expect(
      await world.activities().queueStepPages({ incident: world.incident, step: 2, round: 0, urged: false }),
    ).toMatchObject({
      hold: null,
      pages: [],
      nobody: true,
      ackTimeoutMs: 0,
      next: { step: 3, round: 0 },
    })
    expect(world.said()).toEqual(['Step 2: skipped, nobody to page; no contact for carl'])
  })

  it('knows the last step of the last round', async () => {
    expect(
      (await world.activities().queueStepPages({ incident: world.incident, step: 3, round: 0, urged: false }))
        .next,
    ).toEqual({
      step: 1,
      round: 1,
    })
    expect(
      (await world.activities().queueStepPages({ incident: world.incident, step: 3, round: 1, urged: false }))
        .next,
    ).toBeNull()
  })

  it('E08: pages the fallback when the policy is exhausted', async () => {
    const [fallback] = await world.activities().queueFallbackPages({ incident: world.incident, round: 1 })
    expect(fallback?.id).toBe(`INC-${world.incident}/r1/fallback/ben/c0`)
    expect(world.said()).toEqual([
      'Policy default is exhausted, nobody acknowledged: paging the fallback ben; no contact for carl',
    ])
    await world.deliver(fallback?.id ?? '')
    expect(world.said()).toContain('Paged ben by webhook (fallback)')
  })
})

describe('an acknowledgement', () => {
  it('stops every page that is not with a provider, and says so', async () => {
    const [ana, ben] = await world.enter(1)
    await world.deliver(ana?.id ?? '')
    await world.activities().cancelPages({ incident: world.incident, reason: 'ana acknowledged', except: [] })
    expect(await world.deliver(ben?.id ?? '')).toEqual({ state: 'cancelled', next: null, waitMs: null })
    expect(world.receiver.effects().map(({ body }) => body['person'])).toEqual(['ana'])
    expect(world.said()).toContain('Did not page ben by webhook: ana acknowledged')
    await world.activities().cancelPages({ incident: world.incident, reason: 'ana acknowledged', except: [] })
    expect(world.timeline.size).toBe(3)
  })

  it('stops the further tries of a page that is just being sent, over this contact and the next', async () => {
    const id = await world.onlyPageOf(1, 'ana')
    world.receiver.next({ kind: 'hang' })
    const delivery = world.deliver(id)
    await expect.poll(() => world.receiver.received).toHaveLength(1)
    await world.activities().cancelPages({ incident: world.incident, reason: 'ben acknowledged', except: [] })
    expect(await delivery).toEqual({ state: 'unknown', next: null, waitMs: null })
    expect(await world.deliver(id)).toEqual({ state: 'unknown', next: null, waitMs: null })
    expect(world.receiver.received).toHaveLength(1)
  })

  it('M06: is told to those who were paged, not to the one who gave it, and to PagerDuty in any case', async () => {
    const [ana, ben] = await world.enter(1)
    world.receiver.next({ kind: 'answer', status: 404 })
    const { next } = await world.deliver(ana?.id ?? '')
    await world.deliver(next?.id ?? '')
    await world.deliver(ben?.id ?? '')
    await world.incidents.acknowledge(world.incident, 'ana', start, null)
    const followUps = await world
      .activities()
      .queueFollowUps({ incident: world.incident, kind: 'acknowledged', occasion: 0 })
    expect(followUps.map(({ id }) => id).toSorted()).toEqual([
      `INC-${world.incident}/acknowledged/ana/c1`,
      `INC-${world.incident}/acknowledged/ben/c0`,
    ])
    for (const { id } of followUps)
      expect(await world.deliver(id)).toEqual({ state: 'sent', next: null, waitMs: null })
    expect(world.pagerDuty.incidents).toMatchObject([{ status: 'acknowledged' }])
    expect(world.receiver.effects().at(-1)?.body).toMatchObject({
      kind: 'acknowledged',
      person: 'ben',
      nowDoing: 'ana acknowledged. Restarting checkout-2',
    })
    expect(world.said()).toContain('Told ben by webhook: acknowledged')
    expect(
      await world
        .activities()
        .queueFollowUps({ incident: world.incident, kind: 'acknowledged', occasion: 0 }),
    ).toEqual(followUps)
  })

  it('that cannot be told to somebody wakes nobody over another contact', async () => {
    const id = await world.onlyPageOf(1, 'ana')
    await world.deliver(id)
    await world.incidents.acknowledge(world.incident, 'ben', start, null)
    const [followUp] = await world
      .activities()
      .queueFollowUps({ incident: world.incident, kind: 'acknowledged', occasion: 0 })
    world.receiver.next({ kind: 'answer', status: 404 })
    expect(await world.deliver(followUp?.id ?? '')).toEqual({ state: 'failed', next: null, waitMs: null })
  })
})

describe('an incident that is over', () => {
  it('wakes nobody with a page that was still waiting', async () => {
    const id = await world.onlyPageOf(1, 'ana')
    await world.incidents.close(world.incident, 'firewatch', start, null)
    expect(await world.deliver(id)).toEqual({ state: 'cancelled', next: null, waitMs: null })
    expect(world.receiver.received).toEqual([])
    expect(world.said()).toContain('Did not page ana by webhook: the incident was resolved before')
  })

  it('does not repeat a page that a crash left half sent', async () => {
    const id = await world.onlyPageOf(1, 'ana')
    await begin(world.pages, id)
    await world.incidents.close(world.incident, 'firewatch', start, null)
    expect(await world.deliver(id)).toEqual({ state: 'unknown', next: null, waitMs: null })
    expect(world.receiver.received).toEqual([])
  })

  it('is told to everybody who was paged', async () => {
    const [ana, ben] = await world.enter(1)
    await world.deliver(ana?.id ?? '')
    await world.deliver(ben?.id ?? '')
    await world.incidents.close(world.incident, 'firewatch', start, null)
    for (const { id } of await world
      .activities()
      .queueFollowUps({ incident: world.incident, kind: 'resolved', occasion: 0 }))
      await world.deliver(id)
    expect(
      world.receiver
        .effects()
        .slice(2)
        .map(({ body }) => [body['kind'], body['person'], body['nowDoing']]),
    ).toEqual([
      ['resolved', 'ana', 'Resolved by firewatch. Restarting checkout-2'],
      ['resolved', 'ben', 'Resolved by firewatch. Restarting checkout-2'],
    ])
  })
})

describe('personal rules that were changed', () => {
  const minute = 60_000
  const look = async (dueMs: number) => {
    const { ana } = world.running
    const notify = [
      { contact: 0, afterMs: 0 },
      { contact: 1, afterMs: 10 * minute },
    ]
    if (ana !== undefined) world.running = { ...world.running, ana: { ...ana, notify } }
    const entered = new Date(Date.parse(start) - 11 * minute).toISOString()
    const looking = { incident: world.incident, step: 1, round: 0, people: ['ana'], sinceMs: 0 }
    const found = await world
      .activities()
      .queueRulePages({ ...looking, enteredAt: entered, changed: true, dueMs })
    return found.pages.map(({ id }) => id.replace(/^INC-\d+\//, ''))
  }

  it('count from now on', async () => {
    expect(await look(30 * minute)).toEqual([])
  })

  it('are not a reason to miss one that fell due before, when no worker was there', async () => {
    expect(await look(10 * minute)).toEqual(['r0/s1/ana/c1/t600'])
  })
})
