import { gzipSync } from 'node:zlib'
import type { ClickHouseClient } from '@clickhouse/client'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { clientOf, makeFolder, post, type RunningServer, startServer, valueOf } from './running-server.ts'

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

beforeEach(async () => {
  await client.command({ query: 'DROP TABLE IF EXISTS t' })
  await client.command({
    query: 'CREATE TABLE t (a Int64, s String, d UInt8 DEFAULT 7) ENGINE = MergeTree ORDER BY a',
  })
})

const stored = async () =>
  await (
    await client.query({ query: 'SELECT a, s, d FROM t ORDER BY a', format: 'JSONCompactEachRow' })
  ).json()

it.each([
  ['JSONEachRow', '{"a":1,"s":"x"}\n\n{"a":2,"s":"y;"}\n'],
  ['JSONEachRow', '[{"a":1,"s":"x"},{"a":2,"s":"y;"}]'],
  ['CSV', '1,x,7\r\n2,y;,7'],
  ['TSV', '1\tx\t7\n2\ty;\t7\n'],
  ['JSONCompactEachRow', '[1,"x",7]\n[2,"y;",7]'],
  ['Values', "(1, 'x', 7), (2, concat('y', ';'), 3 + 4)"],
])('%s rows arrive from the body, and behind the statement', async (format, rows) => {
  const wanted = [
    [1, 'x', 7],
    [2, 'y;', 7],
  ]
  const separate = await post(server.url, rows, { query: `INSERT INTO t FORMAT ${format}` })
  expect(separate).toMatchObject({ status: 200, text: '' })
  expect(JSON.parse(separate.headers.get('x-clickhouse-summary') ?? '')).toMatchObject({
    written_rows: '2',
  })
  expect(await stored()).toEqual(wanted)
  await client.command({ query: 'TRUNCATE TABLE t' })
  expect(await post(server.url, `INSERT INTO t FORMAT ${format}\n${rows}`)).toMatchObject({
    status: 200,
    text: '',
  })
  expect(await stored()).toEqual(wanted)
})

it('never takes rows for statements, not behind empty lines either', async () => {
  const rows = '1,"x\n\nSELECT 5"\n2,"y;\n\nDROP TABLE t;"\n'
  await post(server.url, rows, { query: 'INSERT INTO t (a, s) FORMAT CSV' })
  expect(await stored()).toEqual([
    [1, 'x\n\nSELECT 5', 7],
    [2, 'y;\n\nDROP TABLE t;', 7],
  ])
  const refused = await post(server.url, '{"a":3,"s":"z"}\n\nDROP TABLE t', {
    query: 'INSERT INTO t FORMAT JSONEachRow',
  })
  expect(refused.status).toBe(400)
  expect(await stored()).toHaveLength(2)
})

it('takes several megabytes, plain and packed, and columns and settings of the insert', async () => {
  const rows = Array.from({ length: 60_000 }, (_, a) =>
    JSON.stringify([a, `${'text '.repeat(10)}${a}`]),
  ).join('\n')
  expect(rows.length).toBeGreaterThan(3_000_000)
  const query = 'INSERT INTO t (a, s) SETTINGS max_insert_block_size = 100000 FORMAT JSONCompactEachRow'
  expect(await post(server.url, rows, { query })).toMatchObject({ status: 200 })
  const packed = Uint8Array.from(gzipSync(rows))
  expect(await post(server.url, packed, { query }, { 'content-encoding': 'gzip' })).toMatchObject({
    status: 200,
  })
  expect(await valueOf(client, 'SELECT count() AS x FROM t')).toBe(120_000)
})

it('takes bytes that are no text', async () => {
  const bytes = Uint8Array.from([1, 0, 0, 0, 0, 0, 0, 0, 2, 0xff, 0xfe])
  await post(server.url, bytes, { query: 'INSERT INTO t (a, s) FORMAT RowBinary' })
  expect(await valueOf(client, 'SELECT hex(s) AS x FROM t')).toBe('FFFE')
})

it('stores nothing of rows with an error, and names the row without the path of any file', async () => {
  const answer = await post(server.url, '{"a":1}\n{"a":"no"}', {
    query: 'INSERT INTO t FORMAT JSONEachRow',
  })
  expect(answer.status).toBe(400)
  expect(answer.text).toMatch(/^Code: \d+\. DB::Exception: .*at row 2/s)
  expect(answer.text).not.toContain('incoming')
  expect(await stored()).toEqual([])
})

it('runs INSERT … SELECT and an empty insert', async () => {
  await client.command({ query: "INSERT INTO t SELECT 1, 'x', 2" })
  await post(server.url, '', { query: 'INSERT INTO t FORMAT CSV' })
  expect(await stored()).toEqual([[1, 'x', 2]])
})

it('refuses a body of more than 64 MiB, packed or not', async () => {
  const large = new Uint8Array(65 * 1024 * 1024)
  const query = 'INSERT INTO t FORMAT CSV'
  const plain = await post(server.url, large, { query })
  expect(plain).toMatchObject({ status: 413, text: expect.stringContaining('more than 64 MiB') })
  const packed = await post(
    server.url,
    Uint8Array.from(gzipSync(large)),
    { query },
    { 'content-encoding': 'gzip' },
  )
  expect(packed).toMatchObject({ status: 413, text: expect.stringContaining('TOO_MANY_BYTES') })
})
