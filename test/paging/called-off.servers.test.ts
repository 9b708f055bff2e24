import { describe, expect, it } from 'vitest'
import { atStart, escalationWorld } from '../support/escalation.ts'
import { user } from '../support/pages.ts'

const world = escalationWorld()

const bodies = (...fields: readonly string[]) =>
  world.receiver.effects().map(({ body }) => fields.map((field) => body[field]))

describe('an acknowledgement', () => {
  it('stops every page that no provider has, and says so', async () => {
    await world.open()
    world.receiver.next({ kind: 'answer', status: 500 }, 2)
    await world.pass()
    await world.acknowledge('carl')
    await world.pass(60_000)
    expect(world.receiver.received).toHaveLength(2)
    const pages = Object.values(await world.pages())
    expect(pages.map(({ state, lastError }) => [state, lastError])).toEqual([
      ['cancelled', 'carl acknowledged'],
      ['cancelled', 'carl acknowledged'],
    ])
    const said = await world.said()
    expect(said).toEqual(
      expect.arrayContaining([
        'Did not page ana by webhook: carl acknowledged',
        'Did not page ben by webhook: carl acknowledged',
      ]),
    )
    await world.acknowledge('carl')
    expect(await world.said()).toEqual(said)
  })

  it('stops the further tries of a page that is just being sent, over this contact and the next', async () => {
    await world.open({ steps: [['ana']] })
    world.receiver.next({ kind: 'hang' })
    const sending = world.sender().sendDue()
    await expect.poll(() => world.receiver.received).toHaveLength(1)
    await world.acknowledge('ana')
    await sending
    await world.pass(60_000)
    expect(await world.page('r0/s1/ana/c0')).toMatchObject({ state: 'unknown' })
    expect(await world.pages()).not.toHaveProperty('r0/s1/ana/c1')
    expect(world.receiver.received).toHaveLength(1)
  })

  it('does not take back a page that arrives while it is called off', async () => {
    await world.open({ steps: [['ben']] })
    const arriving = world.sender({
      outbox: {
        ...world.records.sending,
        settle: async (page, end) => {
          if (page.kind === 'page') await world.acknowledge('ana')
          return world.records.sending.settle(page, end)
        },
      },
    })
    await arriving.sendDue()
    expect(await world.page('r0/s1/ben/c0')).toMatchObject({ state: 'sent' })
    await world.pass()
    expect(bodies('kind', 'person')).toEqual([
      ['page', 'ben'],
      ['acknowledged', 'ben'],
    ])
  })

  it('M06: is told to those who were paged, not to the one who gave it, and to PagerDuty in any case', async () => {
    const [hook, phone] = atStart.users['ana']?.contacts ?? []
    world.running = {
      ...atStart.users,
      ana: user('ana', phone === undefined ? [] : [phone]),
      carl: user('carl', hook === undefined ? [] : [hook]),
    }
    await world.open({ steps: [['ana', 'ben', 'carl']] })
    await world.pass(20_000)
    await world.acknowledge('ana')
    await world.pass()
    const told = Object.keys(await world.pages()).filter((id) => id.startsWith('acknowledged'))
    expect(told.toSorted()).toEqual(['acknowledged/ana/c0', 'acknowledged/ben/c0', 'acknowledged/carl/c0'])
    expect(world.pagerDuty.incidents).toMatchObject([{ status: 'acknowledged' }])
    expect(world.receiver.effects().at(-1)?.body).toMatchObject({
      kind: 'acknowledged',
      nowDoing: 'ana acknowledged and has it',
    })
    expect(await world.said()).toContain('Told ben by webhook: acknowledged')
    await world.acknowledge('ana')
    await world.pass()
    expect(world.receiver.effects()).toHaveLength(4)
  })

  it('that cannot be told to somebody wakes nobody over another contact', async () => {
    await world.open({ steps: [['ana']] })
    await world.pass()
    world.receiver.next({ kind: 'answer', status: 404 })
    await world.acknowledge('ben')
    await world.pass(60_000)
    expect(await world.page('acknowledged/ana/c0')).toMatchObject({ state: 'failed' })
    expect(Object.keys(await world.pages())).toHaveLength(2)
  })
})

describe('an incident that is over', () => {
  it('wakes nobody with a page that was still waiting', async () => {
    await world.open({ steps: [['ana']] })
    await world.resolve('ben')
    await world.pass(60_000)
    expect(world.receiver.received).toEqual([])
    expect(await world.said()).toContain('Did not page ana by webhook: the incident was resolved')
  })

  it('does not repeat a page that a crash left half sent', async () => {
    await world.open({ steps: [['ana']] })
    await world.records.sending.claim({
      limit: 10,
      now: world.at,
      leaseMs: 20_000,
      since: 0,
      triesMs: 60_000,
    })
    await world.resolve('ben')
    await world.pass(60_000)
    expect(await world.page('r0/s1/ana/c0')).toMatchObject({ state: 'unknown' })
    expect(bodies('kind')).toEqual([['resolved']])
  })

  it('is told to everybody who was paged', async () => {
    await world.open()
    await world.pass()
    await world.resolve('carl')
    await world.pass()
    const told = bodies('kind', 'person', 'nowDoing').slice(2)
    expect(told.toSorted((a, b) => String(a[1]).localeCompare(String(b[1])))).toEqual([
      ['resolved', 'ana', 'Resolved by carl'],
      ['resolved', 'ben', 'Resolved by carl'],
    ])
  })
})
