import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createRecords, type Records } from '../../src/app/records.ts'
import type { AcceptedAlert } from '../../src/domain/alert/alert.ts'
import { groupRows } from '../../src/domain/alert/grouping.ts'
import { acceptRepeating, eventIdOf } from '../../src/intake/repeats.ts'
import { migrate, openDatabase, type OpenDatabase } from '../../src/postgres/database.ts'
import { configurationWith } from '../domain/check/world.ts'
import { startPostgres, type TestPostgres } from '../support/servers.ts'

let postgres: TestPostgres
let database: OpenDatabase
let records: Records
const configuration = configurationWith([])

beforeAll(async () => {
  postgres = await startPostgres()
  database = openDatabase(postgres.url)
  await migrate(database.pool)
  const options = { running: () => configuration, newToken: () => crypto.randomUUID() }
  records = createRecords(database.db, () => new Date(), options)
  await records.configurations.save(configuration)
})
afterAll(async () => {
  await database?.close()
  await postgres?.stop()
})
beforeEach(() =>
  database.pool.query('TRUNCATE alert_inbox, incidents, alerts, timeline RESTART IDENTITY CASCADE'),
)

const begin = Date.now() - 60_000
const at = (seconds: number) => new Date(begin + seconds * 1_000).toISOString()
type Change = Partial<Pick<AcceptedAlert, 'status' | 'annotations' | 'startsAt' | 'endsAt' | 'expiresAt'>>

function event(change: Change): AcceptedAlert {
  const told = {
    source: 'integration/prometheus',
    fingerprint: 'f',
    status: 'firing' as const,
    startsAt: at(0),
  }
  const alert = { ...told, labels: { alertname: 'disk' }, annotations: {}, ...change }
  return { ...alert, eventId: eventIdOf(alert) }
}

function send(change: Change) {
  const { inbox, alertRepeats } = records
  const take = acceptRepeating({
    accept: (alerts) => inbox.acceptAlerts(alerts),
    endedSince: (ids) => alertRepeats.endedSince(ids),
    refresh: (alerts) => alertRepeats.refresh(alerts),
  })
  return take([event(change)])
}

async function dispatch(): Promise<void> {
  const rows = await records.dispatch.claim(100, [], 60_000)
  for (const group of groupRows(rows, configuration).groups) {
    const opening = { configRevision: configuration.revision, chartToken: crypto.randomUUID() }
    await records.dispatch.apply(group, opening, new Date())
  }
}

async function annotationsIn(table: 'alerts' | 'incident_alerts'): Promise<unknown[]> {
  const { rows } = await database.pool.query<{ annotations: unknown }>(`SELECT annotations FROM ${table}`)
  return rows.map(({ annotations }) => annotations)
}

async function endsIn(table: 'alerts' | 'alert_inbox'): Promise<(string | null)[]> {
  const { rows } = await database.pool.query<{ expires_at: Date | null }>(
    `SELECT expires_at FROM ${table} ORDER BY starts_at`,
  )
  return rows.map(({ expires_at }) => expires_at?.toISOString() ?? null)
}

describe('a repeat of an alert that fires', () => {
  it('tells what its annotations say now, and is no new event', async () => {
    await send({ annotations: { summary: '91 % full' } })
    await dispatch()
    const again = await send({ annotations: { summary: '97 % full' } })
    expect(again).toEqual({ accepted: 0, duplicates: 1 })
    for (const table of ['alerts', 'incident_alerts'] as const)
      expect(await annotationsIn(table)).toEqual([{ summary: '97 % full' }])
  })

  it('leaves an incident that is over as it was', async () => {
    await send({ annotations: { summary: 'before' } })
    await dispatch()
    await database.pool.query("UPDATE incidents SET state = 'resolved'")
    await send({ annotations: { summary: 'after' } })
    expect(await annotationsIn('incident_alerts')).toEqual([{ summary: 'before' }])
    expect(await annotationsIn('alerts')).toEqual([{ summary: 'after' }])
  })

  it.each([
    ['later', 300, 600, 600],
    ['earlier', 300, 200, 300],
    ['told no more', 300, undefined, 300],
  ])('moves its end, but never backwards: %s', async (_, first, second, expected) => {
    await send({ expiresAt: at(first) })
    await send(second === undefined ? {} : { expiresAt: at(second) })
    expect(await endsIn('alert_inbox')).toEqual([at(expected)])
    await dispatch()
    expect(await endsIn('alerts')).toEqual([at(expected)])
    await send(second === undefined ? {} : { expiresAt: at(second + 50) })
    const last = second === undefined ? expected : Math.max(expected, second + 50)
    expect(await endsIn('alerts')).toEqual([at(last)])
  })

  it('gives no end to one that fires until its end is told', async () => {
    await send({})
    await dispatch()
    await send({ expiresAt: at(300), annotations: { summary: 'now' } })
    expect([await endsIn('alert_inbox'), await endsIn('alerts')]).toEqual([[null], [null]])
  })

  it('fires again after its end, once', async () => {
    await send({ expiresAt: at(10) })
    await dispatch()
    expect(await records.alertExpiry.expire(new Date())).toBe(1)
    await dispatch()
    const repeat = { expiresAt: at(900) }
    expect(await send(repeat)).toEqual({ accepted: 1, duplicates: 0 })
    expect(await send({ expiresAt: at(950) })).toEqual({ accepted: 0, duplicates: 1 })
    await dispatch()
    const { rows } = await database.pool.query('SELECT status, starts_at FROM alerts')
    expect(rows).toEqual([{ status: 'firing', starts_at: new Date(begin + 10_001) }])
    expect(await endsIn('alerts')).toEqual([at(950)])
  })
})
