import {
  type CompiledQuery,
  type DatabaseConnection,
  type Driver,
  PostgresDialect,
  PostgresDriver,
  type QueryResult,
} from 'kysely'
import { storable, storableText } from '../domain/values/text.ts'
import { toStoreError } from './errors.ts'

/** Kysely's dialect, with every failure as a {@link StoreError} and no parameter that PostgreSQL cannot hold. */
export class StoreDialect extends PostgresDialect {
  readonly #config: ConstructorParameters<typeof PostgresDialect>[0]
  constructor(config: ConstructorParameters<typeof PostgresDialect>[0]) {
    super(config)
    this.#config = config
  }
  override createDriver(): Driver {
    return new StoreDriver(this.#config)
  }
}

class StoreDriver extends PostgresDriver {
  override async acquireConnection(): Promise<DatabaseConnection> {
    try {
      return new StoreConnection(await super.acquireConnection())
    } catch (error) {
      throw toStoreError(error, false)
    }
  }

  /** Where the connection broke, the server rolls back by itself; what broke it is what is told. */
  override async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    await super.rollbackTransaction(connection).catch(() => undefined)
  }

  override async releaseConnection(connection: DatabaseConnection): Promise<void> {
    const inner = connection instanceof StoreConnection ? connection.inner : connection
    // Kysely's driver gives back only connections of its own making.
    await super.releaseConnection(inner as Parameters<PostgresDriver['releaseConnection']>[0])
  }
}

class StoreConnection implements DatabaseConnection {
  readonly inner: DatabaseConnection
  constructor(inner: DatabaseConnection) {
    this.inner = inner
  }

  async executeQuery<Row>(query: CompiledQuery): Promise<QueryResult<Row>> {
    try {
      return await this.inner.executeQuery({ ...query, parameters: query.parameters.map(held) })
    } catch (error) {
      throw toStoreError(error, query.sql === 'commit')
    }
  }

  streamQuery<Row>(query: CompiledQuery, chunkSize: number): AsyncIterableIterator<QueryResult<Row>> {
    return this.inner.streamQuery(query, chunkSize)
  }
}

/**
 * The last line behind the doors. Text that is JSON says U+0000 and half pairs by escapes, which `jsonb` refuses as well; a parameter does not say
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
