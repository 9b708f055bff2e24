import { readdir, readFile } from 'node:fs/promises'
import { Kysely, PostgresDialect } from 'kysely'
import pg from 'pg'
import type { Schema } from './schema.ts'

export type Database = Kysely<Schema>

export interface OpenDatabase {
  readonly db: Database
  readonly pool: pg.Pool
  close(): Promise<void>
}

const bigintOid = 20

/**
 * Opens a pool on `url`. Counters and ids of `bigint` columns come as numbers: they stay far below 2^53.
 * @param connections upper bound of the pool
 */
export function openDatabase(url: string, connections = 10): OpenDatabase {
  const types = { getTypeParser: parserFor } as unknown as pg.CustomTypesConfig
  const pool = new pg.Pool({ connectionString: url, max: connections, connectionTimeoutMillis: 5_000, types })
  // An idle connection that breaks is replaced at the next query, which reports if it cannot be; without a listener it would end the process.
  pool.on('error', () => undefined)
  const db = new Kysely<Schema>({ dialect: new PostgresDialect({ pool }) })
  return {
    db,
    pool,
    async close() {
      await db.destroy()
      // Kysely ends only a pool that it has used itself.
      if (!pool.ending) await pool.end()
    },
  }
}

function parserFor(oid: number, format?: 'text' | 'binary'): unknown {
  return oid === bigintOid ? Number : pg.types.getTypeParser(oid, format as 'text')
}

const migrationsFolder = new URL('./migrations/', import.meta.url)
/** Any number that no other program on this database takes: one migrating process at a time. */
const migrationLock = 4_207_210_001

/** Applies the numbered files of `migrations/` that this database does not have yet, each in a transaction of its own. */
export async function migrate(pool: pg.Pool): Promise<string[]> {
  const files = (await readdir(migrationsFolder)).filter((name) => name.endsWith('.sql')).toSorted()
  const client = await pool.connect()
  try {
    await client.query('SELECT pg_advisory_lock($1)', [migrationLock])
    await client.query(
      'CREATE TABLE IF NOT EXISTS schema_migrations (name text PRIMARY KEY, applied_at timestamptz NOT NULL DEFAULT now())',
    )
    const done = await client.query<{ name: string }>('SELECT name FROM schema_migrations')
    const missing = files.filter((name) => !done.rows.some((row) => row.name === name))
    for (const name of missing) await applyMigration(client, name)
    return missing
  } finally {
    await client.query('SELECT pg_advisory_unlock($1)', [migrationLock])
    client.release()
  }
}

async function applyMigration(client: pg.PoolClient, name: string): Promise<void> {
  await client.query('BEGIN')
  try {
    await client.query(await readFile(new URL(name, migrationsFolder), 'utf8'))
    await client.query('INSERT INTO schema_migrations (name) VALUES ($1)', [name])
    await client.query('COMMIT')
  } catch (error) {
    await client.query('ROLLBACK')
    throw new Error(`migration ${name} failed; the database is as it was before it`, { cause: error })
  }
}
