import { sql } from 'kysely'
import { describe, expect, it } from 'vitest'
import { openDatabase } from '../../src/postgres/database.ts'
import { startPostgres } from '../support/servers.ts'

it.each([
  ['the pool alone', ['pool']],
  ['Kysely alone', ['db']],
  ['both', ['pool', 'db']],
  ['neither', []],
])('a database that was used by %s is closed with all its connections', async (_, used) => {
  const postgres = await startPostgres()
  const database = openDatabase(postgres.url)
  const { db, pool } = database
  if (used.includes('pool')) await pool.query('SELECT 1')
  if (used.includes('db')) await db.selectFrom('incidents').select('number').execute()
  await database.close()
  expect(pool.ended).toBe(true)
  // Fails while somebody is connected.
  await postgres.stop()
})

describe('a statement that was prepared', () => {
  it('before a migration changed its table is refused once, as worth another try, and prepared anew', async () => {
    const postgres = await startPostgres()
    const [database, other] = [openDatabase(postgres.url, 1), openDatabase(postgres.url, 1)]
    try {
      await other.pool.query('CREATE TABLE things (a integer)')
      const read = () => sql`SELECT * FROM things WHERE a > ${0}`.execute(database.db)
      await read()
      await other.pool.query('ALTER TABLE things ADD COLUMN b integer DEFAULT 7')
      await other.pool.query('INSERT INTO things VALUES (1)')
      await expect(read()).rejects.toMatchObject({ name: 'StoreError', fault: 'retry', code: '0A000' })
      expect((await read()).rows).toEqual([{ a: 1, b: 7 }])
    } finally {
      await Promise.all([database.close(), other.close()])
      await postgres.stop()
    }
  })

  it('is one of so many at most: texts without an end fill no connection', async () => {
    const postgres = await startPostgres()
    const database = openDatabase(postgres.url, 1)
    try {
      for (let number = 0; number < 450; number++)
        await sql`SELECT ${sql.lit(number)} + ${1}::integer`.execute(database.db)
      const { rows } = await sql<{
        n: number
      }>`SELECT count(*)::int AS n FROM pg_prepared_statements`.execute(database.db)
      expect(rows[0]?.n).toBeLessThanOrEqual(400)
      expect(rows[0]?.n).toBeGreaterThan(100)
    } finally {
      await database.close()
      await postgres.stop()
    }
  })
})

describe('a transaction, whose BEGIN does not wait for an answer', () => {
  it('is rolled back as a whole when a statement fails, the first one too', async () => {
    const postgres = await startPostgres()
    const database = openDatabase(postgres.url, 1)
    try {
      await database.pool.query('CREATE TABLE things (a integer UNIQUE)')
      const store = (...values: number[]) =>
        database.db.transaction().execute(async (transaction) => {
          for (const value of values) await sql`INSERT INTO things VALUES (${value})`.execute(transaction)
        })
      await store(1)
      await expect(store(1)).rejects.toMatchObject({ fault: 'final' })
      await expect(store(2, 3, 1)).rejects.toMatchObject({ fault: 'final' })
      await store(4)
      const { rows } = await database.pool.query<{ a: number }>('SELECT a FROM things ORDER BY a')
      expect(rows).toEqual([{ a: 1 }, { a: 4 }])
    } finally {
      await database.close()
      await postgres.stop()
    }
  })
})
