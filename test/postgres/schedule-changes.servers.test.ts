import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type RequestContext, withChanges } from '../../src/domain/on-call/changes.ts'
import { onCallAt } from '../../src/domain/on-call/segments.ts'
import { migrate, type OpenDatabase, openDatabase } from '../../src/postgres/database.ts'
import {
  createScheduleChangeRecords,
  type ScheduleChangeRecords,
} from '../../src/postgres/schedule-changes.ts'
import { alwaysOn, override, swapOffer, temporary } from '../support/on-call.ts'
import { startPostgres, type TestPostgres } from '../support/servers.ts'

const schedule = alwaysOn('feed', 'ana')
const at = (hour: number) => Date.UTC(2026, 4, 1, hour)

let postgres: TestPostgres
let database: OpenDatabase
let changes: ScheduleChangeRecords
let requests = 0

const requestContext = (change: Partial<RequestContext> = {}): RequestContext => {
  requests += 1
  return { actor: 'ana', at: at(0), reason: '', requestKey: `request-${requests}`, ...change }
}

beforeAll(async () => {
  postgres = await startPostgres()
  database = openDatabase(postgres.url)
  await migrate(database.pool)
  changes = createScheduleChangeRecords(database.db)
})
afterAll(async () => {
  await database?.close()
  await postgres?.stop()
})
beforeEach(() => database.pool.query('TRUNCATE schedule_changes RESTART IDENTITY'))

async function onCall(instant: number): Promise<readonly string[]> {
  return onCallAt(withChanges(schedule, await changes.list(['feed'])), instant).people
}

describe('changes of schedules', () => {
  it('come back as they were kept, of all kinds', async () => {
    const shifts = [{ from: at(20), to: at(22), people: ['cy'] }]
    await changes.add(schedule, override(at(1), at(2), 'ana', 'ben'), requestContext({ reason: 'dentist' }))
    await changes.add(schedule, temporary(at(20), at(24), shifts), requestContext({ actor: 'ben' }))
    await changes.add(schedule, swapOffer(at(4), at(5), 'ana'), requestContext())
    const kept = { schedule: 'feed', madeAt: at(0), endedBy: null, endedAt: null, taker: null, takenAt: null }
    expect(await changes.list()).toEqual([
      {
        ...override(at(1), at(2), 'ana', 'ben'),
        ...kept,
        id: '1',
        madeBy: 'ana',
        reason: 'dentist',
      },
      { ...temporary(at(20), at(24), shifts), ...kept, id: '2', madeBy: 'ben', reason: '' },
      { ...swapOffer(at(4), at(5), 'ana'), ...kept, id: '3', madeBy: 'ana', reason: '' },
    ])
    expect(await changes.list(['other'])).toEqual([])
    expect(await changes.list([])).toEqual([])
  })

  it('are kept once, however often one request comes', async () => {
    const requested = override(at(1), at(2), null, 'ben')
    const request = requestContext()
    const [first, second] = await Promise.all([1, 2].map(() => changes.add(schedule, requested, request)))
    expect(second).toEqual(first)
    expect(await changes.list()).toHaveLength(1)
  })

  it('of many that contradict each other and come at once, exactly one is kept', async () => {
    const requested = override(at(1), at(3), 'ana', 'ben')
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => changes.add(schedule, requested, requestContext({ actor: 'cy' }))),
    )
    expect(answers.filter(({ kept }) => kept)).toHaveLength(1)
    const refused = answers.find(({ kept }) => !kept)
    expect(refused).toMatchObject({ reason: expect.stringContaining('override "1"') })
    expect(await changes.list()).toHaveLength(1)
  })

  it('do not contradict those of other schedules, nor those that were ended', async () => {
    const requested = override(at(1), at(3), 'ana', 'ben')
    expect(await changes.add(schedule, requested, requestContext())).toMatchObject({ kept: true })
    expect(await changes.add(alwaysOn('other', 'ana'), requested, requestContext())).toMatchObject({
      kept: true,
    })
    await changes.end('feed', '1', 'ana', at(2))
    expect(await changes.add(schedule, override(at(2), at(3), 'ana', 'cy'), requestContext())).toMatchObject({
      kept: true,
    })
    expect(await Promise.all([at(1), at(2), at(3)].map(onCall))).toEqual([['ben'], ['cy'], ['ana']])
  })

  it('contradict what is configured', async () => {
    const configured = {
      ...schedule,
      overrides: [{ id: 'feed/override/1', from: at(0), to: at(9), removed: null, added: 'ben' }],
    }
    const answer = await changes.add(configured, override(at(1), at(2), 'ben', null), requestContext())
    expect(answer).toMatchObject({ kept: false, reason: expect.stringContaining('"feed/override/1"') })
  })

  it('leave the past as it was when they are ended, by name', async () => {
    await changes.add(schedule, override(at(1), at(4), 'ana', 'ben'), requestContext())
    const ended = await changes.end('feed', '1', 'cy', at(2))
    expect(ended).toMatchObject({ kept: true, change: { endedBy: 'cy', endedAt: at(2) } })
    expect(await Promise.all([at(1), at(2)].map(onCall))).toEqual([['ben'], ['ana']])
    expect(await changes.end('feed', '1', 'ben', at(3))).toMatchObject({
      kept: false,
      reason: expect.stringContaining('ended by cy'),
    })
    expect(await changes.end('other', '1', 'ben', at(3))).toBeUndefined()
    expect(await changes.end('feed', '1 OR 1=1', 'ben', at(3))).toBeUndefined()
  })

  it('give an offered shift to exactly one of those who take it at once', async () => {
    await changes.add(schedule, swapOffer(at(4), at(8), 'ana'), requestContext())
    const answers = await Promise.all(
      ['ben', 'cy', 'di'].map((taker) => changes.take('feed', '1', taker, at(1))),
    )
    expect(answers.filter((answer) => answer?.kept === true)).toHaveLength(1)
    const [taker] = (await changes.list()).map((change) => change.taker)
    expect(await Promise.all([at(3), at(4)].map(onCall))).toEqual([['ana'], [taker]])
  })

  it('do not let the owner, or anybody after its end, take a shift', async () => {
    await changes.add(schedule, swapOffer(at(4), at(8), 'ana'), requestContext())
    expect(await changes.take('feed', '1', 'ana', at(1))).toMatchObject({ kept: false })
    expect(await changes.take('feed', '1', 'ben', at(8))).toMatchObject({ kept: false })
    expect(await changes.take('feed', '2', 'ben', at(1))).toBeUndefined()
    // Somebody who takes it in its middle has the rest; who was on call before that, was.
    expect(await changes.take('feed', '1', 'ben', at(6))).toMatchObject({ kept: true })
    expect(await Promise.all([at(5), at(6)].map(onCall))).toEqual([['ana'], ['ben']])
  })
})
