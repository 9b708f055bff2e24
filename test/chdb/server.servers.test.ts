import { type ClickHouseClient, ClickHouseError, createClient } from '@clickhouse/client'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  clientOf,
  makeFolder,
  post,
  requestTo,
  type RunningServer,
  startServer,
  valueOf,
} from './running-server.ts'

const folder = await makeFolder()
let server: RunningServer
let client: ClickHouseClient

beforeAll(async () => {
  server = await startServer(folder.path)
  client = clientOf(server)
})
afterAll(async () => {
  await client.close()
  await server.end()
  await folder.remove()
})

describe('queries', () => {
  it('answers a ping and a bare GET', async () => {
    expect(await client.ping()).toMatchObject({ success: true })
    expect(await client.ping({ select: true })).toMatchObject({ success: true })
    expect(await (await fetch(requestTo(server.url).base)).text()).toBe('Ok.\n')
  })

  it.each([
    ['SELECT 1 AS x', {}, '1\n', 'TabSeparated'],
    ['SELECT 1 AS x FORMAT JSONEachRow', {}, '{"x":1}\n', 'JSONEachRow'],
    ['SELECT 1 AS x', { default_format: 'CSVWithNames' }, '"x"\n1\n', 'CSVWithNames'],
    ['SELECT 1 AS x FORMAT CSV', { default_format: 'JSON' }, '1\n', 'CSV'],
    ['SELECT 1 AS x; -- end', {}, '1\n', 'TabSeparated'],
    ['SELECT currentDatabase() AS x', { database: 'system' }, 'system\n', 'TabSeparated'],
  ])('%s with %j gives %j', async (sql, query, text, format) => {
    const answer = await post(server.url, sql, query)
    expect(answer).toMatchObject({ status: 200, text })
    expect(answer.headers.get('x-clickhouse-format')).toBe(format)
  })

  it('takes the query from the URL, the format from a header, and echoes the query id', async () => {
    const { base, headers } = requestTo(server.url)
    const answer = await fetch(`${base}/?query=SELECT+1+AS+x&query_id=q-1`, {
      headers: { ...headers, 'X-ClickHouse-Format': 'JSONEachRow' },
    })
    expect(await answer.text()).toBe('{"x":1}\n')
    expect(answer.headers.get('x-clickhouse-query-id')).toBe('q-1')
  })

  it('joins a query in the URL with the rest of it in the body', async () => {
    expect(await post(server.url, 'AS x FORMAT JSONEachRow', { query: 'SELECT 1' })).toMatchObject({
      text: '{"x":1}\n',
    })
  })

  it('keeps times in UTC wherever it runs', async () => {
    expect(await valueOf(client, "SELECT toUnixTimestamp(toDateTime('2024-06-01 12:00:00')) AS x")).toBe(
      1_717_243_200,
    )
  })

  it('sends a million rows', async () => {
    const result = await client.query({
      query: 'SELECT number AS n, toString(number) AS s FROM numbers(1000000)',
      format: 'JSONEachRow',
    })
    let count = 0
    let last: unknown
    for await (const rows of result.stream<{ n: number }>()) {
      count += rows.length
      last = rows.at(-1)?.json()
    }
    expect([count, last]).toEqual([1_000_000, { n: 999_999, s: '999999' }])
  })

  it('works for a client that asks for compressed answers and sends compressed rows', async () => {
    const packing = createClient({ url: server.url, compression: { request: true, response: true } })
    await packing.command({ query: 'CREATE TABLE packed (n Int64) ENGINE = MergeTree ORDER BY n' })
    await packing.insert({ table: 'packed', values: [{ n: 1 }, { n: 2 }], format: 'JSONEachRow' })
    const result = await packing.query({ query: 'SELECT sum(n) AS x FROM packed', format: 'JSONEachRow' })
    expect(await result.json()).toEqual([{ x: 3 }])
    await packing.close()
  })
})

describe('errors', () => {
  it.each([
    ['SELEC 1', '48', 'NOT_IMPLEMENTED'],
    ['SELECT 1 +', '62', 'SYNTAX_ERROR'],
    ['SELECT * FROM nowhere', '60', 'UNKNOWN_TABLE'],
    ['SELECT * FROM nowhere.t', '81', 'UNKNOWN_DATABASE'],
    ['SELECT nosuchfunction(1)', '46', 'UNKNOWN_FUNCTION'],
    ['SELECT {p:UInt8}', '456', 'UNKNOWN_QUERY_PARAMETER'],
    ['SELECT throwIf(1)', '395', 'FUNCTION_THROW_IF_VALUE_IS_NON_ZERO'],
    [
      'CREATE TABLE a (x Int8) ENGINE = Memory; CREATE TABLE b (x Int8) ENGINE = Memory',
      '62',
      'SYNTAX_ERROR',
    ],
  ])('%s is code %s to the client', async (query, code, type) => {
    const error = await client.command({ query }).catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(ClickHouseError)
    expect(error).toMatchObject({ code, type })
  })

  it('reports a parameter that does not fit its type', async () => {
    await expect(valueOf(client, 'SELECT {p:UInt8} AS x', { p: 'many' })).rejects.toMatchObject({
      code: '457',
    })
  })

  it('carries the code in a header', async () => {
    const answer = await post(server.url, 'SELECT * FROM nowhere')
    expect(answer.status).toBe(404)
    expect(answer.headers.get('x-clickhouse-exception-code')).toBe('60')
  })

  it('refuses sessions, external tables and unknown encodings', async () => {
    expect(await post(server.url, 'SELECT 1', { session_id: 's' })).toMatchObject({ status: 501 })
    expect((await post(server.url, 'SELECT 1', {}, { 'content-encoding': 'lz4' })).text).toContain(
      'use gzip, br or zstd',
    )
    expect((await post(server.url, 'SELECT 1', {}, { 'content-encoding': 'gzip' })).text).toContain(
      'not valid gzip',
    )
  })
})

describe('settings', () => {
  it('hold for their query only', async () => {
    const setting = "SELECT getSetting('max_execution_time') AS x"
    expect(await post(server.url, setting, { max_execution_time: '7', readonly: '1' })).toMatchObject({
      text: '7\n',
    })
    expect(await post(server.url, `${setting} SETTINGS max_execution_time = 8`)).toMatchObject({
      text: '8\n',
    })
    expect(await post(server.url, setting)).toMatchObject({ text: '60\n' })
    await client.command({ query: 'CREATE TABLE after_readonly (x Int8) ENGINE = MergeTree ORDER BY x' })
  })

  it('stop a query at its time limit', async () => {
    const endless = 'SELECT count() FROM numbers(1000000000000) WHERE NOT ignore(number)'
    const answer = await post(server.url, endless, { max_execution_time: '0.3' })
    expect(answer).toMatchObject({ status: 408, text: expect.stringContaining('Code: 159.') })
  })

  it('are refused when nobody knows them', async () => {
    expect((await post(server.url, 'SELECT 1', { max_thread: '1' })).text).toContain('UNKNOWN_SETTING')
    expect((await post(server.url, 'SELECT 1', { 'x = 1, readonly': '0' })).text).toContain('UNKNOWN_SETTING')
    expect(
      await post(server.url, "SELECT getSetting('log_comment')", { log_comment: "it's \\" }),
    ).toMatchObject({ text: "it\\'s \\\\\n" })
  })
})
