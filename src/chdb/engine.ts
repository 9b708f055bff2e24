import { randomUUID } from 'node:crypto'
import { mkdirSync, rmSync } from 'node:fs'
import { rm, writeFile } from 'node:fs/promises'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { drainPending, Session } from 'chdb'
import { cancelled, QueryError, queryErrorOf, tooManyQueries } from './errors.ts'
import type { Statement } from './statement.ts'

export interface EngineQuery {
  readonly statement: Statement
  /** Rows for an INSERT, in the format that it names. */
  readonly rows: Uint8Array | undefined
  readonly parameters: Readonly<Record<string, string | null>>
  readonly settings: ReadonlyMap<string, string>
  readonly database: string | undefined
  /** Used when the statement names no format. */
  readonly format: string
}

export interface EngineResult {
  readonly bytes: Uint8Array
  /** Rows of the result; for an INSERT with data, rows written. */
  readonly rows: number
  readonly elapsedMs: number
}

export interface Engine {
  /**
   * Runs queries one after another. When `signal` aborts, a query that waits is dropped and a reading one is stopped; one that writes
   * runs to its end.
   * @throws {QueryError}
   */
  run(query: EngineQuery, signal: AbortSignal): Promise<EngineResult>
  /** Gives queries that were accepted a moment to end, then stops them as `signal` does, and releases the data directory. */
  close(): Promise<void>
}

const incoming = 'incoming'
const mostWaiting = 200
/** Less than supervisors wait after SIGTERM, which is often 10 s. */
const closeGraceMs = 3_000
const configuration = fileURLToPath(new URL('./engine.xml', import.meta.url))

/**
 * Opens `path`, which becomes the working directory of this process, so that names inside need no escaping. One engine per process, one
 * process per path.
 */
export function openEngine(path: string): Engine {
  // The engine looks for tables as files of that name too, and then takes the whole path for a pattern.
  if (/[*?{]/.test(path)) throw new Error('ClickHouse cannot work in a folder with *, ? or { in its path')
  mkdirSync(path, { recursive: true })
  process.chdir(path)
  const base = new Session('.', {
    connectionArgs: [`--config-file=${configuration}`, `--users_config=${configuration}`],
  })
  rmSync(incoming, { recursive: true, force: true })
  mkdirSync(incoming)

  let last: Promise<unknown> = Promise.resolve()
  let waiting = 0
  const closing = new AbortController()
  let closed = false
  return {
    run(query, signal) {
      if (closed) return Promise.reject(new QueryError(236, 'ABORTED', 'The server is shutting down'))
      if (waiting >= mostWaiting)
        return Promise.reject(tooManyQueries(`${waiting} queries wait already: try again later`))
      waiting++
      const result = last.then(() => {
        waiting--
        return execute(query, AbortSignal.any([signal, closing.signal]))
      })
      last = result.catch(() => undefined)
      return result
    },
    async close() {
      closed = true
      const grace = setTimeout(() => closing.abort(), closeGraceMs)
      await last
      clearTimeout(grace)
      base.close()
      await drainPending()
    },
  }
}

/**
 * A connection of its own for each query (0.3 ms): settings, database and temporary tables last as long as the connection, and a
 * `readonly` setting could never be taken back.
 */
async function execute(query: EngineQuery, signal: AbortSignal): Promise<EngineResult> {
  const session = new Session('.')
  const startedAt = performance.now()
  try {
    await prepare(session, query)
    if (signal.aborted) throw cancelled('The query was cancelled before it began')
    const result = await (query.rows === undefined
      ? stoppable(query, signal, select(session, query.statement.sql, query))
      : insert(session, query, query.rows))
    return { bytes: result.bytes(), rows: result.rowsRead, elapsedMs: performance.now() - startedAt }
  } catch (error) {
    throw queryErrorOf(error)
  } finally {
    session.close()
  }
}

async function prepare(session: Session, query: EngineQuery): Promise<void> {
  if (query.database !== undefined)
    await session.queryBindAsync('USE {name:Identifier}', { name: query.database })
  if (query.settings.size === 0) return
  const assignments = [...query.settings].map(([name, value]) => {
    if (!/^\w+$/.test(name))
      throw new QueryError(115, 'UNKNOWN_SETTING', `Unknown setting ${JSON.stringify(name)}`)
    return `${name} = '${value.replaceAll(/['\\]/g, String.raw`\$&`)}'`
  })
  await session.queryAsync(`SET ${assignments.join(', ')}`)
}

function select(session: Session, sql: string, query: EngineQuery) {
  const { parameters, format } = query
  // Without parameters the binding takes a shorter way.
  if (Object.keys(parameters).length === 0) return session.queryAsync(sql, { format })
  return session.queryBindAsync(sql, parameters, { format })
}

/**
 * Rows travel in a file. Behind the statement's text the engine ends them at the first empty line and runs the rest as SQL: rows were lost
 * without an error, and data became statements. The file was also faster: 5.6 MB of JSON in 80 ms instead of 160 ms.
 */
async function insert(session: Session, query: EngineQuery, rows: Uint8Array) {
  const file = `${incoming}/${randomUUID()}`
  const { head, tail } = query.statement.insert ?? { head: query.statement.sql, tail: '' }
  await writeFile(file, rows)
  try {
    return await select(session, `${head} FROM INFILE '${file}' ${tail}`, query)
  } finally {
    await rm(file, { force: true })
  }
}

/**
 * Ends `running` early when `signal` aborts and it only reads. The engine has no call for that, but another connection may kill the query.
 * Settles after the last kill, so that none can reach the query behind it.
 */
async function stoppable<T>(
  { statement }: EngineQuery,
  signal: AbortSignal,
  running: Promise<T>,
): Promise<T> {
  if (statement.kind !== 'read') return await running
  const ended = new AbortController()
  let stopping: Promise<void> | undefined
  const stop = () => {
    stopping = killReads(ended.signal)
  }
  signal.addEventListener('abort', stop, { once: true })
  try {
    return await running
  } finally {
    signal.removeEventListener('abort', stop)
    ended.abort()
    await stopping
  }
}

/** Repeats itself until `ended`, since a query that has just begun may not be on the list yet. SYNC was seen to wait for ever. */
async function killReads(ended: AbortSignal): Promise<void> {
  while (!ended.aborted) {
    const session = new Session('.')
    // It may fail for lack of memory; the query's own time limit holds all the same.
    await session.queryAsync("KILL QUERY WHERE NOT startsWith(query, 'KILL ') ASYNC").catch(() => undefined)
    session.close()
    await delay(50, undefined, { signal: ended }).catch(() => undefined)
  }
}
