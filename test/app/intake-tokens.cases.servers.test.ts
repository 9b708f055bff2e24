import type { FastifyInstance } from 'fastify'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createIdentities } from '../../src/app/identities.ts'
import { createRecords, type Records } from '../../src/app/records.ts'
import { migrate, openDatabase, type OpenDatabase } from '../../src/postgres/database.ts'
import type { ServedRequest } from '../../src/web/observe.ts'
import { configurationWith } from '../domain/check/world.ts'
import { startPostgres, type TestPostgres } from '../support/servers.ts'
import { startWeb } from '../web/world.ts'

/* S08: tokens of senders, on the real store. */

const senders = { shop: { name: 'shop', title: 'Shop' }, crm: { name: 'crm', title: 'CRM' } }
const configuration = { ...configurationWith([]), integrations: { senders } }
const running = () => configuration

let postgres: TestPostgres
let database: OpenDatabase
let records: Records
let app: FastifyInstance
let token: string
const served: ServedRequest[] = []

beforeAll(async () => {
  postgres = await startPostgres()
  database = openDatabase(postgres.url)
  await migrate(database.pool)
  records = createRecords(database.db, () => new Date(), { running, newToken: () => crypto.randomUUID() })
  const web = await startWeb({
    credentials: createIdentities(records.credentials, running, undefined),
    served: (request) => void served.push(request),
  })
  app = web.app
  token = await records.credentials.issue('token', { kind: 'sender', name: 'shop' }, null)
})
afterAll(async () => {
  await app?.close()
  await database?.close()
  await postgres?.stop()
})

async function send(authorization: string | undefined, url = '/api/v1/alerts'): Promise<number> {
  const payload = { alerts: [{ status: 'firing', labels: { alertname: 'Disk' } }] }
  const headers = authorization === undefined ? {} : { authorization }
  return (await app.inject({ method: 'POST', url, headers, payload })).statusCode
}

const bearer = (key: string) => `Bearer ${key}`

describe('S08: the token of a sender', () => {
  it('S08: lets it send, and nobody without it or with another', async () => {
    expect(await send(bearer(token))).toBe(202)
    expect(await send(undefined)).toBe(401)
    expect(await send(bearer(`${token}x`))).toBe(401)
    expect(await send(bearer(token.slice(1)))).toBe(401)
    expect(await send(token)).toBe(401)
  })

  it('S08: opens no address of another sender', async () => {
    expect(await send(bearer(token), '/api/v1/intake/json/crm')).toBe(404)
  })

  it.each(['token', 'access_token', 'key', 'authorization'])(
    'S08: is none in the address: %s',
    async (name) => {
      expect(await send(undefined, `/api/v1/alerts?${name}=${token}`)).toBe(401)
    },
  )

  it('S08: is let in no more from the moment when it is revoked', async () => {
    const before = new Set((await records.credentials.list()).map(({ id }) => id))
    const second = await records.credentials.issue('token', { kind: 'sender', name: 'shop' }, null)
    expect(await send(bearer(second))).toBe(202)
    const made = (await records.credentials.list()).find(({ id }) => !before.has(id))
    expect(await records.credentials.revoke(made?.id ?? '')).toBe(true)
    expect(await send(bearer(second))).toBe(401)
    expect(await send(bearer(token))).toBe(202)
  })

  it('S08: is nowhere in the database, nor in what is told of requests', async () => {
    await send(undefined, `/api/v1/alerts?token=${token}`)
    const { rows: tables } = await database.pool.query<{ name: string }>(
      "SELECT quote_ident(table_name) AS name FROM information_schema.tables WHERE table_schema = 'public'",
    )
    expect(tables.length).toBeGreaterThan(20)
    for (const { name } of tables) {
      const { rows } = await database.pool.query<{ text: string | null }>(
        `SELECT string_agg(row_to_json(one)::text, '') AS text FROM ${name} AS one`,
      )
      expect(rows[0]?.text ?? '', name).not.toContain(token)
    }
    expect(served.length).toBeGreaterThan(0)
    expect(JSON.stringify(served)).not.toContain(token)
  })
})
