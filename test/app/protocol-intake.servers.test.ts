import { inspect } from 'node:util'
import fc from 'fast-check'
import type { FastifyInstance } from 'fastify'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createProtocolIntake } from '../../src/app/protocol-intake.ts'
import { createIdentities } from '../../src/app/identities.ts'
import { createRecords, type Records } from '../../src/app/records.ts'
import { createBatches } from '../../src/intake/batches.ts'
import { createServerMetrics } from '../../src/metrics/server-metrics.ts'
import { migrate, openDatabase, type OpenDatabase } from '../../src/postgres/database.ts'
import { configurationWith } from '../domain/check/world.ts'
import { noQuota } from '../support/quota.ts'
import { startPostgres, type TestPostgres } from '../support/servers.ts'
import { startWeb } from '../web/world.ts'

const configuration = {
  ...configurationWith([]),
  integrations: {
    senders: {
      shop: { name: 'shop', title: 'Shop', service: 'checkout' },
      crm: { name: 'crm', title: 'CRM' },
    },
  },
}
const running = () => configuration

let postgres: TestPostgres
let database: OpenDatabase
let records: Records
let app: FastifyInstance
let address: string
let key: string
let otherKey: string

beforeAll(async () => {
  postgres = await startPostgres()
  database = openDatabase(postgres.url)
  await migrate(database.pool)
  records = createRecords(database.db, () => new Date(), { running, newToken: () => crypto.randomUUID() })
  await records.configurations.save(configuration)
  const metrics = createServerMetrics(() => Promise.reject(new Error('nobody asks')))
  const { dependencies } = await startWeb()
  const web = await startWeb({
    credentials: createIdentities(records.credentials, running, undefined),
    intake: {
      ...dependencies.intake,
      ...createProtocolIntake({ records, metrics, running, withinQuota: noQuota }),
    },
    newId: () => crypto.randomUUID(),
  })
  app = web.app
  address = await app.listen({ host: '127.0.0.1', port: 0 })
  key = await records.credentials.issue('token', { kind: 'sender', name: 'shop' }, null)
  otherKey = await records.credentials.issue('token', { kind: 'sender', name: 'crm' }, null)
})
afterAll(async () => {
  await app?.close()
  await database?.close()
  await postgres?.stop()
})
beforeEach(async () => {
  await database.pool.query(
    'TRUNCATE alert_inbox, incidents, alerts, incident_alerts, timeline, change_events RESTART IDENTITY CASCADE',
  )
})

async function post(path: string, body: unknown, headers: Record<string, string> = {}) {
  const answer = await fetch(`${address}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  })
  return { status: answer.status, body: (await answer.json()) as Record<string, unknown> }
}

const enqueue = (action: string, more: object = {}, routingKey = key) =>
  post('/v2/enqueue', { routing_key: routingKey, event_action: action, dedup_key: 'disk', ...more })
const diskIsFull = { payload: { summary: 'Disk is full', source: 'db-1', severity: 'critical' } }

/** One pass of what the dispatcher does with waiting rows. @returns what is known of the alerts then */
async function dispatch(): Promise<string[]> {
  const batches = createBatches(
    {
      store: records.dispatch,
      configuration: running,
      log: {
        info: () => undefined,
        error: (fields, message) => expect.fail(`${message} ${inspect(fields)}`),
      },
      newToken: () => crypto.randomUUID(),
      clock: () => performance.now(),
      now: () => new Date(),
    },
    1_000,
  )
  await batches.next()
  const known = await database.pool.query<{ line: string }>(
    `SELECT incidents.number || ' ' || service || ' ' || severity || ' ' || status || ' ' || (annotations->>'summary') AS line
     FROM incident_alerts JOIN incidents ON incidents.number = incident_alerts.incident ORDER BY incidents.number, fingerprint`,
  )
  return known.rows.map(({ line }) => line)
}

const count = async (table: 'alert_inbox' | 'change_events') =>
  Number((await database.pool.query<{ count: string }>(`SELECT count(*) FROM ${table}`)).rows[0]?.count)

describe("PagerDuty's events", () => {
  it('open an incident, change it and end it', async () => {
    expect(await enqueue('trigger', diskIsFull)).toEqual({
      status: 202,
      body: { status: 'success', message: 'Event processed', dedup_key: 'disk' },
    })
    await enqueue('trigger', diskIsFull)
    expect([await count('alert_inbox'), await dispatch()]).toEqual([1, ['1 checkout P1 firing Disk is full']])
    await enqueue('acknowledge')
    await enqueue('trigger', { payload: { ...diskIsFull.payload, summary: 'Disk is fuller' } })
    expect(await dispatch()).toEqual(['1 checkout P1 firing Disk is fuller'])
    await enqueue('resolve')
    expect(await dispatch()).toEqual(['1 checkout P1 resolved Disk is fuller'])
    await enqueue('trigger', diskIsFull)
    expect(await dispatch()).toEqual(['1 checkout P1 firing Disk is full'])
  })

  it('that resolve what nobody knows change nothing', async () => {
    expect((await enqueue('resolve')).status).toBe(202)
    expect(await dispatch()).toEqual([])
  })

  it('of a revoked key are none', async () => {
    const revoked = await records.credentials.issue('token', { kind: 'sender', name: 'shop' }, 0)
    expect(await enqueue('trigger', diskIsFull, revoked)).toMatchObject({
      status: 400,
      body: { errors: ['Invalid routing key'] },
    })
    expect(await count('alert_inbox')).toBe(0)
  })

  it('of two senders are told apart by their source', async () => {
    await enqueue('trigger', diskIsFull)
    await enqueue('trigger', diskIsFull, otherKey)
    const { rows } = await database.pool.query<{ source: string }>(
      'SELECT source FROM alert_inbox ORDER BY id',
    )
    expect(rows.map(({ source }) => source)).toEqual(['integration/shop', 'integration/crm'])
  })

  it('about changes are kept once', async () => {
    const change = {
      routing_key: key,
      payload: { summary: 'Deployed 1.4.2', timestamp: '2026-03-02T03:00:00Z' },
    }
    for (let i = 0; i < 2; i++) expect((await post('/v2/change/enqueue', change)).status).toBe(202)
    const { rows } = await database.pool.query('SELECT source, summary, labels FROM change_events')
    expect(rows).toEqual([
      { source: 'integration/shop', summary: 'Deployed 1.4.2', labels: { service: 'checkout' } },
    ])
  })
})

describe("Opsgenie's requests", () => {
  const headers = () => ({ authorization: `GenieKey ${key}` })

  it('open an incident and end it, by the id or the alias', async () => {
    const created = await post(
      '/v2/alerts',
      { message: 'Disk is full', alias: 'disk', priority: 'P2' },
      headers(),
    )
    expect(created).toMatchObject({ status: 202, body: { result: 'Request will be processed' } })
    expect(await dispatch()).toEqual(['1 checkout P1 firing Disk is full'])
    const told = await fetch(`${address}/v2/alerts/requests/${String(created.body['requestId'])}`, {
      headers: headers(),
    })
    const { data } = (await told.json()) as {
      data: { alertId: string; status: string; integrationId: string }
    }
    expect(data).toMatchObject({ status: 'Created alert', integrationId: 'shop' })

    await post('/v2/alerts/disk/close?identifierType=alias', { source: 'x' }, headers())
    expect(await dispatch()).toEqual(['1 checkout P1 resolved Disk is full'])
    await post('/v2/alerts', { message: 'Disk is full', alias: 'disk' }, headers())
    expect(await dispatch()).toEqual(['1 checkout P1 firing Disk is full'])
    await post(`/v2/alerts/${data.alertId}/close`, {}, headers())
    expect(await dispatch()).toEqual(['1 checkout P1 resolved Disk is full'])
  })

  it('come with Basic too', async () => {
    const authorization = `Basic ${Buffer.from(`shop:${key}`).toString('base64')}`
    expect((await post('/v2/alerts', { message: 'x' }, { authorization })).status).toBe(202)
    expect(await count('alert_inbox')).toBe(1)
  })
})

describe('whatever is sent', () => {
  const value = fc.jsonValue({ maxDepth: 3, stringUnit: 'binary' }) as fc.Arbitrary<unknown>
  const fields = fc.dictionary(
    fc.constantFrom(
      'dedup_key',
      'alias',
      'links',
      'images',
      'client',
      'client_url',
      'tags',
      'details',
      'priority',
    ),
    value,
  )
  const payload = fc.dictionary(
    fc.constantFrom('source', 'severity', 'timestamp', 'component', 'group', 'class', 'custom_details'),
    value,
  )

  it('is never a failure of ours, and an event that says what is wrong is stored', async () => {
    const authorization = `GenieKey ${key}`
    await fc.assert(
      fc.asyncProperty(value, fields, payload, async (any, beside, details) => {
        const sound = {
          ...beside,
          message: 'Disk is full',
          routing_key: key,
          event_action: 'trigger',
          payload: { ...details, summary: 'Disk is full' },
        }
        const accepted = [
          await post('/v2/enqueue', sound),
          await post('/v2/change/enqueue', sound),
          await post('/v2/alerts', sound, { authorization }),
        ]
        expect(accepted.map(({ status }) => status)).toEqual([202, 202, 202])
        for (const [path, body] of [
          ['/v2/enqueue', any],
          ['/v2/enqueue', { ...beside, routing_key: key, event_action: 'trigger', payload: any }],
          ['/v2/change/enqueue', { ...beside, routing_key: key, payload: any }],
          ['/v2/alerts', any],
        ] as const)
          expect((await post(path, body, { authorization })).status).toBeLessThan(500)
      }),
      { numRuns: 40 },
    )
  })
})
