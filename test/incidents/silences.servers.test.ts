import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createSilencing } from '../../src/app/silences.ts'
import type { SilenceRequest } from '../../src/domain/alert/silence-request.ts'
import { minute } from '../support/incident-configuration.ts'
import { type Incidents, startIncidents } from '../support/incidents.ts'

let incidents: Incidents

beforeAll(async () => {
  incidents = await startIncidents()
})
afterAll(() => incidents?.stop())

let requests = 0

async function begin() {
  const { story } = await incidents.begin()
  await incidents.db.deleteFrom('silences').execute()
  const silencing = createSilencing(incidents.records, () => new Date(incidents.now()), randomUUID)
  const one = { matchers: ['group="ios"'], for: '1h', reason: 'new disks', timeZone: 'Asia/Tokyo' }
  const add = (request: Partial<SilenceRequest> = {}, key = `request-${++requests}`) =>
    silencing.add({ ...one, ...request }, 'ana', key)
  const heard = async () => {
    const events = await incidents.records.incidents.eventsOf((await story.newest()).number)
    return events.filter(({ type }) => type === 'configuration-changed').length
  }
  return { story, silencing, add, heard, one, records: incidents.records.silences }
}

describe('N37: a silence of one check or series', () => {
  it('tells what it silences before it does, and what it has silenced', async () => {
    const { story, silencing, add, one } = await begin()
    await story.fire('ios')
    await story.fire('android')
    const { number, title } = await story.newest()
    const named = `1 in INC-${number} (P1, ${title})`
    const { reason: _, ...preview } = one
    const before = await silencing.preview(preview, 'ana')
    expect(before.message).toMatch(/^Silence of group="ios" until .*UTC\+9 \(1 h\) by ana\. It matches /)
    expect(before.message).toContain(named)
    expect(before.message).toContain('Nothing is changed yet.')
    expect(before.effect?.incidents).toContainEqual(
      expect.objectContaining({ incident: number, alerts: 1, silenced: false, owner: null }),
    )
    expect(await silencing.listed()).toEqual([])
    const after = await add()
    expect(after).toMatchObject({ kind: 'done', silence: { createdBy: 'ana', comment: 'new disks' } })
    expect(after.message).toContain(`by ana: new disks. It matches`)
    expect(after.message).toContain(`Expire it with "firewatch silence expire ${after.silence?.id}".`)
    expect(await silencing.listed()).toEqual([after.silence])
  })

  it('is heard of by the incidents that it is about, and by no other, when it begins and when it is expired', async () => {
    const { story, silencing, add, heard } = await begin()
    await story.fire('ios')
    await add({ matchers: ['group="nothing"'] })
    expect(await heard()).toBe(0)
    const { silence } = await add()
    expect(await heard()).toBe(1)
    expect(await silencing.expire(silence?.id ?? '', 'ben')).toMatchObject({
      kind: 'done',
      message: 'Expired the silence of group="ios": what still fires pages again.',
    })
    expect(await heard()).toBe(2)
    await incidents.sleep(2 * minute)
    expect(await silencing.expire((silence?.id ?? '').slice(0, 8), 'ben')).toMatchObject({
      kind: 'unchanged',
      message: 'The silence of group="ios" expired 2 min ago.',
    })
    expect(await heard()).toBe(2)
  })

  it('pages nobody until it is expired, and then at once', async () => {
    const { story, silencing, add } = await begin()
    const { silence } = await add()
    await story.fire('ios')
    await incidents.sleep(30 * minute)
    expect(story.pages()).toEqual([])
    await silencing.expire(silence?.id ?? '', 'ana')
    await incidents.settle()
    expect(story.pages()).toEqual(['r0/s1/ana/c0'])
  })

  it('does not count what is over', async () => {
    const { story, add } = await begin()
    await story.fire('ios')
    await story.clear('ios')
    const { number } = await story.newest()
    const { effect } = await add()
    expect(effect?.incidents.map(({ incident }) => incident)).not.toContain(number)
  })

  it('is made once of a repeated request, also of several at once', async () => {
    const { silencing, add } = await begin()
    const [one, two] = await Promise.all([add({}, 'same'), add({}, 'same')])
    expect(two.silence).toEqual(one.silence)
    expect(await silencing.listed()).toHaveLength(1)
  })

  it('is active, pending and expired by its instants', async () => {
    const { silencing, add, records } = await begin()
    const now = () => incidents.now()
    const { silence: one } = await add()
    const { silence: later } = await add({ from: new Date(now() + 10 * minute).toISOString() })
    const ids = (silences: readonly { id: string }[]) => silences.map(({ id }) => id)
    expect(ids(await records.active(now()))).toEqual([one?.id])
    expect(ids(await records.notExpired(now()))).toEqual([one?.id, later?.id])
    await incidents.sleep(60 * minute)
    expect(ids(await records.active(now()))).toEqual([later?.id])
    expect(ids(await silencing.listed())).toEqual([later?.id])
    expect(ids(await silencing.listed(true))).toEqual([later?.id, one?.id])
    expect(await records.find(one?.id ?? '')).toEqual(one)
  })

  it('keeps any label name and value as it was written', async () => {
    const { add, records } = await begin()
    const matchers = ['"größe"="a\\"b\\\\c\\n"', 'service.name=~"feed|shop\u0000"', '🔥!=🔥']
    const { silence } = await add({ matchers })
    expect((await records.find(silence?.id ?? ''))?.matchers).toEqual([
      { name: 'größe', operator: '=', value: 'a"b\\c\n' },
      { name: 'service.name', operator: '=~', value: 'feed|shop\ufffd' },
      { name: '🔥', operator: '!=', value: '🔥' },
    ])
  })
})

describe('a change of a silence', () => {
  it('moves its end in place', async () => {
    const { silencing, add } = await begin()
    const { silence } = await add()
    await incidents.sleep(10 * minute)
    const changed = await add({ id: silence?.id ?? '', matchers: [], for: '2h', reason: 'longer' })
    expect(changed.silence).toMatchObject({
      id: silence?.id,
      startsAt: silence?.startsAt,
      endsAt: incidents.now() + 120 * minute,
      comment: 'longer',
    })
    expect(await silencing.listed(true)).toEqual([changed.silence])
  })

  it('with other matchers expires it and makes another, once', async () => {
    const { silencing, add } = await begin()
    const { silence } = await add()
    await incidents.sleep(10 * minute)
    const id = silence?.id ?? ''
    const changed = await add({ id, matchers: ['group="android"'] }, 'change')
    expect(changed.message).toContain(`It takes the place of ${id}.`)
    const repeated = await add({ id, matchers: ['group="android"'] }, 'change')
    expect(repeated.silence).toEqual(changed.silence)
    expect(await silencing.listed(true)).toEqual([
      changed.silence,
      { ...silence, endsAt: incidents.now(), updatedAt: incidents.now() },
    ])
  })

  it.each(['', 'x', '0', '%', '________', randomUUID(), `${randomUUID()}%`, "'; DROP TABLE silences"])(
    'knows no silence %j',
    async (id) => {
      const { silencing, add } = await begin()
      await add()
      const refused = {
        kind: 'refused',
        message: `there is no silence ${id}; "firewatch silence list" names them`,
      }
      expect(await silencing.expire(id, 'ana')).toEqual(refused)
      expect(await add({ id })).toEqual(refused)
      expect(await silencing.listed()).toHaveLength(1)
    },
  )

  it.each([
    [{ matchers: ['os!="ios"'] }, 'matches alerts that have no such label'],
    [{ matchers: ['os=~"("'] }, 'bad regular expression'],
    [{ for: '0s' }, 'is not a duration'],
    [{ reason: ' ' }, 'a reason is needed'],
  ])('%j is refused with what is wrong', async (request, problem) => {
    const { silencing, add } = await begin()
    const answer = await add(request)
    expect([answer.kind, answer.message]).toEqual(['refused', expect.stringContaining(problem)])
    expect(await silencing.listed(true)).toEqual([])
  })
})
