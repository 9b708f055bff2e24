import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createMaintenance } from '../../src/app/maintenance.ts'
import type { MaintenanceRequest } from '../../src/domain/escalate/maintenance.ts'
import { incidentConfiguration, minute } from '../support/incident-configuration.ts'
import { type Incidents, startIncidents } from '../support/incidents.ts'

let incidents: Incidents

beforeAll(async () => {
  incidents = await startIncidents()
})
afterAll(() => incidents?.stop())

const more = { services: { feed: { name: 'feed' }, shop: { name: 'shop' } } }
const feedOnAnHour = { service: 'feed', for: '1h', timeZone: 'Asia/Tokyo' } as const
let requests = 0

async function begin() {
  const { world, story } = await incidents.begin({ more })
  await incidents.db.deleteFrom('maintenance_windows').execute()
  const maintenance = createMaintenance(
    incidents.records,
    () => incidentConfiguration(world.number, world.rules),
    () => new Date(incidents.now()),
  )
  const announce = (request: Partial<MaintenanceRequest> = {}, key = `request-${++requests}`) =>
    maintenance.announce({ ...feedOnAnHour, reason: 'new disks', ...request }, 'ben', key)
  return { story, maintenance, announce }
}

describe('maintenance that recurs', () => {
  // The clock of the test begins on a Sunday at 03:00 UTC.
  const sundays = [
    { timeZone: 'UTC', weekdays: [[7, 7]], times: [{ start: '02:30', end: '04:00' }] },
  ] as const
  const feed = {
    name: 'feed',
    recurringMaintenance: [{ window: 'sundays', times: sundays, reason: 'backups' }],
  }

  it('holds pages back while its window holds, and is listed with its next time', async () => {
    const { world, story } = await incidents.begin({ more: { services: { feed } } })
    incidents.clock.at = Date.parse('2026-03-08T02:45:00Z')
    await story.fire()
    expect(story.pages()).toEqual([])
    expect(await story.nowDoing()).toBe(
      'Step 1 waits: feed is in maintenance until 2026-03-08 04:00 UTC: backups',
    )
    await incidents.sleep(74 * minute)
    expect(story.pages()).toEqual([])
    await incidents.sleep(2 * minute)
    expect(story.pages()).toEqual(['r0/s1/ana/c0'])
    await story.give('resolve', 'ana', { anyway: true })
    const maintenance = createMaintenance(
      incidents.records,
      () => incidentConfiguration(world.number, world.rules),
      () => new Date(incidents.now()),
    )
    expect(await maintenance.listed()).toEqual([
      {
        id: null,
        service: 'feed',
        madeBy: null,
        reason: 'backups',
        from: Date.parse('2026-03-15T02:30:00Z'),
        to: Date.parse('2026-03-15T04:00:00Z'),
      },
    ])
  })
})

describe('N37: maintenance that a person announces', () => {
  it('holds pages back until its end, and what is still wrong then is paged', async () => {
    const { story, announce } = await begin()
    await announce()
    await story.fire()
    expect(story.pages()).toEqual([])
    expect(await story.nowDoing()).toMatch(/^Step 1 waits: feed is in maintenance until .*: new disks/)
    await incidents.sleep(59 * minute)
    expect(story.pages()).toEqual([])
    await incidents.sleep(2 * minute)
    expect(story.pages()).toEqual(['r0/s1/ana/c0'])
  })

  it('holds the next step back of what is being paged, and nothing of what somebody has', async () => {
    const { story, announce } = await begin()
    await story.fire()
    const { number } = await story.newest()
    expect(story.pages()).toEqual(['r0/s1/ana/c0'])
    const { effect, message } = await announce()
    expect(effect?.incidents).toContainEqual(expect.objectContaining({ incident: number, owner: null }))
    expect(effect?.checks).toEqual(['likes'])
    expect(message).toContain(`Holds back further pages about INC-${number} (P1, `)
    await incidents.sleep(30 * minute)
    expect(story.pages()).toEqual(['r0/s1/ana/c0'])
    await story.give('acknowledge', 'ana')
    expect((await announce()).message).toContain(`INC-${number} stays with ana.`)
  })

  it('pages at once what it held back when it is ended', async () => {
    const { story, maintenance, announce } = await begin()
    const { window } = await announce()
    await story.fire()
    expect(story.pages()).toEqual([])
    expect(await maintenance.end(window?.id ?? '', 'ana')).toMatchObject({ kind: 'done' })
    await incidents.settle()
    expect(story.pages()).toEqual(['r0/s1/ana/c0'])
    expect(await maintenance.end(window?.id ?? '', 'ben')).toMatchObject({
      kind: 'unchanged',
      message: 'Maintenance of feed is over: ana ended it 0 s ago.',
    })
    expect(await maintenance.listed()).toEqual([])
  })

  it('holds nothing back of another service, nor before it begins', async () => {
    const { story, announce } = await begin()
    await announce({ service: 'shop' })
    await announce({ from: new Date(incidents.now() + 3 * minute).toISOString() })
    await story.fire()
    expect(story.pages()).toEqual(['r0/s1/ana/c0'])
    await incidents.sleep(60 * minute)
    expect(story.pages()).toEqual(['r0/s1/ana/c0'])
    await incidents.sleep(5 * minute)
    expect(story.pages()).toEqual(['r0/s1/ana/c0', 'r0/s2/ben/c0'])
  })

  it('is made once of a repeated request, and changes nothing as a preview', async () => {
    const { story, maintenance, announce } = await begin()
    expect(await maintenance.preview(feedOnAnHour)).toMatchObject({
      kind: 'done',
      message: expect.stringContaining('Nothing is changed yet.'),
    })
    expect(await maintenance.listed()).toEqual([])
    const [one, two] = [await announce({}, 'same'), await announce({}, 'same')]
    expect(two.window).toEqual(one.window)
    expect(await maintenance.listed()).toHaveLength(1)
    await story.fire()
    expect(story.pages()).toEqual([])
  })

  it('N33: is understood and answered by the clock of whoever asks', async () => {
    const { maintenance } = await begin()
    const ahead = new Date(incidents.now() + 2 * 86_400_000).toISOString().slice(0, 10)
    const { message } = await maintenance.preview({
      service: 'feed',
      from: `${ahead}T09:00`,
      to: `${ahead}T10:30`,
      timeZone: 'Asia/Tokyo',
    })
    expect(message).toMatch(
      /^Maintenance of feed from \w+ \d+ \w+ 09:00 UTC\+9 until .* 10:30 UTC\+9 \(1 h 30 min\)/,
    )
  })

  it.each([
    [{ service: 'sohp' }, 'there is no service "sohp"; did you mean "shop"?'],
    [{ service: '__proto__' }, 'there is no service "__proto__"; there is feed, shop'],
    [{ for: '1y' }, '"1y" is not a duration: write a number with its unit, such as 30m or 2h'],
    [{ for: '31d' }, 'it lasts 31 d: at most 30 d'],
    [{ for: '1h', to: '2026-03-02T00:00Z' }, 'say either how long it lasts, such as 2h, or when it ends'],
    [{ from: 'tomorrow' }, 'from: "tomorrow" is not an instant'],
    [{ from: '2026-02-01T00:00Z' }, 'it would be over already: its end must lie ahead'],
    [{ from: '2028-02-01T00:00Z' }, 'it begins in more than a year'],
  ])('%j is refused with what is wrong', async (request, problem) => {
    const { maintenance, announce } = await begin()
    const answer = await announce(request)
    expect([answer.kind, answer.message]).toEqual(['refused', expect.stringContaining(problem)])
    expect(await maintenance.listed()).toEqual([])
  })

  it.each(['0', '7', 'x', '99999999999999999999', '1;drop'])('knows no window %s', async (id) => {
    const { maintenance } = await begin()
    expect(await maintenance.end(id, 'ana')).toMatchObject({
      kind: 'refused',
      message: `there is no maintenance ${id}; "firewatch maintenance list" names them`,
    })
  })
})
