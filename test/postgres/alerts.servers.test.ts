import fc from 'fast-check'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createRecords, type Records } from '../../src/app/records.ts'
import { type AcceptedAlert, alertIdentity } from '../../src/domain/alert/alert.ts'
import { groupRows } from '../../src/domain/alert/grouping.ts'
import type { Configuration } from '../../src/domain/configuration/configuration.ts'
import { storeAlerts } from '../../src/postgres/alert-inbox.ts'
import { migrate, openDatabase, type OpenDatabase } from '../../src/postgres/database.ts'
import { newestOf, shuffledEvents, type TestEvent } from '../domain/alert/alert-events.ts'
import { configurationWith } from '../domain/check/world.ts'
import { startPostgres, type TestPostgres } from '../support/servers.ts'

let postgres: TestPostgres
let database: OpenDatabase
let records: Records
const plain = configurationWith([])
const [last] = plain.routes
if (last === undefined) throw new Error('there is no route')
/** Alerts of `g` are of two groups. */
const configuration: Configuration = {
  ...plain,
  routes: [{ ...last, key: 'g', match: { alertname: 'g' }, continue: true }, last],
}

beforeAll(async () => {
  postgres = await startPostgres()
  database = openDatabase(postgres.url, 10)
  await migrate(database.pool)
  const options = { running: () => configuration, newToken: () => crypto.randomUUID() }
  records = createRecords(database.db, () => new Date(), options)
  await records.configurations.save(configuration)
})
afterAll(async () => {
  await database?.close()
  await postgres?.stop()
})
beforeEach(clear)

async function clear(): Promise<void> {
  await database.pool.query('TRUNCATE alert_inbox, incidents, alerts, timeline RESTART IDENTITY CASCADE')
}

const begin = Date.now() - 60_000
const iso = (seconds: number) => new Date(begin + seconds * 1_000).toISOString()

function alertOf({ source, fingerprint, status, at }: TestEvent, index: number): AcceptedAlert {
  const ends = status === 'firing' ? {} : { endsAt: iso(at) }
  const startsAt = status === 'firing' ? iso(at) : iso(0)
  // Some page nobody, and are of no incident.
  const severity = source === 'integration/b' && fingerprint === 'f' ? 'none' : 'critical'
  const labels = { service: source, alertname: fingerprint, severity }
  return { source, fingerprint, status, labels, annotations: {}, eventId: `${index}`, startsAt, ...ends }
}

type Claimed = Awaited<ReturnType<Records['dispatch']['claim']>>

/** What a dispatcher does with rows, all at the same time. */
async function dispatch(rows: Claimed): Promise<void> {
  const { groups, shared, ungrouped } = groupRows(rows, configuration)
  const opening = () => ({ configRevision: configuration.revision, chartToken: crypto.randomUUID() })
  await Promise.all([
    ...groups.map((group) => records.dispatch.apply(group, opening(), new Date())),
    records.dispatch.keep(ungrouped),
  ])
  await records.dispatch.tickOff(shared)
}

interface Row {
  readonly source: string
  readonly fingerprint: string
  readonly status: string
  readonly source_at: Date
}

async function statesIn(table: string): Promise<string[]> {
  const { rows } = await database.pool.query<Row>(
    `SELECT DISTINCT source, fingerprint, status, source_at FROM ${table}`,
  )
  return rows.map((row) => [alertIdentity(row), row.status, row.source_at.toISOString()].join()).toSorted()
}

/** What the open incidents say of alerts that fire. */
const firingInIncidents = `incident_alerts JOIN incidents ON number = incident WHERE state <> 'resolved' AND status = 'firing'`
const firingAlerts = `alerts WHERE status = 'firing' AND labels->>'severity' <> 'none'`

describe('alerts', () => {
  it('are as their newest events say, by the clocks of their sources, whoever applies them in whatever order at the same time', async () => {
    await fc.assert(
      fc.asyncProperty(shuffledEvents, fc.boolean(), async ({ events, batches }, isAtOnce) => {
        await clear()
        await storeAlerts(database.db, events.map(alertOf))
        const rows = await records.dispatch.claim(100, [], 60_000)
        const claims = batches.map((batch) => batch.flatMap((index) => rows[index] ?? []))
        if (isAtOnce) await Promise.all(claims.map(dispatch))
        else for (const claimed of claims) await dispatch(claimed)
        const newest = [...newestOf(events)].map(([id, { status, at }]) => [id, status, iso(at)].join())
        expect(await statesIn('alerts')).toEqual(newest.toSorted())
        expect(await statesIn(firingInIncidents)).toEqual(await statesIn(firingAlerts))
        const { rowCount } = await database.pool.query(
          'SELECT 1 FROM alert_inbox WHERE dispatched_at IS NULL',
        )
        expect(rowCount).toBe(0)
      }),
      { numRuns: 40 },
    )
  })
})
