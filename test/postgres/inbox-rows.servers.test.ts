import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { fingerprintOf, type AcceptedAlert } from '../../src/domain/alert/alert.ts'
import { storeAlerts } from '../../src/postgres/alert-inbox.ts'
import { migrate, openDatabase, type OpenDatabase } from '../../src/postgres/database.ts'
import { claimWaiting, releaseRows, tickOff } from '../../src/postgres/inbox-rows.ts'
import { startPostgres, type TestPostgres } from '../support/servers.ts'

let postgres: TestPostgres
let database: OpenDatabase

beforeAll(async () => {
  postgres = await startPostgres()
  database = openDatabase(postgres.url, 10)
  await migrate(database.pool)
})
afterAll(async () => {
  await database?.close()
  await postgres?.stop()
})
beforeEach(() => database.pool.query('TRUNCATE alert_inbox RESTART IDENTITY'))

const hour = 3_600_000

function alert(eventId: string, change: Partial<AcceptedAlert> = {}): AcceptedAlert {
  const labels = { alertname: 'disk', mount: eventId }
  const startsAt = '2026-03-03T00:00:00.000Z'
  const fingerprint = fingerprintOf(labels)
  return {
    source: 's',
    eventId,
    fingerprint,
    status: 'firing',
    labels,
    annotations: {},
    startsAt,
    ...change,
  }
}

const events = (rows: readonly { eventId: string }[]) => rows.map(({ eventId }) => eventId)
const ids = (rows: readonly { id: number }[]) => rows.map(({ id }) => id)

describe('N07 a lease on rows of the inbox', () => {
  it('gives each row to one dispatcher at a time, oldest first, with no transaction left open', async () => {
    await storeAlerts(
      database.db,
      Array.from({ length: 100 }, (_, index) => alert(`e${index}`)),
    )
    const claims = await Promise.all(Array.from({ length: 8 }, () => claimWaiting(database.db, 10, [], hour)))
    const rest = await claimWaiting(database.db, 100, [], hour)
    expect(claims.every((rows) => events(rows).length <= 10)).toBe(true)
    for (const rows of claims) expect(ids(rows)).toEqual(ids(rows).toSorted((one, other) => one - other))
    expect([...claims.flat(), ...rest].map(({ id }) => id).toSorted((one, other) => one - other)).toEqual(
      Array.from({ length: 100 }, (_, index) => index + 1),
    )
    const { rows } = await database.pool.query(
      "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND state LIKE 'idle in transaction%'",
    )
    expect(rows).toEqual([])
  })

  it('ends: what was not ticked off by then waits again, what was is gone for good', async () => {
    await storeAlerts(database.db, [alert('a'), alert('b')])
    const [first] = await claimWaiting(database.db, 10, [], 0)
    await tickOff([first?.id ?? 0]).execute(database.db)
    expect(events(await claimWaiting(database.db, 10, [], hour))).toEqual(['b'])
    expect(events(await claimWaiting(database.db, 10, [], hour))).toEqual([])
  })

  it('can be given back', async () => {
    await storeAlerts(database.db, [alert('a'), alert('b'), alert('c')])
    const [a, , c] = ids(await claimWaiting(database.db, 10, [], hour))
    await tickOff([c ?? 0]).execute(database.db)
    await releaseRows(database.db, [a ?? 0, c ?? 0])
    expect(events(await claimWaiting(database.db, 10, [], hour))).toEqual(['a'])
  })

  it('brings what earlier rows said of the end of the alert', async () => {
    const endsAt = '2026-03-03T01:00:00.000Z'
    const { fingerprint } = alert('a')
    await storeAlerts(database.db, [
      alert('end', { fingerprint, status: 'resolved', endsAt }),
      alert('again', { fingerprint }),
    ])
    const rows = await claimWaiting(database.db, 10, [], hour)
    expect(rows.map(({ homes, resolvedBefore }) => [homes, resolvedBefore?.endedAt])).toEqual([
      [[], undefined],
      [[], endsAt],
    ])
  })
})
