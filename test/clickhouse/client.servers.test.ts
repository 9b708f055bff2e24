import fc from 'fast-check'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type ClickHouse, createClickHouse } from '../../src/clickhouse/client.ts'
import { ClickHouseQueryFailed } from '../../src/clickhouse/errors.ts'
import { makeFolder, type RunningServer, startServer } from '../chdb/running-server.ts'

const folder = await makeFolder()
let server: RunningServer
let clickhouse: ClickHouse

beforeAll(async () => {
  server = await startServer(folder.path)
  clickhouse = createClickHouse({ url: server.url })
})
afterAll(async () => {
  await clickhouse.close()
  await server.end()
  await folder.remove()
})

const failure = (promise: Promise<unknown>) =>
  promise.then(
    () => undefined,
    (error: unknown) => error,
  )

describe('query', () => {
  it('returns rows by column name, numbers as numbers', async () => {
    const rows = await clickhouse.query(
      `SELECT toInt64(-5) AS i, toUInt64(9007199254740991) AS u, 0.1 AS f, toDecimal64(1.25, 2) AS d, 'x' AS s,
         CAST(NULL, 'Nullable(Float64)') AS n, [1.5, 2] AS a, toDateTime('2024-05-01 10:00:00') AS t`,
      {},
    )
    expect(rows).toEqual([
      {
        i: -5,
        u: 9_007_199_254_740_991,
        f: 0.1,
        d: 1.25,
        s: 'x',
        n: null,
        a: [1.5, 2],
        t: '2024-05-01 10:00:00',
      },
    ])
  })

  it('keeps NaN and the infinities apart from null, and from texts that read the same', async () => {
    const [row] = await clickhouse.query(
      "SELECT nan AS n, inf AS i, -inf AS m, [nan, 1] AS a, toNullable(nan) AS o, 'nan' AS s, ['inf'] AS w",
      {},
    )
    expect(row).toEqual({
      n: Number.NaN,
      i: Number.POSITIVE_INFINITY,
      m: Number.NEGATIVE_INFINITY,
      a: [Number.NaN, 1],
      o: Number.NaN,
      s: 'nan',
      w: ['inf'],
    })
  })

  it.each([
    ['toUInt64(18446744073709551615)', '18446744073709551615'],
    ['toInt64(-9223372036854775808)', '-9223372036854775808'],
    ['toUInt64(9007199254740993)', '9007199254740993'],
    ['toInt256(-7)', -7],
    [
      "toUInt256('115792089237316195423570985008687907853269984665640564039457584007913129639935')",
      `${2n ** 256n - 1n}`,
    ],
    ["toDecimal128('12345678901234567890.123', 3)", '12345678901234567890.123'],
    ["toDecimal64('-0.10', 2)", -0.1],
    ['toNullable(toUInt64(18446744073709551615))', '18446744073709551615'],
    ['toLowCardinality(toUInt64(5))', 5],
    ['[toUInt64(1), toUInt64(18446744073709551615)]', [1, '18446744073709551615']],
    [
      "map('nan', toUInt64(2), 'b, c', toUInt64(18446744073709551615))",
      { nan: 2, 'b, c': '18446744073709551615' },
    ],
    ["tuple('7', toUInt64(7), nan, ['inf'])", ['7', 7, Number.NaN, ['inf']]],
    ["CAST(('8', 8), 'Tuple(name String, `how many` UInt64)')", { name: '8', 'how many': 8 }],
    ["CAST([(7, 'a')], 'Nested(n UInt64, s FixedString(4))')", [{ n: 7, s: 'a' }]],
    ["CAST(('a', 5), 'Tuple(`2` FixedString(4), `1` UInt64)')", { 2: 'a', 1: 5 }],
    ["CAST((5, 'a'), 'Tuple(`a b(c),d` UInt64, `x``y` FixedString(4))')", { 'a b(c),d': 5, 'x`y': 'a' }],
    ['toIntervalDay(3)', 3],
    ['(nan, 1.5)::Point', [Number.NaN, 1.5]],
    ['[[(1., inf)]]::Polygon', [[[1, Number.POSITIVE_INFINITY]]]],
    ["tuple(CAST('x, (y)', 'Enum8(\\'x, (y)\\' = 1)'), toInt64(3))", ['x, (y)', 3]],
  ])('N47: keeps every digit of %s', async (expression, expected) => {
    const [row] = await clickhouse.query(`SELECT ${expression} AS cell`, {})
    expect(row).toEqual({ cell: expected })
  })

  it.each([
    ["toFixedString('ios', 8)", 'ios'],
    ["toNullable(toFixedString('ios', 8))", 'ios'],
    ["toLowCardinality(toFixedString('ios', 8))", 'ios'],
    ["[toFixedString('ios', 8), toFixedString('', 8)]", ['ios', '']],
    ["map('os', toFixedString('ios', 8))", { os: 'ios' }],
    ["concat('a', char(0), 'b')", 'a\0b'],
  ])('N47: reads %s without what fills it up', async (expression, expected) => {
    const [row] = await clickhouse.query(`SELECT ${expression} AS cell`, {})
    expect(row).toEqual({ cell: expected })
  })

  it('N47: keeps a column whatever its name', async () => {
    const [row] = await clickhouse.query<object>('SELECT 1 AS `__proto__`, 2 AS `toString`', {})
    expect(Object.entries(row ?? {})).toEqual([
      ['__proto__', 1],
      ['toString', 2],
    ])
  })

  it('returns no rows as an empty list', async () => {
    expect(await clickhouse.query('SELECT 1 AS x WHERE 0', {})).toEqual([])
  })

  it('returns a hundred thousand rows', async () => {
    const rows = await clickhouse.query<{ n: number }>('SELECT number AS n FROM numbers(100000)', {})
    expect([rows.length, rows.at(-1)]).toEqual([100_000, { n: 99_999 }])
  })

  it('binds every text as it is', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary' }), async (text) => {
        const sql = 'SELECT {text:String} AS one, {list:Array(String)} AS many'
        expect(await clickhouse.query(sql, { text, list: [text, text] })).toEqual([
          { one: text, many: [text, text] },
        ])
      }),
      { numRuns: 100 },
    )
  })

  it('binds more than the 1 MiB that fits into a URL', async () => {
    const groups = Array.from({ length: 100_000 }, (_, index) => `group ${index}`)
    const sql = 'SELECT length({groups:Array(String)}) AS n'
    expect(await clickhouse.query(sql, { groups })).toEqual([{ n: 100_000 }])
  })

  it.each([
    ['DateTime', new Date('2024-05-01T10:00:00.789Z'), 1_714_557_600_000],
    ['DateTime', '2024-05-01T10:00:00.789Z', 1_714_557_600_000],
    ['DateTime', '2024-05-01T12:00:00+02:00', 1_714_557_600_000],
    ["DateTime('Asia/Tokyo')", '2024-05-01T10:00:00Z', 1_714_557_600_000],
    ['Nullable(DateTime)', '2024-05-01T10:00:00Z', 1_714_557_600_000],
    ['DateTime64(3)', new Date('2024-05-01T10:00:00.789Z'), 1_714_557_600_789],
    ["DateTime64(3, 'UTC')", '2024-05-01T10:00:00.789Z', 1_714_557_600_789],
    ['DateTime64(3)', '2024-05-01T10:00:00Z', 1_714_557_600_000],
  ])('takes {at:%s} with %s as an instant', async (type, at, wanted) => {
    const sql = `SELECT toUnixTimestamp64Milli(toDateTime64({at:${type}}, 3)) AS x`
    expect(await clickhouse.query(sql, { at })).toEqual([{ x: wanted }])
  })

  it('leaves a text that looks like an instant a text', async () => {
    const text = '2024-05-01T10:00:00Z'
    expect(await clickhouse.query('SELECT {text:String} AS x', { text })).toEqual([{ x: text }])
  })

  it('ends at the time limit that it is given', async () => {
    const sql = 'SELECT count() FROM numbers(1000000000000) WHERE NOT ignore(number)'
    const error = await failure(clickhouse.query(sql, {}, { maxExecutionTimeMs: 300 }))
    expect(error).toBeInstanceOf(ClickHouseQueryFailed)
    expect(error).toMatchObject({ code: 159, type: 'TIMEOUT_EXCEEDED' })
  })
})

it('pings', async () => {
  expect(await clickhouse.ping()).toBeUndefined()
})

describe('insert and command', () => {
  beforeEach(async () => {
    await clickhouse.command('DROP TABLE IF EXISTS t')
    await clickhouse.command(
      "CREATE TABLE t (at DateTime64(3, 'UTC'), n UInt64, f Float64, s String DEFAULT 'none') ENGINE = MergeTree ORDER BY n",
    )
  })

  it('stores instants, large integers, NaN and texts, and fills what is missing', async () => {
    await clickhouse.insert('default.t', [
      { at: '2024-05-01T10:00:00.789Z', n: 18_446_744_073_709_551_615n, f: Number.NaN, s: "it's\n\n\t\\" },
      { at: new Date('2024-05-01T10:00:00Z'), n: 1, f: Number.NEGATIVE_INFINITY },
    ])
    expect(await clickhouse.query('SELECT at, toString(n) AS n, f, s FROM t ORDER BY t.n', {})).toEqual([
      { at: '2024-05-01 10:00:00.000', n: '1', f: Number.NEGATIVE_INFINITY, s: 'none' },
      { at: '2024-05-01 10:00:00.789', n: '18446744073709551615', f: Number.NaN, s: "it's\n\n\t\\" },
    ])
  })

  it('stores fifty thousand rows at once, and none for none', async () => {
    await clickhouse.insert(
      't',
      Array.from({ length: 50_000 }, (_, n) => ({ at: 0, n, f: n / 2 })),
    )
    await clickhouse.insert('t', [])
    expect(await clickhouse.query('SELECT count() AS n, sum(f) AS f FROM t', {})).toEqual([
      { n: 50_000, f: 624_987_500 },
    ])
  })

  it('refuses a column that does not exist, and a table name that is none', async () => {
    expect(await failure(clickhouse.insert('t', [{ nope: 1 }]))).toMatchObject({
      code: 117,
      name: 'ClickHouseQueryFailed',
    })
    expect(await failure(clickhouse.insert('t FORMAT CSV', [{ n: 1 }]))).toBeInstanceOf(TypeError)
  })

  it('reports what is wrong with a query, without a stack', async () => {
    const error = await failure(clickhouse.command('DROP TABLE nowhere'))
    expect(error).toBeInstanceOf(ClickHouseQueryFailed)
    expect(error).toMatchObject({
      code: 60,
      type: 'UNKNOWN_TABLE',
      message: expect.stringContaining('nowhere'),
    })
    expect((error as Error).message).not.toMatch(/Stack trace|DB::Exception/)
  })
})
