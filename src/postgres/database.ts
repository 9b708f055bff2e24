import type { Socket } from 'node:net'
import { Kysely } from 'kysely'
import pg from 'pg'
import { StoreDialect } from './dialect.ts'
import type { Schema } from './schema.ts'

export { migrate } from './migrate.ts'

export type Database = Kysely<Schema>

export interface OpenDatabase {
  readonly db: Database
  readonly pool: pg.Pool
  close(): Promise<void>
}

/** How long one pool waits for PostgreSQL. Milliseconds. */
export interface DatabaseLimits {
  /** For one statement; PostgreSQL ends it. */
  readonly statementMs: number
  /** For one lock that a statement waits for; PostgreSQL ends it. */
  readonly lockMs: number
  /** For a transaction or statement from where we stand: a server process that hangs ends nothing, so the connection is dropped. */
  readonly heldMs: number
}

const defaults: DatabaseLimits = { statementMs: 30_000, lockMs: 10_000, heldMs: 60_000 }

const bigintOid = 20
const connectMs = 5_000
/** A peer that vanished without a word is noticed by TCP after this and a few of its probes. */
const keepAliveMs = 10_000

/**
 * Opens a pool on `url`. Counters and ids of `bigint` columns come as numbers: they stay far below 2^53.
 * @param connections upper bound of the pool
 */
export function openDatabase(
  url: string,
  connections = 10,
  { statementMs, lockMs, heldMs }: DatabaseLimits = defaults,
): OpenDatabase {
  const types = { getTypeParser: parserFor } as unknown as pg.CustomTypesConfig
  const pool = new pg.Pool({
    connectionString: url,
    max: connections,
    connectionTimeoutMillis: connectMs,
    statement_timeout: statementMs,
    lock_timeout: lockMs,
    idle_in_transaction_session_timeout: heldMs,
    keepAlive: true,
    pipeline: true,
    keepAliveInitialDelayMillis: keepAliveMs,
    types,
  })
  // A connection that breaks is replaced at the next query, which reports if it cannot be; without a listener it would end the process.
  pool.on('error', () => undefined)
  pool.on('connect', (client) => client.on('error', () => undefined))
  dropOverdue(pool, heldMs)
  const db = new Kysely<Schema>({ dialect: new StoreDialect(pool) })
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

/** Drops a connection that is not given back in time; whoever holds it hears that it broke. */
function dropOverdue(pool: pg.Pool, heldMs: number): void {
  const deadlines = new WeakMap<pg.PoolClient, NodeJS.Timeout>()
  pool.on('acquire', (client) => {
    const drop = () =>
      socketOf(client).destroy(
        new Error(`PostgreSQL did not answer within ${heldMs} ms; the connection was dropped`),
      )
    deadlines.set(client, setTimeout(drop, heldMs))
  })
  pool.on('release', (_error, client) => clearTimeout(deadlines.get(client)))
}

/** pg does not name it in its types; closing its way would wait for the server. */
function socketOf(client: pg.PoolClient): Socket {
  return (client as unknown as { connection: { stream: Socket } }).connection.stream
}

function parserFor(oid: number, format?: 'text' | 'binary'): unknown {
  return oid === bigintOid ? Number : pg.types.getTypeParser(oid, format as 'text')
}
