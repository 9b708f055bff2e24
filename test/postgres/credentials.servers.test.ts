import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createCredentialRecords } from '../../src/postgres/credentials.ts'
import { migrate, type OpenDatabase, openDatabase } from '../../src/postgres/database.ts'
import { startPostgres, type TestPostgres } from '../support/servers.ts'

const begin = Date.parse('2026-03-01T03:00:00Z')
const ana = { kind: 'person', name: 'ana' } as const

let postgres: TestPostgres
let database: OpenDatabase
let at = begin
const credentials = () => createCredentialRecords(database.db, () => new Date(at))

beforeAll(async () => {
  postgres = await startPostgres()
  database = openDatabase(postgres.url)
  await migrate(database.pool)
})
afterAll(async () => {
  await database?.close()
  await postgres?.stop()
})
beforeEach(async () => {
  at = begin
  await database.pool.query('TRUNCATE credentials')
})

async function usedAt(): Promise<string | undefined> {
  const row = await database.db.selectFrom('credentials').select('used_at').executeTakeFirst()
  return row?.used_at?.toISOString()
}

describe('a credential', () => {
  it('is known by its secret and kind until it expires', async () => {
    const secret = await credentials().issue('session', ana, 60_000)
    expect(await credentials().check('session', secret)).toEqual(ana)
    expect(await credentials().check('token', secret)).toBeUndefined()
    expect(await credentials().check('session', `${secret}x`)).toBeUndefined()
    at += 60_000
    expect(await credentials().check('session', secret)).toBeUndefined()
  })

  it('is refused from the moment in which it is revoked', async () => {
    const secret = await credentials().issue('token', ana, null)
    expect(await credentials().check('token', secret)).toEqual(ana)
    await credentials().revokeAll('token', ana)
    expect(await credentials().check('token', secret)).toBeUndefined()
  })

  it('of a sender is an integration key as clients of PagerDuty want it, and no other is', async () => {
    const sender = { kind: 'sender', name: 'prometheus' } as const
    const key = await credentials().issue('token', sender, null)
    expect(key).toMatch(/^[0-9a-f]{32}$/)
    expect(await credentials().check('token', key)).toEqual(sender)
    for (const kind of ['token', 'session', 'login', 'calendar'] as const)
      expect(await credentials().issue(kind, ana, null)).toMatch(/^[\w-]{43}$/)
  })

  it('has its last use noted to the minute', async () => {
    const secret = await credentials().issue('token', ana, null)
    expect(await usedAt()).toBeUndefined()
    await credentials().check('token', secret)
    expect(await usedAt()).toBe('2026-03-01T03:00:00.000Z')
    at += 59_999
    await credentials().check('token', secret)
    expect(await usedAt()).toBe('2026-03-01T03:00:00.000Z')
    at += 1
    await credentials().check('token', secret)
    expect(await usedAt()).toBe('2026-03-01T03:01:00.000Z')
  })

  it('is checked while another request notes its use', async () => {
    const secret = await credentials().issue('token', ana, null)
    const other = await database.pool.connect()
    try {
      await other.query('BEGIN')
      await other.query('SELECT FROM credentials FOR UPDATE')
      expect(await credentials().check('token', secret)).toEqual(ana)
    } finally {
      await other.query('ROLLBACK')
      other.release()
    }
  })

  it('of one use opens once', async () => {
    const code = await credentials().issue('login', ana, 60_000)
    expect(await credentials().redeemLogin(code)).toEqual(ana)
    expect(await credentials().redeemLogin(code)).toBeUndefined()
  })
})
