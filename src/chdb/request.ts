import type { IncomingMessage } from 'node:http'
import { isAllowedSetting } from './allowed.ts'
import { readBody } from './body.ts'
import type { EngineQuery } from './engine.ts'
import { badArguments, notSupported } from './errors.ts'
import { bindable } from './parameters.ts'
import { refusedSetting } from './refusals.ts'
import { isValues, parseStatement, type Statement } from './statement.ts'

/** Parameters of ClickHouse's HTTP interface that are no settings and mean nothing here. */
const ignored = new Set(
  'query_id user password quota_key wait_end_of_query buffer_size stacktrace close_session session_timeout session_check'.split(
    ' ',
  ),
)
const unsupported = ['session_id', 'role', 'compress', 'decompress']

/**
 * The query that a request carries: its text in `?query=` or the body, rows behind an INSERT, `param_*` values, and every other parameter
 * as a setting. A GET may only read, as in ClickHouse, so that no link changes anything.
 */
export async function readQuery(request: IncomingMessage, url: URL): Promise<EngineQuery> {
  const fields = new Map(url.searchParams)
  const body = await bodyOf(request, fields)
  for (const name of unsupported)
    if (fields.has(name)) throw notSupported(`The embedded ClickHouse does not support ${name}`)

  const { statement, rows } = assemble(fields.get('query') ?? '', body)
  const parameters = new Map<string, string>()
  const settings = new Map<string, string>()
  for (const [name, value] of fields) {
    if (name.startsWith('param_')) parameters.set(name.slice('param_'.length), value)
    else if (!ignored.has(name) && !['query', 'database', 'default_format'].includes(name))
      settings.set(allowed(name), value)
  }
  if (request.method === 'GET' && settings.get('readonly') !== '1') settings.set('readonly', '2')
  return {
    statement,
    rows,
    parameters: bindable(parameters, statement.placeholders),
    settings,
    database: fields.get('database'),
    format: fields.get('default_format') ?? headerOf(request, 'x-clickhouse-format') ?? 'TabSeparated',
  }
}

/** Names that no setting can have are the engine's to refuse. */
function allowed(setting: string): string {
  if (/^\w+$/.test(setting) && !isAllowedSetting(setting)) throw refusedSetting(setting)
  return setting
}

/** A multipart body holds the query and its parameters, which may be too long for a URL. */
async function bodyOf(request: IncomingMessage, fields: Map<string, string>): Promise<Buffer> {
  const body = await readBody(request)
  const type = request.headers['content-type'] ?? ''
  if (!type.startsWith('multipart/form-data')) return body
  const parts = await new Response(new Uint8Array(body), { headers: { 'content-type': type } })
    .formData()
    .catch((error: unknown) => {
      throw badArguments(`The multipart body cannot be read: ${String(error)}`)
    })
  for (const [name, part] of parts) {
    if (typeof part !== 'string') throw notSupported('The embedded ClickHouse takes no external tables')
    fields.set(name, part)
  }
  return Buffer.alloc(0)
}

function assemble(
  query: string,
  body: Buffer,
): { readonly statement: Statement; readonly rows: Buffer | undefined } {
  const statement = query.trim() === '' ? undefined : parseStatement(query)
  const takesRows = statement?.insert !== undefined && !isValues(statement.insert.format)
  if (statement !== undefined && (takesRows || body.length === 0))
    return { statement, rows: rowsOf(statement, takesRows ? body : Buffer.alloc(0)) }
  const whole = parseStatement([query, utf8Of(body)].join(query === '' ? '' : '\n'))
  return { statement: whole, rows: rowsOf(whole, Buffer.alloc(0)) }
}

function rowsOf(statement: Statement, body: Buffer): Buffer | undefined {
  if (statement.insert === undefined) return undefined
  // One line end may separate the format's name from the rows.
  const inline = statement.insert.inline.replace(/^[ \t]*;?[ \t]*(?:\r?\n)?/, '')
  return inline === '' ? body : Buffer.concat([Buffer.from(inline), body])
}

function utf8Of(body: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(body)
  } catch {
    throw badArguments('The query is not valid UTF-8: put it into ?query= and binary rows into the body')
  }
}

function headerOf(request: IncomingMessage, name: string): string | undefined {
  const value = request.headers[name]
  return Array.isArray(value) ? value[0] : value
}
