import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { allowedTableFunctions, isAllowedSetting, refusedTableFunctions } from '../../src/chdb/allowed.ts'
import { makeFolder, post, type RunningServer, startServer } from './running-server.ts'

const folder = await makeFolder()
let server: RunningServer

beforeAll(async () => {
  server = await startServer(folder.path)
  await post(server.url, 'CREATE TABLE t (a Int64) ENGINE = MergeTree ORDER BY a')
})
afterAll(async () => {
  await server.end()
  await folder.remove()
})

const linesOf = async (sql: string) =>
  (await post(server.url, sql)).text.split('\n').filter((line) => line !== '')

describe("N25 the lists and the engine's own", () => {
  it('no setting that is a free text is allowed, but those that are known to name nothing', async () => {
    const texts = await linesOf(
      `SELECT name FROM (SELECT name, type FROM system.settings UNION ALL SELECT name, type FROM system.merge_tree_settings)
       WHERE type IN ('String', 'URI', 'Map', 'Dialect') OR type LIKE '%Engine%' OR name LIKE '%path%' OR name LIKE '%disk_allow%'`,
    )
    expect(texts.filter(isAllowedSetting).toSorted()).toEqual([
      'count_distinct_implementation',
      'format_csv_null_representation',
      'format_tsv_null_representation',
      'input_format_json_use_string_type_for_ambiguous_paths_in_named_tuples_inference_from_objects',
      'insert_deduplication_token',
      'log_comment',
      'output_format_pretty_grid_charset',
    ])
  })

  it('every table function is allowed or refused', async () => {
    const names = await linesOf('SELECT DISTINCT lower(name) FROM system.table_functions')
    expect(
      names.filter((name) => allowedTableFunctions.has(name) === refusedTableFunctions.has(name)),
    ).toEqual([])
  })

  it('every engine that is not allowed is refused', async () => {
    const engines = await linesOf(
      `SELECT name FROM system.table_engines WHERE NOT match(name, '^(Replacing|Summing|Aggregating|Collapsing|VersionedCollapsing|Coalescing)?MergeTree$|^Memory$|^Null$')`,
    )
    expect(engines.length).toBeGreaterThan(50)
    for (const engine of engines)
      expect(await post(server.url, `CREATE TABLE x (a Int8) ENGINE = ${engine}`)).toMatchObject({
        status: 403,
      })
  })
})

describe('N25 hostile SQL', () => {
  const gap = fc
    .array(
      fc.constantFrom(
        ' ',
        '\n',
        '\t',
        '\f',
        '\u00a0',
        '\u3000',
        '/* , */',
        '/* /* */ */',
        '-- x\n',
        '# x\n',
        '//x\n',
      ),
      {
        minLength: 1,
        maxLength: 4,
      },
    )
    .map((parts) => parts.join(''))
  const word = (text: string) =>
    fc
      .array(fc.boolean(), { minLength: text.length, maxLength: text.length })
      .map((upper) => Array.from(text, (char, at) => (upper[at] ? char.toUpperCase() : char)).join(''))
  const quoted = (name: string) => fc.constantFrom(name, `"${name}"`, `\`${name}\``, `“${name}”`)
  const harmless = fc.constantFrom(
    'max_threads = 1',
    "log_comment = 'a, b'",
    'max_execution_time = 0.5',
    'max_execution_time=1e1',
    "log_comment = $x$ ' $x$",
    'max_threads = DEFAULT',
    'max_threads == 2',
    "additional = ['a']".replace('additional', 'log_comment'),
  )
  const nested = fc.constantFrom(
    (select: string) => select,
    (select: string) => `SELECT * FROM (${select})`,
    (select: string) => `SELECT 1 IN (SELECT * FROM (${select}))`,
    (select: string) => `WITH c AS (${select}) SELECT * FROM c`,
    (select: string) => `SELECT 1 UNION ALL (${select})`,
    (select: string) => `CREATE VIEW v AS ${select}`,
    (select: string) => `INSERT INTO t ${select}`,
    (select: string) => `EXPLAIN ${select}`,
  )

  it('gets no setting past the list', async () => {
    const hostile = fc.tuple(
      nested,
      gap,
      word('settings'),
      fc.array(harmless, { maxLength: 3 }),
      quoted('output_format_schema'),
      fc.constantFrom('=', '=='),
    )
    await fc.assert(
      fc.asyncProperty(hostile, async ([nest, space, keyword, before, name, equals]) => {
        const list = [...before, `${name}${space}${equals}${space}'${folder.path}/x.proto'`].join(
          `${space},${space}`,
        )
        const { status } = await post(server.url, nest(`SELECT${space}1${space}${keyword}${space}${list}`))
        expect(status).toBe(403)
      }),
      { numRuns: 150 },
    )
  })

  it('gets no engine past the list', async () => {
    const hostile = fc.tuple(
      gap,
      word('engine'),
      fc.constantFrom('=', ''),
      quoted('Executable'),
      fc.constantFrom(
        'CREATE TABLE',
        'CREATE OR REPLACE TABLE',
        'create table if not exists',
        'CREATE TEMPORARY TABLE',
      ),
    )
    await fc.assert(
      fc.asyncProperty(hostile, async ([space, keyword, equals, name, create]) => {
        const sql = `${create}${space}x${space}(a Int8)${space}${keyword}${space}${equals}${space}${name}('x', 'CSV')`
        expect(await post(server.url, sql)).toMatchObject({ status: 403 })
      }),
      { numRuns: 100 },
    )
  })

  it.each(['\u200b', '\u180e', '\u2060', '\u0085', '\u2212'])('hides no keyword behind %j', async (char) => {
    expect(
      await post(server.url, `SELECT 1 SETTINGS${char}output_format_schema = '${folder.path}/x'`),
    ).toMatchObject({ status: 400, text: expect.stringContaining('outside quotes') })
  })
})
