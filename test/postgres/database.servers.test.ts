import { expect, it } from 'vitest'
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
