import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { AuditEntry } from '../../src/domain/access/audit-entry.ts'
import { createAuditLog } from '../../src/postgres/audit-log.ts'
import { migrate, type OpenDatabase, openDatabase } from '../../src/postgres/database.ts'
import { startPostgres, type TestPostgres } from '../support/servers.ts'

let postgres: TestPostgres
let database: OpenDatabase
const lost: { entries: readonly AuditEntry[]; reason: unknown }[] = []
const log = () => createAuditLog(database.db, (entries, reason) => lost.push({ entries, reason }))

const entry = (target: string, changed: Partial<AuditEntry> = {}): AuditEntry => ({
  at: '2026-03-01T03:00:00.000Z',
  actor: 'ana',
  credential: '0123456789ab',
  action: 'POST /x',
  target,
  outcome: 'done',
  reason: null,
  requestId: 'r',
  ...changed,
})

beforeAll(async () => {
  postgres = await startPostgres()
  database = openDatabase(postgres.url, 3)
  await migrate(database.pool)
})
afterAll(async () => {
  await database?.close()
  await postgres?.stop()
})
beforeEach(async () => {
  lost.length = 0
  await database.pool.query('DROP TABLE IF EXISTS audit_log_away')
  await database.pool.query('TRUNCATE audit_log')
})

describe('the audit log', () => {
  it('keeps the order in which entries came, a flood of them too, on one connection', async () => {
    const auditLog = log()
    const all = Array.from({ length: 5_000 }, (_, index) => auditLog.append(entry(String(index))))
    expect(database.pool.totalCount).toBeLessThanOrEqual(2)
    await Promise.all(all)
    const rows = await auditLog.read({ limit: 5_000 })
    expect(rows.map(({ target }) => Number(target))).toEqual(
      Array.from({ length: 5_000 }, (_, i) => 4_999 - i),
    )
    expect(rows[0]).toEqual({ ...entry('4999'), id: expect.any(Number) })
    expect(lost).toEqual([])
  })

  it('stores what no store can hold with a sign in its place, and all that came along with it', async () => {
    const auditLog = log()
    const odd = { actor: 'a\0b', reason: `\ud800 ${'x'.repeat(100_000)}` }
    await Promise.all([
      auditLog.append(entry('one')),
      auditLog.append(entry('t\0', odd)),
      auditLog.append(entry('two')),
    ])
    const [, stored] = await auditLog.read({ limit: 10 })
    expect(stored).toMatchObject({ actor: 'a\ufffdb', target: 't\ufffd' })
    expect([stored?.reason?.slice(0, 2), stored?.reason?.length]).toEqual(['\ufffd ', 1_000])
    expect(lost).toEqual([])
  })

  it('hands over what it cannot store, whole, and goes on when it can again', async () => {
    const auditLog = log()
    await database.pool.query('ALTER TABLE audit_log RENAME TO audit_log_away')
    await Promise.all([auditLog.append(entry('one')), auditLog.append(entry('two'))])
    expect(lost.flatMap(({ entries }) => entries)).toEqual([entry('one'), entry('two')])
    await database.pool.query('ALTER TABLE audit_log_away RENAME TO audit_log')
    await auditLog.append(entry('three'))
    expect((await auditLog.read({ limit: 10 })).map(({ target }) => target)).toEqual(['three'])
  })

  it('hands over what finds no room to wait, instead of filling the memory', async () => {
    const auditLog = log()
    const all = Array.from({ length: 10_005 }, (_, index) => auditLog.append(entry(String(index))))
    expect(lost.flatMap(({ entries }) => entries).map(({ target }) => target)).toEqual([
      '10000',
      '10001',
      '10002',
      '10003',
      '10004',
    ])
    await Promise.all(all)
    await auditLog.idle()
    expect(await auditLog.read({ limit: 20_000 })).toHaveLength(10_000)
  })
})
