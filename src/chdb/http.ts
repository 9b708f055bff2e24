import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { authorize } from './authorization.ts'
import type { Engine, EngineQuery, EngineResult } from './engine.ts'
import { httpStatusOf, type QueryError, queryErrorOf } from './errors.ts'
import { readQuery } from './request.ts'

export interface HandlerOptions {
  readonly engine: Engine
  /** Of the one user; needed for everything but `/ping`. */
  readonly password: string
  /** Names beside loopback's that `Host` may carry; `any` where the server listens on every address. */
  readonly hostNames: readonly string[] | 'any'
  readonly log: (entry: Readonly<Record<string, unknown>>) => void
}

/** Answers the part of ClickHouse's HTTP interface that `@clickhouse/client` uses: `/ping` and queries at `/`. */
export function createHandler({ engine, password, hostNames, log }: HandlerOptions) {
  return async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const url = new URL(request.url ?? '/', 'http://localhost')
    const refusal = refusalOf(request, hostNames)
    if (refusal !== undefined) return sendText(response, 403, refusal)
    if (url.pathname === '/ping') return sendText(response, 200, 'Ok.\n')
    if (url.pathname !== '/') return sendText(response, 404, `There is no resource ${url.pathname}\n`)
    if (request.method !== 'GET' && request.method !== 'POST')
      return sendText(response, 405, 'Send queries with POST or GET\n')
    if (request.method === 'GET' && !url.searchParams.has('query')) return sendText(response, 200, 'Ok.\n')

    const queryId = url.searchParams.get('query_id') ?? randomUUID()
    response.setHeader('X-ClickHouse-Query-Id', queryId)
    const gone = new AbortController()
    response.once('close', () => {
      if (!response.writableFinished) gone.abort()
    })
    try {
      authorize(request, password)
      const query = await readQuery(request, url)
      sendResult(response, query, await engine.run(query, gone.signal))
    } catch (error) {
      const failure = queryErrorOf(error)
      if (httpStatusOf(failure) >= 500)
        log({ msg: 'query failed', queryId, code: failure.code, err: failure.message })
      sendError(response, failure)
    }
  }
}

const loopback = /^(?:localhost|[\w-]+\.localhost|127(?:\.\d{1,3}){3}|\[::1\])$/i

/**
 * Browsers send pages' requests to loopback too: such a page is known by its `Origin`, or, after it has pointed its own name here, by
 * that name in `Host`.
 */
function refusalOf(request: IncomingMessage, hostNames: readonly string[] | 'any'): string | undefined {
  if (request.headers.origin !== undefined) return 'Requests from web pages are refused.\n'
  if (hostNames === 'any') return undefined
  const name = (request.headers.host ?? '').replace(/:\d+$/, '')
  if (loopback.test(name) || hostNames.includes(name)) return undefined
  return 'The Host header names another machine: use 127.0.0.1 or localhost.\n'
}

function sendResult(response: ServerResponse, query: EngineQuery, result: EngineResult): void {
  const format = query.statement.format ?? query.format
  const written = query.rows !== undefined
  response.writeHead(200, {
    'Content-Type': contentTypeOf(format),
    'Content-Length': result.bytes.byteLength,
    'X-ClickHouse-Format': format,
    'X-ClickHouse-Timezone': 'UTC',
    'X-ClickHouse-Summary': JSON.stringify(summaryOf(result, written)),
  })
  response.end(result.bytes)
}

/** Counts that the engine doesn't tell are 0. */
function summaryOf({ rows, bytes, elapsedMs }: EngineResult, written: boolean) {
  return {
    read_rows: '0',
    read_bytes: '0',
    written_rows: String(written ? rows : 0),
    written_bytes: '0',
    total_rows_to_read: '0',
    result_rows: String(written ? 0 : rows),
    result_bytes: String(bytes.byteLength),
    elapsed_ns: String(Math.round(elapsedMs * 1e6)),
  }
}

function contentTypeOf(format: string): string {
  if (/^JSON\w*EachRow/.test(format)) return 'application/x-ndjson; charset=UTF-8'
  if (format.startsWith('JSON')) return 'application/json; charset=UTF-8'
  if (format.startsWith('CSV')) return 'text/csv; charset=UTF-8'
  if (/^(?:TSV|TabSeparated)/.test(format)) return 'text/tab-separated-values; charset=UTF-8'
  if (/^(?:RowBinary|Native|Parquet|Arrow|ORC|Avro|MsgPack|BSON|Npy)/.test(format))
    return 'application/octet-stream'
  return 'text/plain; charset=UTF-8'
}

function sendError(response: ServerResponse, error: QueryError): void {
  const status = httpStatusOf(error)
  response.setHeader('X-ClickHouse-Exception-Code', error.code)
  if (status === 401) response.setHeader('WWW-Authenticate', 'Basic realm="ClickHouse"')
  sendText(response, status, error.body)
}

function sendText(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'Content-Type': 'text/plain; charset=UTF-8' }).end(text)
}
