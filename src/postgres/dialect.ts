import {
  CompiledQuery,
  type DatabaseConnection,
  type Driver,
  PostgresDialect,
  type QueryResult,
} from 'kysely'
import type pg from 'pg'
import { storable, storableText } from '../domain/values/text.ts'
import { toStoreError } from './errors.ts'

/**
 * Kysely's dialect over a pool whose connections are pipelined: every failure is a {@link StoreError}, no parameter is one that PostgreSQL cannot hold,
 * statements are prepared once per connection, and BEGIN goes out together with the first statement.
 */
export class StoreDialect extends PostgresDialect {
  readonly #pool: pg.Pool
  constructor(pool: pg.Pool) {
    super({ pool })
    this.#pool = pool
  }
  override createDriver(): Driver {
    return new StoreDriver(this.#pool)
  }
}

class StoreDriver implements Driver {
  readonly #pool: pg.Pool
  constructor(pool: pg.Pool) {
    this.#pool = pool
  }

  async init(): Promise<void> {}

  async acquireConnection(): Promise<StoreConnection> {
    try {
      return new StoreConnection(await this.#pool.connect())
    } catch (error) {
      throw toStoreError(error, false)
    }
  }

  async beginTransaction(connection: StoreConnection): Promise<void> {
    connection.begin()
  }

  async commitTransaction(connection: StoreConnection): Promise<void> {
    await connection.commit()
  }

  /** Where the connection broke, the server rolls back by itself; what broke it is what is told. */
  async rollbackTransaction(connection: StoreConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw('rollback')).catch(() => undefined)
  }

  async releaseConnection(connection: StoreConnection): Promise<void> {
    connection.release()
  }

  async destroy(): Promise<void> {
    await this.#pool.end()
  }
}

class StoreConnection implements DatabaseConnection {
  readonly #client: pg.PoolClient
  #begun: Promise<unknown> = Promise.resolve()
  /** Its prepared statements no longer fit the tables. */
  #isStale = false
  constructor(client: pg.PoolClient) {
    this.#client = client
  }

  /** Does not wait for the answer: the first statement follows in the same flight. */
  begin(): void {
    this.#begun = this.#client.query('begin')
    this.#begun.catch(() => undefined)
  }

  async commit(): Promise<void> {
    try {
      await this.#begun
    } catch (error) {
      // What followed stood in no transaction that could be kept or taken back; the connection is not used again.
      this.#isStale = true
      throw toStoreError(error, true)
    }
    await this.executeQuery(CompiledQuery.raw('commit'))
  }

  release(): void {
    this.#client.release(this.#isStale)
  }

  async executeQuery<Row>({ sql, parameters }: CompiledQuery): Promise<QueryResult<Row>> {
    const name = parameters.length === 0 ? undefined : preparedName(sql)
    const values = parameters.map(held)
    try {
      const { command, rowCount, rows } = await this.#client.query<pg.QueryResultRow>(
        name === undefined ? { text: sql, values } : { name, text: sql, values },
      )
      const changes = command !== 'SELECT' && rowCount !== null
      return { ...(changes ? { numAffectedRows: BigInt(rowCount) } : {}), rows: rows as Row[] }
    } catch (error) {
      const failure = toStoreError(error, sql === 'commit')
      if (failure.code === changedResultType) this.#isStale = true
      throw failure
    }
  }

  // oxlint-disable-next-line require-yield
  async *streamQuery(): AsyncIterableIterator<never> {
    throw new Error('statements are not streamed here')
  }
}

/** FEATURE NOT SUPPORTED: a migration has changed what `*` stands for in a statement that was prepared before it. */
const changedResultType = '0A000'

/** More than there are statements in the code; those that differ by their number of values are many, and stay unprepared beyond this. */
const mostPrepared = 400
const preparedNames = new Map<string, string>()

/**
 * Parsing and planning cost more than most statements here, so each text is prepared once per connection, under one name in the whole process. A generic
 * plan knows no parameter: what a partial index needs to know stands in the text.
 */
function preparedName(text: string): string | undefined {
  const known = preparedNames.get(text)
  if (known !== undefined || preparedNames.size >= mostPrepared) return known
  const name = `firewatch_${preparedNames.size}`
  preparedNames.set(text, name)
  return name
}

/**
 * The last line behind whatever takes text in. Text that is JSON says U+0000 and half pairs by escapes, which `jsonb` refuses as well; a parameter does not say
 * which it is, so what reads as JSON with such escapes is taken for it.
 */
function held(parameter: unknown): unknown {
  if (Array.isArray(parameter)) return parameter.map(held)
  if (typeof parameter !== 'string') return parameter
  return refusedEscape.test(parameter) ? heldJson(parameter) : storableText(parameter)
}

const refusedEscape = /\\u(?:0000|d[89a-f])/i

function heldJson(text: string): string {
  if (!/^[{[]/.test(text)) return storableText(text)
  try {
    return JSON.stringify(storable(JSON.parse(text)))
  } catch {
    // Somebody wrote about such an escape: that is text like any other.
    return storableText(text)
  }
}
