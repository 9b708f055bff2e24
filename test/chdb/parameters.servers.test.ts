import type { ClickHouseClient } from '@clickhouse/client'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { clientOf, makeFolder, type RunningServer, startServer, valueOf } from './running-server.ts'

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

it.each([
  ['String', "it's\ta\\b\nc\r\0 {x:String} \u{1f525}"],
  ['String', String.raw`\N`],
  ['Nullable(String)', null],
  ['Int64', -9_007_199_254_740_991],
  ['UInt8', 255],
  ['Float64', 0.1],
  ['Bool', true],
  ['Array(String)', ["it's", 'a\\b\n\t', '', ']', '[]']],
  ['Array(Array(UInt8))', [[1], [], [2, 3]]],
  ['Map(String, String)', { "k'": "v\\'" }],
  ['Array(Nullable(String))', [null, 'NULL']],
])('%s carries %j', async (type, value) => {
  expect(await valueOf(client, `SELECT {p:${type}} AS x`, { p: value })).toEqual(value)
})

it.each([
  ['toUnixTimestamp({p:DateTime})', new Date('2024-05-01T10:00:00Z'), 1_714_557_600],
  ["toUnixTimestamp({p:DateTime('Europe/Berlin')})", new Date('2024-05-01T10:00:00Z'), 1_714_557_600],
  ['toUnixTimestamp({p:DateTime})', '2024-05-01 10:00:00', 1_714_557_600],
  ['toString({p:DateTime64(3)})', new Date('2024-05-01T10:00:00.123Z'), '2024-05-01 10:00:00.123'],
  ['toString({p:DateTime64(3)})', new Date('2024-05-01T10:00:00.000Z'), '2024-05-01 10:00:00.000'],
  ['isNaN({p:Float64})', Number.NaN, 1],
  ['toString({p:UInt64})', 18_446_744_073_709_551_615n, '18446744073709551615'],
])('%s of %s is %s', async (expression, value, wanted) => {
  expect(await valueOf(client, `SELECT ${expression} AS x`, { p: value })).toBe(wanted)
})

it('takes identifiers', async () => {
  const sql = 'SELECT count() AS x FROM {database:Identifier}.{table:Identifier}'
  expect(await valueOf(client, sql, { database: 'system', table: 'one' })).toBe(1)
})

it('takes parameters too long for a URL in a multipart body', async () => {
  const words = Array.from({ length: 50_000 }, (_, index) => `word '${index}'\n`)
  const result = await client.query({
    query: 'SELECT length({w:Array(String)}) AS n, {w:Array(String)}[-1] AS last',
    query_params: { w: words },
    format: 'JSONEachRow',
    use_multipart_params: true,
  })
  expect(await result.json()).toEqual([{ n: 50_000, last: words.at(-1) }])
})

it('returns every text as it was sent', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.string({ unit: 'binary' }), { maxLength: 8 }), async (texts) => {
      const result = await client.query({
        query: 'SELECT {one:String} AS one, {all:Array(String)} AS all, {map:Map(String, String)} AS map',
        query_params: { one: texts.join(), all: texts, map: { k: texts.join() } },
        format: 'JSONEachRow',
      })
      expect(await result.json()).toEqual([{ one: texts.join(), all: texts, map: { k: texts.join() } }])
    }),
    { numRuns: 200 },
  )
})
