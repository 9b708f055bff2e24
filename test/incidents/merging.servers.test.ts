import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parseMatchers } from '../../src/domain/alert/matcher-text.ts'
import type { Service } from '../../src/domain/configuration/configuration.ts'
import { replay } from '../../src/domain/incident/run.ts'
import { newIncident } from '../../src/domain/incident/state.ts'
import { type IncidentRules, minute } from '../support/incident-configuration.ts'
import { type Incidents, startIncidents } from '../support/incidents.ts'

let incidents: Incidents

beforeAll(async () => {
  incidents = await startIncidents()
})
afterAll(() => incidents?.stop())

const services = Object.fromEntries(
  [
    { name: 'checkout', dependsOn: ['db'] },
    { name: 'db', dependsOn: [] },
    { name: 'mail', dependsOn: ['dns'] },
    { name: 'dns', dependsOn: ['mail'] },
  ].map((one): [string, Service] => [one.name, one]),
)
const correlation = { withinMs: 5 * minute, holdForMs: 30 * minute }

/** One world with alerts of several services; each service is an incident. */
async function begin(rules: IncidentRules = {}) {
  await incidents.db.deleteFrom('alerts').execute()
  // Services are the same in each world.
  await incidents.db.updateTable('incidents').set({ state: 'resolved' }).execute()
  const { world, story } = await incidents.begin({
    route: { groupBy: ['alertname', 'service'] },
    ...rules,
    more: { services, correlation, ...rules.more },
  })
  const happens =
    (status: 'firing' | 'resolved') =>
    (service: string, severity = 'critical', name = service) => {
      const alert = story.alert(status, name, severity)
      return story.deliver([{ ...alert, labels: { ...alert.labels, service } }])
    }
  const of = async (service: string) => {
    const [found] = (await incidents.records.incidents.list({ limit: 100 })).filter(
      (one) => one.service === service && one.labels['alertname'] === `likes-${world.number}`,
    )
    if (found === undefined) throw new Error(`there is no incident of ${service}`)
    return found
  }
  let commands = 0
  const command = async (service: string, actor = 'ana') => ({
    incident: (await of(service)).number,
    actor,
    at: new Date(incidents.now()).toISOString(),
    commandId: `merging-${world.number}-${++commands}`,
  })
  const pagedFor = async (service: string) =>
    (await incidents.records.pages.ofIncident((await of(service)).number))
      .filter(({ kind, state }) => kind === 'page' && state === 'sent')
      .map(({ person }) => person)
  return { story, of, command, pagedFor, fire: happens('firing'), clear: happens('resolved') }
}

type World = Awaited<ReturnType<typeof begin>>

const doing = async ({ of }: World, service: string) => (await of(service)).nowDoing
const factsOf = async ({ of }: World, service: string) =>
  (await incidents.records.timeline.ofIncident((await of(service)).number)).map(({ summary }) => summary)

describe('an incident of a service that depends on another', () => {
  it('is part of that one: it says so, and pages nobody until the other is clear', async () => {
    const world = await begin()
    await world.fire('db')
    await world.fire('checkout')
    const { number } = await world.of('db')
    expect(await world.pagedFor('checkout')).toEqual([])
    expect(await doing(world, 'checkout')).toMatch(
      new RegExp(`^Step 1 waits: it is part of INC-${number}: checkout depends on db; opened .* apart$`),
    )
    expect(await incidents.records.incidents.partsOf(number)).toMatchObject([{ service: 'checkout' }])
    await incidents.sleep(10 * minute)
    expect(await world.pagedFor('checkout')).toEqual([])
    await world.clear('db')
    await incidents.sleep(minute)
    expect(await world.pagedFor('checkout')).toEqual(['ana'])
    expect(await incidents.records.incidents.partsOf(number)).toEqual([])
  })

  it('pages after a while, whatever becomes of the other', async () => {
    const world = await begin()
    await world.fire('db')
    await world.fire('checkout')
    await incidents.sleep(29 * minute)
    expect(await world.pagedFor('checkout')).toEqual([])
    await incidents.sleep(2 * minute)
    expect(await world.pagedFor('checkout')).toEqual(['ana'])
  })

  it('pages as soon as it is worse than the other', async () => {
    const world = await begin()
    await world.fire('db', 'warning')
    await world.fire('checkout', 'warning')
    expect(await world.pagedFor('checkout')).toEqual([])
    await world.fire('checkout', 'critical', 'worse')
    expect(await world.pagedFor('checkout')).toEqual(['ana'])
  })

  it('pages where nobody hears of the other', async () => {
    const world = await begin()
    await incidents.silence('service="db"', 60 * minute)
    await world.fire('db')
    await world.fire('checkout')
    expect([await world.pagedFor('db'), await world.pagedFor('checkout')]).toEqual([[], ['ana']])
  })

  it('is not held back by one that was opened long before, nor where correlation is off', async () => {
    const world = await begin()
    await world.fire('db')
    await incidents.sleep(6 * minute)
    await world.fire('checkout')
    expect(await world.pagedFor('checkout')).toEqual(['ana'])
    const { correlation: _off, ...more } = { services, correlation }
    const off = await begin({ more: { ...more, correlation: undefined as never } })
    await off.fire('db')
    await off.fire('checkout')
    expect(await off.pagedFor('checkout')).toEqual(['ana'])
  })

  it('of two that depend on each other the first pages', async () => {
    const world = await begin()
    await world.fire('mail')
    await world.fire('dns')
    await incidents.sleep(2 * minute)
    expect([await world.pagedFor('mail'), await world.pagedFor('dns')]).toEqual([['ana'], []])
  })

  it('stands by itself once a person separates it, also later', async () => {
    const world = await begin()
    await world.fire('db')
    await world.fire('checkout')
    const command = await world.command('checkout')
    const answer = await incidents.records.commands.unmerge({ ...command, reason: 'another disk' })
    await incidents.settle()
    expect(answer.message).toMatch(/is an incident of its own again, and pages by itself$/)
    expect(await world.pagedFor('checkout')).toEqual(['ana'])
    await incidents.sleep(20 * minute)
    expect(await world.pagedFor('checkout')).toEqual(['ana', 'ben', 'dora'])
    expect(await factsOf(world, 'checkout')).toContain(
      `ana took it apart from INC-${(await world.of('db')).number}: another disk`,
    )
  })
})

describe('what a person makes part of another', () => {
  const merge = async (world: World, from: string, into: string, actor = 'ana') =>
    incidents.records.commands.merge({
      ...(await world.command(from, actor)),
      into: (await world.of(into)).number,
      reason: 'the same disk',
    })

  it('stops paging, is quiet for as long as the other fires, and pages then', async () => {
    const world = await begin()
    await world.fire('search')
    await world.fire('orders')
    await merge(world, 'orders', 'search')
    await incidents.sleep(60 * minute)
    expect(await world.pagedFor('orders')).toEqual(['ana'])
    expect(await doing(world, 'orders')).toMatch(
      /^Step 1 waits: it is part of INC-\d+: ana said so \(the same disk\)$/,
    )
    await world.clear('search')
    await incidents.sleep(minute)
    expect(await world.pagedFor('orders')).toEqual(['ana', 'ana'])
  })

  it('keeps its owner, and is acknowledged as ever', async () => {
    const world = await begin()
    await world.fire('search')
    await world.fire('orders')
    await merge(world, 'orders', 'search')
    await incidents.records.commands.acknowledge(await world.command('orders', 'ben'))
    expect((await world.of('orders')).acknowledgedBy).toBe('ben')
  })

  it('is refused where it would keep everybody in the dark', async () => {
    const world = await begin()
    await world.fire('search')
    await world.fire('orders')
    const refused = (from: string, into: number) =>
      world
        .command(from)
        .then((command) => incidents.records.commands.merge({ ...command, into, reason: 'x' }))
    const [search, orders] = [(await world.of('search')).number, (await world.of('orders')).number]
    await expect(refused('orders', orders)).rejects.toThrow('cannot be part of itself')
    await expect(refused('orders', 999_999)).rejects.toThrow('there is no incident INC-999999')
    await merge(world, 'orders', 'search')
    await expect(refused('search', orders)).rejects.toThrow(`INC-${orders} is part of INC-${search}`)
    await world.clear('search')
    await expect(refused('orders', search)).rejects.toThrow('is clear')
    await incidents.sleep(15 * minute)
    await expect(refused('orders', search)).rejects.toThrow('is resolved')
  })

  it('two people merge two incidents into each other at once: one of them pages on', async () => {
    const world = await begin()
    await world.fire('search')
    await world.fire('orders')
    await Promise.allSettled([
      merge(world, 'orders', 'search', 'ana'),
      merge(world, 'search', 'orders', 'ben'),
    ])
    await incidents.sleep(20 * minute)
    const paged = [...(await world.pagedFor('search')), ...(await world.pagedFor('orders'))]
    expect(paged).toContain('ben')
  })

  it('is answered once, however often it is said', async () => {
    const world = await begin()
    await world.fire('search')
    await world.fire('orders')
    const command = await world.command('orders')
    const into = (await world.of('search')).number
    const given = () => incidents.records.commands.merge({ ...command, into, reason: 'x' })
    const first = await given()
    expect(await given()).toEqual(first)
    await expect(merge(world, 'orders', 'search')).resolves.toMatchObject({ changed: false })
  })
})

describe('what a person splits off', () => {
  const splitOff = async (world: World, matchers: string, more: object = {}) =>
    incidents.records.commands.split({
      ...(await world.command('feed')),
      fingerprints: [],
      matchers: matchers === '' ? [] : parseMatchers(matchers),
      reason: 'another disk',
      ...more,
    })

  async function three(): Promise<World> {
    const world = await begin()
    for (const name of ['a', 'b', 'c']) await world.fire('feed', 'critical', name)
    return world
  }

  const statuses = async (number: number) =>
    Object.fromEntries(
      (await incidents.records.incidents.alertsOf(number)).map(({ labels, status, movedTo }) => [
        labels['group'],
        movedTo === undefined ? status : 'moved',
      ]),
    )

  it('is an incident of its own that pages, and both tell of each other', async () => {
    const world = await three()
    const from = (await world.of('feed')).number
    const { message } = await splitOff(world, 'group="c"')
    await incidents.settle()
    const into = await world.of('feed')
    expect(into.number).not.toBe(from)
    expect(message).toContain(`1 alert is INC-${into.number} now`)
    expect(await statuses(from)).toEqual({ a: 'firing', b: 'firing', c: 'moved' })
    expect(await statuses(into.number)).toEqual({ c: 'firing' })
    expect((await incidents.records.incidents.machine(from))?.alerts.firing).toBe(2)
    expect(await world.pagedFor('feed')).toEqual(['ana'])
    expect(await factsOf(world, 'feed')).toContain(`ana took 1 alert out of INC-${from}: another disk`)
    const told = await incidents.records.timeline.ofIncident(from)
    expect(told.map(({ summary }) => summary)).toContain(
      `ana made 1 alert an incident of its own, INC-${into.number}: another disk`,
    )
  })

  it('has what its sender says from then on, also when it clears and fires again', async () => {
    const world = await three()
    const from = (await world.of('feed')).number
    await splitOff(world, 'group="c"')
    const into = (await world.of('feed')).number
    await world.clear('feed', 'critical', 'c')
    expect([await statuses(from), await statuses(into)]).toEqual([
      { a: 'firing', b: 'firing', c: 'moved' },
      { c: 'resolved' },
    ])
    await world.fire('feed', 'critical', 'c')
    expect([await statuses(from), await statuses(into)]).toEqual([
      { a: 'firing', b: 'firing', c: 'moved' },
      { c: 'firing' },
    ])
    await world.clear('feed', 'critical', 'c')
    await incidents.sleep(15 * minute)
    // That one is over, so it is an alert of its route like any other.
    await world.fire('feed', 'critical', 'c')
    expect(await statuses(from)).toEqual({ a: 'firing', b: 'firing', c: 'firing' })
  })

  it('is refused where nothing is meant, or nothing would be left', async () => {
    const world = await three()
    await expect(splitOff(world, 'group="d"')).rejects.toThrow('none of the alerts that fire')
    await expect(splitOff(world, 'service="feed"')).rejects.toThrow('nothing would be left')
    await expect(splitOff(world, '', { fingerprints: ['0000'] })).rejects.toThrow('no alert 0000 fires in it')
    const at = (await world.of('feed')).number
    await incidents.records.commands.resolve({ ...(await world.command('feed')), anyway: true })
    await expect(splitOff(world, 'group="c"')).rejects.toThrow(`INC-${at} is resolved`)
    expect((await world.of('feed')).number).toBe(at)
  })

  it('is one incident, however often the command is repeated', async () => {
    const world = await three()
    const command = await world.command('feed')
    const given = () =>
      incidents.records.commands.split({
        ...command,
        fingerprints: [],
        matchers: parseMatchers('group="c"'),
        reason: 'x',
      })
    const first = await given()
    const second = await given()
    expect(second).toEqual(first)
    const all = (await incidents.records.incidents.list({ limit: 100 })).filter(
      ({ labels }) =>
        labels['alertname'] === `likes-${world.story.groupingKey.match(/likes-(\d+)/)?.[1] ?? ''}`,
    )
    expect(all).toHaveLength(2)
  })

  it('leaves states that their events lead to', async () => {
    const world = await three()
    const from = (await world.of('feed')).number
    await splitOff(world, 'group="c"')
    for (const number of [from, (await world.of('feed')).number])
      expect(await replayed(number)).toEqual(await incidents.records.incidents.machine(number))
  })
})

async function replayed(number: number) {
  const [opened, ...later] = await incidents.records.incidents.eventsOf(number)
  if (opened?.type !== 'opened') throw new Error('its first event does not open it')
  return replay(newIncident(number, opened.severity, opened.settings), [opened, ...later])
}
