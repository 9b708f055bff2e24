import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import pg from 'pg'
import { errorCode, errorMessage } from '../domain/values/error-message.ts'

const migrationsFolder = new URL('./migrations/', import.meta.url)
/** Any number that no other program on this database takes: one migrating process at a time. */
const migrationLock = 4_207_210_001
/** For the lock of another process that migrates, and for each statement: a new index on a large table takes its time. */
const patienceMs = 30 * 60_000

interface Migration {
  readonly name: string
  readonly text: string
  /** Of the file, in hex. */
  readonly sha256: string
}

interface Applied {
  readonly name: string
  /** `null` when it was applied before checksums were kept. */
  readonly sha256: string | null
}

/** There is no use in going on: what is wrong is in its message, which names the server and no secret. */
export class DatabaseUnusable extends Error {
  override readonly name = 'DatabaseUnusable'
  /** Nobody answered, so that it may be better in a moment. */
  readonly isAway: boolean
  constructor(message: string, isAway: boolean, options?: ErrorOptions) {
    super(message, options)
    this.isAway = isAway
  }
}

/**
 * Applies the numbered files of `migrations/` that this database does not have yet, each in a transaction of its own.
 * @throws DatabaseUnusable when it does not answer or lets us not in, was made by a newer version, or with another file of a migration than ours
 */
export async function migrate(pool: pg.Pool, folder = migrationsFolder): Promise<string[]> {
  const migrations = await read(folder)
  // A connection of its own: those of a pool are dropped long before a large table has its index.
  const client = new pg.Client({
    connectionString: pool.options.connectionString,
    connectionTimeoutMillis: 5_000,
    statement_timeout: patienceMs,
    lock_timeout: patienceMs,
    keepAlive: true,
  })
  await client.connect().catch((error: unknown) => {
    throw unusable(client, error)
  })
  try {
    await client.query('SELECT pg_advisory_lock($1)', [migrationLock])
    const applied = await appliedIn(client)
    refuseOthers(migrations, applied)
    const missing = migrations.filter(({ name }) => !applied.some((one) => one.name === name))
    for (const migration of missing) await apply(client, migration)
    return missing.map(({ name }) => name)
  } finally {
    // Its end releases the lock.
    await client.end()
  }
}

function unusable({ host, port }: pg.Client, error: unknown): DatabaseUnusable {
  // The server has answered when it is an error of its own.
  const isAway = !(error instanceof pg.DatabaseError)
  const reason = (isAway ? errorCode(error) : undefined) ?? errorMessage(error)
  const what = isAway ? 'does not answer' : 'refuses us'
  return new DatabaseUnusable(`PostgreSQL at ${host}:${port} ${what}: ${reason}`, isAway, { cause: error })
}

async function read(folder: URL): Promise<Migration[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.sql')).toSorted()
  return Promise.all(
    names.map(async (name) => {
      const text = await readFile(new URL(name, folder), 'utf8')
      return { name, text, sha256: createHash('sha256').update(text).digest('hex') }
    }),
  )
}

async function appliedIn(client: pg.Client): Promise<Applied[]> {
  await client.query(
    'CREATE TABLE IF NOT EXISTS schema_migrations (name text PRIMARY KEY, applied_at timestamptz NOT NULL DEFAULT now(), sha256 text)',
  )
  await client.query('ALTER TABLE schema_migrations ADD COLUMN IF NOT EXISTS sha256 text')
  return (await client.query<Applied>('SELECT name, sha256 FROM schema_migrations ORDER BY name')).rows
}

function refuseOthers(migrations: readonly Migration[], applied: readonly Applied[]): void {
  const unknown = applied.filter(({ name }) => !migrations.some((one) => one.name === name))
  if (unknown.length > 0) {
    throw new DatabaseUnusable(
      `the database is newer than this Firewatch: it has ${unknown.map(({ name }) => name).join(', ')}; start the version that made it, or a later one`,
      false,
    )
  }
  for (const { name, sha256 } of applied) {
    const ours = migrations.find((one) => one.name === name)
    if (sha256 === null || sha256 === ours?.sha256) continue
    throw new DatabaseUnusable(
      `migration ${name} of this Firewatch is not the one that the database was made with (SHA-256 ${ours?.sha256 ?? ''}, not ${sha256}); ` +
        `undo the change of the file, or use another database`,
      false,
    )
  }
}

async function apply(client: pg.Client, { name, text, sha256 }: Migration): Promise<void> {
  await client.query('BEGIN')
  try {
    await client.query(text)
    await client.query('INSERT INTO schema_migrations (name, sha256) VALUES ($1, $2)', [name, sha256])
    await client.query('COMMIT')
  } catch (error) {
    await client.query('ROLLBACK')
    throw new Error(`migration ${name} failed; the database is as it was before it`, { cause: error })
  }
}
