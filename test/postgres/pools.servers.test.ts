import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createRecords } from '../../src/app/records.ts'
import { migrate } from '../../src/postgres/database.ts'
import { openServerPools, type ServerPools } from '../../src/postgres/pools.ts'
import { startPostgres, type TestPostgres } from '../support/servers.ts'

let postgres: TestPostgres
let pools: ServerPools
const ana = { kind: 'person', name: 'ana' } as const

beforeAll(async () => {
  postgres = await startPostgres()
  pools = openServerPools(postgres.url)
  await migrate(pools.console.pool)
})
afterAll(async () => {
  await pools?.close()
  await postgres?.stop()
})

describe('N06 the pools of a server', () => {
  it('take no connection from each other: however many queries of the console hang, alerts are accepted and senders known', async () => {
    const { console, intake, dispatch } = pools
    const records = createRecords(console.db, () => new Date(), {
      running: () => {
        throw new Error('nothing is decided here')
      },
      newToken: () => 'c0ffee',
      urgent: { intake: intake.db, dispatch: dispatch.db },
    })
    const token = await records.credentials.issue('token', ana, null)
    // More than its pool has, so that the next of the console would wait.
    const stuck = Array.from({ length: 12 }, () =>
      sql`SELECT pg_sleep(2)`.execute(console.db).then(
        () => 'done',
        () => 'failed',
      ),
    )
    await expect.poll(() => console.pool.waitingCount).toBeGreaterThan(0)
    expect(await records.credentials.check('token', token)).toEqual(ana)
    const alert = {
      source: 's',
      eventId: 'e',
      fingerprint: 'f',
      status: 'firing',
      labels: {},
      annotations: {},
      startsAt: '2026-03-01T00:00:00.000Z',
    } as const
    expect(await records.inbox.acceptAlerts([alert])).toEqual({ accepted: 1, duplicates: 0 })
    expect((await records.dispatch.claim(10, [], 60_000)).map(({ id }) => id)).toEqual([1])
    expect(console.pool.waitingCount).toBeGreaterThan(0)
    expect(await Promise.all(stuck)).toEqual(stuck.map(() => 'done'))
  })

  it('look up all who ask at the same moment, each for itself', async () => {
    const { credentials } = createRecords(pools.intake.db, () => new Date())
    const people = Array.from({ length: 40 }, (_, index) => `person-${index}`)
    const tokens = await Promise.all(
      people.map((person) => credentials.issue('token', { kind: 'person', name: person }, null)),
    )
    const asked = [...tokens, 'nobody', ...tokens]
    const found = await Promise.all(asked.map((token) => credentials.check('token', token)))
    expect(found.map((one) => one?.name)).toEqual([...people, undefined, ...people])
    expect(await credentials.check('session', tokens[0] ?? '')).toBeUndefined()
    await credentials.revokeAll('token', { kind: 'person', name: 'person-0' })
    expect(await credentials.check('token', tokens[0] ?? '')).toBeUndefined()
  })
})
