import { noQuota } from '../support/quota.ts'
import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createAlertmanagerApi } from '../../src/app/alertmanager-api.ts'
import { createIntake } from '../../src/app/intake.ts'
import { createRecords, type Records } from '../../src/app/records.ts'
import { groupRows } from '../../src/domain/alert/grouping.ts'
import type { Matcher } from '../../src/domain/alert/matcher.ts'
import { createServerMetrics } from '../../src/metrics/server-metrics.ts'
import { migrate, openDatabase, type OpenDatabase } from '../../src/postgres/database.ts'
import type { AlertmanagerApi } from '../../src/web/alertmanager-api.ts'
import type { Intake } from '../../src/web/intake.ts'
import { configurationWith } from '../domain/check/world.ts'
import { startPostgres, type TestPostgres } from '../support/servers.ts'

let postgres: TestPostgres
let database: OpenDatabase
let records: Records
let api: AlertmanagerApi
let intake: Intake
let at = 0

const configuration = configurationWith([])

beforeAll(async () => {
  postgres = await startPostgres()
  database = openDatabase(postgres.url)
  await migrate(database.pool)
  const options = { running: () => configuration, newToken: randomUUID }
  records = createRecords(database.db, () => new Date(at), options)
  await records.configurations.save(configuration)
  const metrics = createServerMetrics(() => Promise.reject(new Error('nobody asks')))
  const log = { warn: () => undefined }
  const parts = { records, running: () => configuration, metrics, withinQuota: noQuota, log }
  intake = createIntake(parts, () => new Date(at))
  api = createAlertmanagerApi({
    records,
    running: () => configuration,
    startedAt: new Date(0),
    now: () => new Date(at),
    newId: randomUUID,
  })
})
afterAll(async () => {
  await database?.close()
  await postgres?.stop()
})
beforeEach(async () => {
  at = Date.now()
  await database.pool.query(
    'TRUNCATE alert_inbox, alerts, incidents, timeline, silences RESTART IDENTITY CASCADE',
  )
})

const labels = { alertname: 'Down', service: 'feed' }
const inMs = (ms: number) => new Date(at + ms).toISOString()
const sendBy = async (sender: string, ...alerts: object[]) =>
  (await intake.alertmanagerApi(alerts, sender)).problems
const send = (...alerts: object[]) => sendBy('prometheus', ...alerts)

/** Brings what waits to its alerts and incidents. */
async function dispatch(): Promise<void> {
  const rows = await records.dispatch.claim(1_000, [], 60_000)
  const { groups, ungrouped } = groupRows(rows, configuration)
  for (const group of groups)
    await records.dispatch.apply(
      group,
      { configRevision: configuration.revision, chartToken: randomUUID() },
      new Date(at),
    )
  await records.dispatch.keep(ungrouped)
}

const seen = async () =>
  (await api.alerts()).map(({ labels: { alertname }, annotations }) => [alertname, annotations['value']])

describe('alerts that were sent', () => {
  it('are there at once, and the same after they came to their incident', async () => {
    const posted = { labels, annotations: { value: '1' }, startsAt: inMs(-60_000), endsAt: inMs(60_000) }
    expect(await send(posted, {})).toEqual(['alert 1: at least one label pair required'])
    const before = await api.alerts()
    expect(before).toMatchObject([
      {
        source: 'integration/prometheus',
        labels,
        startsAt: posted.startsAt,
        endsAt: posted.endsAt,
        silencedBy: [],
        inhibitedBy: [],
        routes: [{ receiver: configuration.routes[0]?.policies.default, groupLabels: labels }],
      },
    ])
    await dispatch()
    expect(await api.alerts()).toEqual(before)
  })

  it('change and end as they are sent, wherever the last word of them is', async () => {
    const startsAt = inMs(-60_000)
    await send({ labels, annotations: { value: '1' }, startsAt })
    await dispatch()
    await send({ labels, annotations: { value: '2' }, startsAt })
    expect(await seen()).toEqual([['Down', '2']])
    await dispatch()
    expect(await seen()).toEqual([['Down', '2']])
    await send({ labels, startsAt, endsAt: inMs(0) })
    expect(await seen()).toEqual([])
    await dispatch()
    expect(await seen()).toEqual([])
  })

  it('fire again after their end when they are sent again with the same beginning', async () => {
    const startsAt = inMs(-60_000)
    await send({ labels, startsAt })
    await dispatch()
    await send({ labels, startsAt, endsAt: inMs(0) })
    await dispatch()
    at += 10 * 60_000
    await send({ labels, startsAt })
    expect(await seen()).toEqual([['Down', undefined]])
    await dispatch()
    expect(await seen()).toEqual([['Down', undefined]])
  })

  it('last as long as they are sent, also after they had ended before', async () => {
    const startsAt = inMs(-60_000)
    await send({ labels, startsAt })
    await dispatch()
    await send({ labels, startsAt, endsAt: inMs(0) })
    await dispatch()
    for (let minute = 10; minute < 30; minute += 4) {
      at += 4 * 60_000
      await send({ labels, startsAt, annotations: { value: String(minute) } })
      await dispatch()
      expect(await seen()).toEqual([['Down', String(minute)]])
      expect((await api.alerts())[0]?.endsAt).toBe(inMs(5 * 60_000))
    }
  })

  it('are over when nobody has sent them for too long', async () => {
    await send({ labels, endsAt: inMs(1_000) })
    await dispatch()
    at += 1_001
    expect(await seen()).toEqual([])
  })

  it('begin anew when they are sent after their time was over, also before anybody has noticed', async () => {
    const startsAt = inMs(0)
    await send({ labels, startsAt, endsAt: inMs(1_000) })
    await dispatch()
    at += 500
    await send({ labels, startsAt: inMs(0), endsAt: inMs(1_000) })
    expect((await api.alerts()).map((alert) => alert.startsAt)).toEqual([startsAt])
    await dispatch()
    at += 1_500
    await send({ labels, startsAt: inMs(0) })
    expect((await api.alerts()).map((alert) => alert.startsAt)).toEqual([inMs(0)])
    await dispatch()
    expect((await api.alerts()).map((alert) => alert.startsAt)).toEqual([inMs(0)])
  })

  it('begin anew also beside others that only last', async () => {
    const lasting = { labels: { alertname: 'Lasts' }, startsAt: inMs(0), endsAt: inMs(60_000) }
    await send(lasting, { labels, startsAt: inMs(0), endsAt: inMs(1_000) })
    await dispatch()
    at += 1_500
    const startsAt = inMs(0)
    await send(lasting, { labels, startsAt, endsAt: inMs(60_000) })
    await dispatch()
    const begun = (await api.alerts()).filter((alert) => alert.labels['alertname'] === 'Down')
    expect(begun.map((alert) => alert.startsAt)).toEqual([startsAt])
  })

  it('of two senders are two', async () => {
    await sendBy('one', { labels })
    await sendBy('other', { labels })
    expect(await seen()).toHaveLength(2)
  })
})

describe('silences', () => {
  const feed: Matcher = { name: 'service', operator: '=', value: 'feed' }
  const draft = () => ({
    matchers: [feed],
    startsAt: at,
    endsAt: at + 60_000,
    createdBy: 'ana',
    comment: 'new disks',
  })

  it('silence what matches while they last, and are listed when they have expired', async () => {
    const set = await api.setSilence(draft(), undefined, randomUUID())
    if (set.kind !== 'done') throw new Error(set.kind)
    await send({ labels }, { labels: { alertname: 'Other' } })
    const silencedBy = async () => (await api.alerts()).map((alert) => alert.silencedBy)
    expect((await silencedBy()).flat()).toEqual([set.id])
    expect(await api.silence(set.id)).toMatchObject(draft())
    expect(await api.expireSilence(set.id)).toBe(true)
    expect(await silencedBy()).toEqual([[], []])
    expect(await api.silences()).toMatchObject([{ id: set.id, endsAt: at }])
  })

  it('are refused, or not found, in words', async () => {
    expect(await api.setSilence({ ...draft(), matchers: [] }, undefined, randomUUID())).toMatchObject({
      kind: 'refused',
    })
    expect(await api.setSilence(draft(), randomUUID(), randomUUID())).toEqual({ kind: 'unknown' })
    expect(await api.expireSilence(randomUUID())).toBe(false)
  })
})
