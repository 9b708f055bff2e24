import { describe, expect, it } from 'vitest'
import { queueRules } from '../../src/domain/page/bundle.ts'
import { escalationWorld } from '../support/escalation.ts'

/** Incidents one after the other, each of which pages ben by webhook. */
const world = escalationWorld()
const toBen = { steps: [['ben']] }

async function open(count: number): Promise<number[]> {
  const incidents: number[] = []
  for (let number = 0; number < count; number++)
    incidents.push(await world.open({ ...toBen, ...(number === count - 1 ? { service: 'shop' } : {}) }))
  return incidents
}

const stateOf = async (incident: number) => (await world.page('r0/s1/ben/c0', incident)).state
const statesOf = (incidents: readonly number[]) => Promise.all(incidents.map(stateOf))

/** Claims what is due, as a sender does that dies before it sends. */
const claim = () =>
  world.records.sending.claim({ limit: 500, now: world.at, leaseMs: 20_000, since: 0, triesMs: 60_000 })

describe('pages that wait for the same person', () => {
  it('M04: are one message that names them all, and each counts as sent', async () => {
    const incidents = await open(3)
    await world.pass()
    expect(await statesOf(incidents)).toEqual(['sent', 'sent', 'sent'])
    const [message, ...rest] = world.receiver.effects()
    expect(rest).toEqual([])
    expect(namedIn(message?.body)).toEqual(new Set(incidents.map((number) => `INC-${number}`)))
    expect(message?.body['title']).toMatch(/^3 incidents, worst: INC-\d+ /)
  })

  it('M04: are counted as they stand when the message goes out', async () => {
    const [first = 0, second = 0, third = 0] = await open(3)
    await world.acknowledge('carl', second)
    await world.pass()
    expect(namedIn(world.receiver.effects()[0]?.body)).toEqual(new Set([`INC-${first}`, `INC-${third}`]))
    expect(await statesOf([first, second, third])).toEqual(['sent', 'cancelled', 'sent'])
    expect(world.receiver.effects()).toHaveLength(1)
  })

  it('M05: are led by the service that was told of least recently, though another waits for longer', async () => {
    await world.open({ ...toBen, service: 'feed' })
    await world.pass()
    for (let number = 0; number < 3; number++) await world.open({ ...toBen, service: 'feed' })
    const next = await world.open({ ...toBen, service: 'shop' })
    await world.pass()
    expect(world.receiver.effects()[1]?.body['incident']).toBe(`INC-${next}`)
  })

  it('M04: are nothing when all were acknowledged before', async () => {
    const incidents = await open(3)
    for (const incident of incidents) await world.acknowledge('carl', incident)
    await world.pass()
    expect(await statesOf(incidents)).toEqual(['cancelled', 'cancelled', 'cancelled'])
    expect(world.receiver.received).toEqual([])
  })

  it('N13: leave out what is called off while they are put together, whichever leads', async () => {
    for (const place of [0, 1, 2]) {
      const incidents = await open(3)
      const before = world.receiver.effects().length
      const { sending } = world.records
      const outbox = {
        ...sending,
        bundle: async (pages: Parameters<typeof sending.bundle>[0]) => {
          await world.acknowledge('carl', pages[place]?.incident)
          return sending.bundle(pages)
        },
      }
      await world.sender({ outbox }).sendDue()
      expect((await statesOf(incidents)).toSorted()).toEqual(['cancelled', 'sent', 'sent'])
      const [message, ...rest] = world.receiver.effects().slice(before)
      expect([namedIn(message?.body).size, rest]).toEqual([2, []])
      const index = (await statesOf(incidents)).indexOf('cancelled')
      expect(await world.said(incidents[index])).toContain('Did not page ben by webhook: carl acknowledged')
      world.at = new Date(world.at.getTime() + queueRules.windowMs)
    }
  })

  it('are sent again together, under the same key, when the message could not be', async () => {
    const incidents = await open(2)
    world.receiver.next({ kind: 'answer', status: 500 })
    await world.sender().sendDue()
    expect(await statesOf(incidents)).toEqual(['sending', 'sending'])
    await world.pass(2_000)
    expect(await statesOf(incidents)).toEqual(['sent', 'sent'])
    expect(world.receiver.received).toHaveLength(2)
    expect(new Set(world.receiver.received.map(({ key }) => key)).size).toBe(1)
    expect(namedIn(world.receiver.effects()[0]?.body).size).toBe(2)
  })

  it('wait as long as the provider asks, all of them', async () => {
    const incidents = await open(5)
    world.receiver.next({ kind: 'answer', status: 429, retryAfter: '30' })
    await world.pass(29_999)
    expect(world.receiver.received).toHaveLength(1)
    await world.pass(1)
    expect(new Set(await statesOf(incidents))).toEqual(new Set(['sent']))
    expect(world.receiver.received).toHaveLength(2)
  })

  it('take nothing new along when a try may have arrived, for under its key nobody would look', async () => {
    await open(1)
    await claim()
    world.at = new Date(world.at.getTime() + 20_000)
    await open(1)
    await world.pass()
    const named = world.receiver.effects().map(({ body }) => namedIn(body).size)
    expect(named).toEqual([1, 1])
  })

  it('went out together and go out together again after their sender died', async () => {
    const incidents = await open(3)
    const dying = world.sender({
      outbox: { ...world.records.sending, settle: () => Promise.reject(new Error('the process died')) },
    })
    await expect(dying.sendDue()).rejects.toThrow('the process died')
    await world.pass(20_000)
    expect(world.receiver.effects()).toHaveLength(1)
    expect(await statesOf(incidents)).toEqual(['sent', 'sent', 'sent'])
  })

  it('have arrived with a message that did, also when their sender died right after it', async () => {
    const incidents = await open(3)
    let settled = 0
    const { sending } = world.records
    const dying = world.sender({
      outbox: {
        ...sending,
        settle: (...end) => (settled++ === 0 ? sending.settle(...end) : Promise.reject(new Error('it died'))),
      },
    })
    await expect(dying.sendDue()).rejects.toThrow('it died')
    await world.pass(20_000)
    expect(await statesOf(incidents)).toEqual(['sent', 'sent', 'sent'])
    expect(world.receiver.received).toHaveLength(1)
  })

  it('wait once a few messages went out, and a P0 does not', async () => {
    const [, held] = queueRules.pauses
    for (let number = 0; number < held.from; number++) {
      await world.open(toBen)
      await world.pass()
    }
    const waiting = await world.open(toBen)
    await world.pass()
    expect(await world.page('r0/s1/ben/c0', waiting)).toMatchObject({ state: 'queued', attempts: 0 })
    const due = (await world.records.sending.nextDue())?.getTime() ?? 0
    expect(due - world.at.getTime()).toBe(held.ms)
    const urgent = await world.open({ ...toBen, severity: 'P0' })
    await world.pass()
    expect(await stateOf(urgent)).toBe('sent')
    await world.pass(held.ms)
    expect(await stateOf(waiting)).toBe('sent')
    expect(world.receiver.effects()).toHaveLength(held.from + 2)
  })

  it('are not bundled where the provider keeps an incident for each', async () => {
    for (let number = 0; number < 6; number++) await world.open({ steps: [['dora']] })
    await world.pass()
    expect(world.pagerDuty.incidents).toHaveLength(6)
  })
})

function namedIn(body: Readonly<Record<string, unknown>> | undefined): ReadonlySet<string> {
  const bundled = body?.['bundled']
  const others = Array.isArray(bundled) ? bundled.map((one: { incident: string }) => one.incident) : []
  return new Set([String(body?.['incident']), ...others])
}
