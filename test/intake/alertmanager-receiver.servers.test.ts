import { noQuota } from '../support/quota.ts'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { FastifyInstance } from 'fastify'
import { decideGroup, incidentLabels, incidentService } from '../../src/domain/alert/dispatch.ts'
import { groupRows } from '../../src/domain/alert/grouping.ts'
import { createServerMetrics } from '../../src/metrics/server-metrics.ts'
import { createConfigurationRecords } from '../../src/postgres/configurations.ts'
import { migrate, openDatabase, type OpenDatabase } from '../../src/postgres/database.ts'
import { createIntake } from '../../src/app/intake.ts'
import { createRecords } from '../../src/app/records.ts'
import { configurationWith } from '../domain/check/world.ts'
import { freePort, startPostgres, type TestPostgres } from '../support/servers.ts'
import { as, startWeb } from '../web/world.ts'
import { mixedNotification, notificationOf } from './alertmanager-payloads.ts'

let postgres: TestPostgres
let database: OpenDatabase
let app: FastifyInstance
const configuration = configurationWith([])
const url = '/api/v1/intake/alertmanager'

beforeAll(async () => {
  postgres = await startPostgres()
  database = openDatabase(postgres.url)
  await migrate(database.pool)
  await createConfigurationRecords(database.db).save(configuration)
  app = (await startWeb({ intake: intakeOf(database) })).app
})
afterAll(async () => {
  await app?.close()
  await database?.close()
  await postgres?.stop()
})
beforeEach(async () => {
  await database.pool.query('TRUNCATE alert_inbox, incidents, alerts, timeline RESTART IDENTITY CASCADE')
})

function intakeOf(store: OpenDatabase) {
  const metrics = createServerMetrics(() => Promise.reject(new Error('nobody asks')))
  return createIntake({
    records: recordsOf(store),
    metrics,
    running: () => configuration,
    withinQuota: noQuota,
    log: { warn: () => undefined },
  })
}

async function send(payload: object, sender: 'sender' | 'responder' = 'responder') {
  const answer = await app.inject({ method: 'POST', url, headers: as(sender), payload })
  return { status: answer.statusCode, ...answer.json<object>() }
}

interface Row {
  readonly status: string
  readonly starts_at: Date
  readonly ends_at: Date | null
}

async function inbox(): Promise<string[]> {
  const { rows } = await database.pool.query<Row>(
    'SELECT status, starts_at, ends_at FROM alert_inbox ORDER BY id',
  )
  return rows.map(({ status, starts_at, ends_at }) =>
    [status, clock(starts_at), ...(ends_at === null ? [] : [clock(ends_at)])].join(' '),
  )
}

const clock = (at: Date) => at.toISOString().slice(11, 23)

/** One pass of what the dispatcher does with waiting rows. */
async function dispatch(): Promise<void> {
  const store = recordsOf().dispatch
  const opening = { configRevision: configuration.revision, chartToken: '' }
  const rows = await store.claim(1_000, [], 60_000)
  for (const group of groupRows(rows, configuration).groups)
    await store.apply(group, { ...opening, chartToken: `${group.rows[0]?.eventId}` }, new Date())
}

function recordsOf({ db } = database) {
  const options = {
    running: () => configuration,
    newToken: () => crypto.randomUUID(),
  }
  return createRecords(db, () => new Date(), options)
}

async function incidentAlerts(): Promise<string[]> {
  const { rows } = await database.pool.query<{ line: string }>(
    'SELECT incident || status AS line FROM incident_alerts ORDER BY incident, fingerprint, source',
  )
  return rows.map(({ line }) => line)
}

/** What the machine of the first incident knows of its alerts. */
async function counted(): Promise<unknown> {
  const { rows } = await database.pool.query<{ alerts: unknown }>(
    "SELECT machine->'alerts' AS alerts FROM incidents WHERE number = 1",
  )
  return rows[0]?.alerts
}

const firing = notificationOf([{ startsAt: '2026-03-02T09:00:00Z' }])
const resolved = (endsAt: string) =>
  notificationOf([{ status: 'resolved', startsAt: '2026-03-02T09:00:00Z', endsAt }])

describe('notifications of Alertmanager', () => {
  it('leave one row per alert, however often they are repeated', async () => {
    expect(await send(mixedNotification)).toEqual({ status: 202, accepted: 2, duplicates: 0 })
    expect(await send(mixedNotification)).toEqual({ status: 202, accepted: 0, duplicates: 2 })
    expect(await send(mixedNotification)).toEqual({ status: 202, accepted: 0, duplicates: 2 })
    expect(await inbox()).toEqual(['firing 09:14:30.123', 'resolved 08:10:00.000 08:20:00.500'])
  })

  it('that come at the same moment leave one row as well', async () => {
    await Promise.all(Array.from({ length: 6 }, () => send(mixedNotification)))
    expect(await inbox()).toHaveLength(2)
  })

  it('give each alert its own status, though the group fires', async () => {
    await send(notificationOf([{ fingerprint: 'a' }, { fingerprint: 'b' }]))
    await dispatch()
    await send(
      notificationOf([
        { fingerprint: 'a' },
        { fingerprint: 'b', status: 'resolved', endsAt: '2026-03-02T09:30:00Z' },
      ]),
    )
    await dispatch()
    expect(await incidentAlerts()).toEqual(['1firing', '1resolved'])
  })

  it('of an alert that starts later are a new event', async () => {
    await send(firing)
    await send(resolved('2026-03-02T09:10:00Z'))
    await send(notificationOf([{ startsAt: '2026-03-02T09:20:00Z' }]))
    expect(await inbox()).toEqual([
      'firing 09:00:00.000',
      'resolved 09:00:00.000 09:10:00.000',
      'firing 09:20:00.000',
    ])
  })

  it('of an alert that Alertmanager took for resolved while Prometheus was out of reach let it fire again', async () => {
    await send(firing)
    await dispatch()
    await send(resolved('2026-03-02T09:10:00Z'))
    await dispatch()
    expect(await incidentAlerts()).toEqual(['1resolved'])
    expect(await send(firing)).toEqual({ status: 202, accepted: 1, duplicates: 0 })
    expect(await send(firing)).toEqual({ status: 202, accepted: 0, duplicates: 1 })
    await dispatch()
    expect(await incidentAlerts()).toEqual(['1firing'])
    await send(resolved('2026-03-02T09:40:00Z'))
    await dispatch()
    expect(await incidentAlerts()).toEqual(['1resolved'])
    expect(await send(firing)).toMatchObject({ accepted: 1 })
    expect((await inbox()).filter((line) => line.startsWith('firing'))).toEqual([
      'firing 09:00:00.000',
      'firing 09:10:00.001',
      'firing 09:40:00.001',
    ])
  })

  it('that arrive after the end that they precede are not taken for a new fire', async () => {
    await send(resolved('2026-03-02T09:10:00Z'))
    await send(firing)
    await send(firing)
    expect(await inbox()).toEqual(['resolved 09:00:00.000 09:10:00.000', 'firing 09:00:00.000'])
    await dispatch()
    expect(await incidentAlerts()).toEqual([])
  })

  it('N51 of an end without a beginning clear the incident', async () => {
    await send(firing)
    await dispatch()
    await send(
      notificationOf([
        { status: 'resolved', startsAt: '0001-01-01T00:00:00Z', endsAt: '2026-03-02T09:10:00Z' },
      ]),
    )
    await dispatch()
    expect(await incidentAlerts()).toEqual(['1resolved'])
    expect(await counted()).toEqual({ firing: 0, total: 1 })
  })

  it('N51 that name neither beginning nor end clear it each time', async () => {
    const over = notificationOf([{ status: 'resolved', startsAt: undefined, endsAt: undefined }])
    for (const startsAt of ['2026-03-02T09:00:00Z', undefined]) {
      await send(notificationOf([{ startsAt }]))
      await dispatch()
      expect(await incidentAlerts()).toEqual(['1firing'])
      expect(await send(over)).toMatchObject({ accepted: 1 })
      await dispatch()
      expect(await incidentAlerts()).toEqual(['1resolved'])
    }
  })

  it('of two senders never end each other, whatever their fingerprints', async () => {
    await send(firing, 'sender')
    await send(firing, 'responder')
    await dispatch()
    expect(await incidentAlerts()).toEqual(['1firing', '1firing'])
    await send(resolved('2026-03-02T09:10:00Z'), 'sender')
    await dispatch()
    const { rows } = await database.pool.query<{ line: string }>(
      'SELECT source || status AS line FROM alerts ORDER BY source',
    )
    expect(rows.map(({ line }) => line)).toEqual([
      'integration/alertmanagerresolved',
      'integration/anafiring',
    ])
    expect(await incidentAlerts()).toEqual(['1resolved', '1firing'])
    expect(await counted()).toEqual({ firing: 1, total: 2 })
  })

  it('N52 of alerts with labels of any kind, with the sound ones beside them', async () => {
    const odd = { 'service.name': 'feed', größe: 'x'.repeat(100_000), code: 503, canary: true, owner: null }
    const many = Object.fromEntries(Array.from({ length: 300 }, (_, index) => [`l${index}`, index]))
    const labels = { alertname: 'odd', ...odd, ...many }
    expect(await send(notificationOf([{ labels, fingerprint: '' }, {}]))).toMatchObject({ accepted: 2 })
    await dispatch()
    expect(await incidentAlerts()).toEqual(['1firing', '2firing'])
    const own = await app.inject({
      method: 'POST',
      url: '/api/v1/alerts',
      headers: as('sender'),
      payload: { alerts: [{ labels: { code: 7 } }, { labels }] },
    })
    expect([own.statusCode, own.json()]).toEqual([
      400,
      {
        error: 'some alerts are not understood and were not stored; the others were',
        problems: ['alerts[0].labels.alertname: is required'],
        accepted: 1,
        duplicates: 0,
      },
    ])
    const { rows } = await database.pool.query<{ labels: Record<string, string> }>(
      'SELECT labels FROM alert_inbox ORDER BY id',
    )
    expect(
      [rows[0]?.labels, rows[2]?.labels].map((one) => [one?.['code'], one?.['l299'], one?.['größe']?.length]),
    ).toEqual(Array(2).fill(['503', '299', 100_000]))
  })

  it('without a service go to the service of their route', async () => {
    await send(notificationOf([{ labels: { alertname: 'Up' } }]))
    const [route] = configuration.routes
    if (route === undefined) throw new Error('there is no route')
    const rows = await recordsOf().dispatch.claim(10, [], 60_000)
    const [group] = groupRows(rows, { routes: [{ ...route, service: 'platform' }] }).groups
    if (group === undefined) throw new Error('nothing waits')
    const { alerts, severity } = decideGroup(group.rows, undefined)
    const labels = incidentLabels(alerts, group.route)
    expect([group.groupingKey, incidentService(labels, group.route), severity]).toEqual([
      'service=,alertname=Up',
      'platform',
      'P2',
    ])
  })
})

describe('while PostgreSQL is away', () => {
  it('the answer is 503 with Retry-After, and the repeat is stored', async () => {
    const nobody = openDatabase(`postgres://firewatch@127.0.0.1:${await freePort()}/postgres`)
    const { app: cutOff } = await startWeb({ intake: intakeOf(nobody) })
    const refused = await cutOff.inject({
      method: 'POST',
      url,
      headers: as('responder'),
      payload: mixedNotification,
    })
    expect([refused.statusCode, refused.headers['retry-after']]).toEqual([503, '5'])
    await nobody.close()
    expect(await send(mixedNotification)).toEqual({ status: 202, accepted: 2, duplicates: 0 })
  })
})
