import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { request } from 'node:http'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { makeFolder, post, requestTo, type RunningServer, startServer } from './running-server.ts'

const folder = await makeFolder()
const outside = join(folder.path, 'outside')
const secret = join(outside, 'secret.csv')
let server: RunningServer

beforeAll(async () => {
  await mkdir(outside)
  await writeFile(secret, '1,opensesame\n')
  server = await startServer(join(folder.path, 'data'))
  await post(server.url, 'CREATE TABLE t (a Int64, s String) ENGINE = MergeTree ORDER BY a')
})
afterAll(async () => {
  await server.end()
  await folder.remove()
})

describe('what reaches outside the data directory', () => {
  it.each([
    `SELECT * FROM file('${secret}')`,
    `SELECT * FROM (SELECT * FROM (SELECT * FROM file('${secret}', CSV, 'a Int8, s String')))`,
    `SELECT 1 WHERE 1 IN (SELECT c1 FROM file('${secret}'))`,
    `SELECT file('${secret}')`,
    `SELECT * APPLY(file) FROM (SELECT '${secret}' AS p)`,
    `SELECT arrayMap(file, ['${secret}'])`,
    `SELECT * FROM "${secret}"`,
    `SELECT * FROM \`${secret}\``,
    `SELECT * FROM icebergLocal('${outside}')`,
    `SELECT * FROM filesystem('${outside}')`,
    `SELECT * FROM sqlite('${secret}', 't')`,
    "SELECT * FROM url('http://127.0.0.1:1/x', CSV, 'a Int8')",
    "SELECT * FROM remote('127.0.0.1:1', system.one)",
    "SELECT * FROM s3('http://example.invalid/bucket/x.csv', CSV, 'a Int8')",
    "SELECT * FROM mysql('127.0.0.1:1', 'd', 't', 'u', 'p')",
    "SELECT * FROM postgresql('127.0.0.1:1', 'd', 't', 'u', 'p')",
    "SELECT * FROM executable('x', CSV, 'a Int8')",
    `INSERT INTO FUNCTION file('${secret}', CSV, 'a Int8') SELECT 1`,
    `INSERT INTO t FROM INFILE '${secret}' FORMAT CSV`,
    `INSERT INTO t SELECT * FROM file('${secret}')`,
    `SELECT 1 INTO OUTFILE '${outside}/written'`,
    `CREATE TABLE f (a Int8) ENGINE = File(CSV, '${secret}')`,
    "CREATE TABLE u (a Int8) ENGINE = URL('http://127.0.0.1:1/', CSV)",
    `CREATE DATABASE d ENGINE = Filesystem('${outside}')`,
    `CREATE DICTIONARY d (a UInt64, s String) PRIMARY KEY a SOURCE(FILE(PATH '${secret}' FORMAT CSV)) LAYOUT(FLAT()) LIFETIME(0)`,
    `CREATE VIEW v AS SELECT * FROM file('${secret}')`,
    `CREATE VIEW v SQL SECURITY NONE AS SELECT * FROM file('${secret}')`,
    `CREATE TABLE x AS file('${secret}')`,
    `DESCRIBE TABLE file('${secret}')`,
    "DESCRIBE TABLE url('http://127.0.0.1:1/x')",
    'CREATE USER eve',
    'CREATE FUNCTION f AS x -> x',
    'CREATE NAMED COLLECTION c AS url = 1',
  ])('is refused: %s', async (sql) => {
    const answer = await post(server.url, sql)
    expect(answer).toMatchObject({ status: 403, text: expect.stringContaining('(ACCESS_DENIED)') })
    expect(answer.text).not.toContain('opensesame')
  })

  it.each([
    `BACKUP TABLE t TO File('${outside}/backup')`,
    `ATTACH TABLE x FROM '${outside}' (a Int8) ENGINE = MergeTree ORDER BY a`,
    `SELECT 1 FORMAT Template SETTINGS format_template_resultset = '${secret}'`,
    `CREATE TABLE x (a Int8) ENGINE = MergeTree ORDER BY a SETTINGS disk = disk(type = local, path = '${outside}/')`,
    'GRANT SOURCES ON *.* TO default',
    'SYSTEM SHUTDOWN',
  ])('does not work: %s', async (sql) => {
    const answer = await post(server.url, sql)
    expect(answer.status).toBeGreaterThanOrEqual(400)
    expect(answer.text).not.toContain('opensesame')
  })

  const structure = `a Int8, x String DEFAULT file('${secret}')`.replaceAll("'", String.raw`\'`)
  it.each([
    `SELECT * FROM format(JSONEachRow, '${structure}', '{"a":1}')`,
    `SELECT * FROM FORMAT('JSONEachRow', '${structure}', '{"a":1}')`,
    `SELECT * FROM numbers(1), "format"(JSONEachRow, '${structure}', '{"a":1}') AS f`,
    `SELECT x FROM generateRandom('a Int8, ${structure.replace('DEFAULT', 'ALIAS')}') LIMIT 1`,
    `SELECT x FROM values('${structure}', (1, ''))`,
    `INSERT INTO t SELECT a, x FROM input('${structure}') FORMAT JSONEachRow {"a":1}`,
    `SELECT * FROM eval('SELECT file(\\'${secret}\\')') SETTINGS allow_experimental_eval_table_function = 1`,
  ])('N25 is refused where a text holds SQL: %s', async (sql) => {
    const answer = await post(server.url, sql)
    expect(answer).toMatchObject({ status: 403, text: expect.stringContaining('(ACCESS_DENIED)') })
    expect(answer.text).not.toContain('opensesame')
  })

  it('is refused in the rows of an insert too', async () => {
    const answer = await post(server.url, `(1, file('${secret}'))`, { query: 'INSERT INTO t FORMAT Values' })
    expect(answer).toMatchObject({ status: 403 })
    expect(await post(server.url, 'SELECT count() FROM t')).toMatchObject({ text: '0\n' })
  })

  it('leaves no file', async () => {
    expect(await readdir(outside)).toEqual(['secret.csv'])
  })

  it('is let through as a text', async () => {
    const answer = await post(server.url, "SELECT 'file(1), url(2) INTO OUTFILE' AS x -- file(3)")
    expect(answer).toMatchObject({ status: 200, text: 'file(1), url(2) INTO OUTFILE\n' })
  })
})

describe('N25 settings and engines', () => {
  const schema = () => join(outside, 'written.proto')

  it.each([
    (file: string) =>
      `SELECT 1 AS x FORMAT Protobuf SETTINGS format_protobuf_use_autogenerated_schema = 1, output_format_schema = '${file}'`,
    (file: string) =>
      `SELECT 1 AS x SETTINGS /* a */ max_threads = 1 ,\n"output_format_schema"\t==\n'${file}' FORMAT Protobuf`,
    (file: string) => `SELECT x FROM (SELECT 1 AS x SETTINGS \`output_format_schema\` = '${file}')`,
    (file: string) => `SELECT 1 SETTINGS max_threads = 1, input_format_record_errors_file_path = '${file}'`,
    (file: string) => `CREATE VIEW v AS SELECT 1 AS x SETTINGS output_format_schema = '${file}'`,
    (file: string) => `INSERT INTO t SETTINGS rename_files_after_processing = '${file}' FORMAT CSV 1,a`,
    () =>
      "CREATE TABLE x (a Int8) ENGINE = MergeTree ORDER BY a SETTINGS disk = disk(type = web, endpoint = 'http://127.0.0.1:1/')",
    () =>
      "CREATE DATABASE x ENGINE = Atomic SETTINGS disk = disk(type = web, endpoint = 'http://127.0.0.1:1/')",
    () =>
      "CREATE TABLE x (a Int8) ENGINE = MergeTree ORDER BY a SETTINGS index_granularity = 1, storage_policy = 'p'",
    () => "ALTER TABLE t MODIFY SETTING storage_policy = 'p'",
    () => "SELECT 1 SETTINGS additional_result_filter = 'file(1)'",
    () => "SELECT 1 SETTINGS dialect = 'prql'",
  ])('%# is refused and writes nothing', async (sql) => {
    const answer = await post(server.url, sql(schema()))
    expect(answer).toMatchObject({
      status: 403,
      text: expect.stringContaining('(SETTING_CONSTRAINT_VIOLATION)'),
    })
    expect(await readdir(outside)).toEqual(['secret.csv'])
  })

  it('reads no schema from a file inside brackets', async () => {
    const sql = `SELECT * FROM (SELECT * FROM numbers(1) SETTINGS format_schema = '${secret}:M')`
    expect(await post(server.url, sql)).toMatchObject({ status: 403 })
  })

  it.each([
    'output_format_schema',
    'format_schema',
    'url_base',
    'storage_policy',
    'dialect',
    'additional_result_filter',
  ])('a request with %s is refused', async (name) => {
    expect(await post(server.url, 'SELECT 1', { [name]: schema() })).toMatchObject({ status: 403 })
  })

  it.each([
    "CREATE TABLE x (a Int8) ENGINE = Executable('x.sh', 'CSV')",
    "CREATE TABLE x (a Int8) ENGINE ExecutablePool('x.sh', 'CSV')",
    "CREATE TABLE x (a Int8) /**/ engine\n= -- c\n `Executable`('x.sh', 'CSV')",
    'CREATE OR REPLACE TABLE x (a Int8) ENGINE = GenerateRandom',
    "CREATE TABLE x (a Int8) ENGINE = Kafka('127.0.0.1:1', 't', 'g', 'CSV')",
    "CREATE TABLE x (a Int8) ENGINE = Distributed('c', 'd', 't')",
    "CREATE TABLE x (a Int8) ENGINE = Dictionary('d')",
    'CREATE TABLE x (query String) ENGINE = QueryRunner',
    'CREATE TABLE x (a Int8) ENGINE = FileLog(1)',
    "CREATE MATERIALIZED VIEW x ENGINE = S3Queue('http://127.0.0.1:1') AS SELECT 1",
    "CREATE DATABASE x ENGINE = Backup('b', File('b'))",
    "CREATE DATABASE x ENGINE = MySQL('127.0.0.1:1', 'd', 'u', 'p')",
  ])('%s is refused', async (sql) => {
    expect(await post(server.url, sql)).toMatchObject({
      status: 403,
      text: expect.stringContaining('(ACCESS_DENIED)'),
    })
  })

  it.each([
    'CREATE TABLE ok (a Int8, at DateTime) ENGINE = ReplacingMergeTree ORDER BY a TTL at + INTERVAL 1 DAY SETTINGS index_granularity = 1024',
    'CREATE TABLE ok2 (a Int8, "engine" String, settings Map(String, String)) ENGINE = Memory',
    'CREATE MATERIALIZED VIEW ok3 ENGINE = MergeTree ORDER BY a AS SELECT a, "engine" FROM ok2',
    "INSERT INTO ok2 VALUES (1, 'Executable', map('disk', 'web'))",
    "SELECT engine, settings['disk'] FROM ok2 WHERE engine = 'Executable' AND settings['disk'] = 'web'",
    "SELECT format('{} is {}', engine, name) FROM system.tables SETTINGS join_use_nulls = 1, max_execution_time = 0.5, log_comment = 'a, dialect = b'",
    "SELECT name, value FROM system.settings WHERE name = 'output_format_schema'",
    'CREATE TEMPORARY TABLE tt (a Int8)',
    'CREATE DATABASE ok4 ENGINE = Atomic',
  ])('%s works', async (sql) => {
    expect(await post(server.url, sql)).toMatchObject({ status: 200 })
  })
})

describe('N25 the password', () => {
  const ask = (headers: Record<string, string>, query = '') =>
    fetch(`${requestTo(server.url).base}/?query=SELECT+1${query}`, { headers })
  const basic = (text: string) => ({ authorization: `Basic ${Buffer.from(text).toString('base64')}` })

  it.each([
    [{}, ''],
    [basic('firewatch:'), ''],
    [basic('firewatch:wrong'), ''],
    [basic('default:of this test'), ''],
    [{ authorization: 'Bearer of this test' }, ''],
    [{ 'x-clickhouse-user': 'firewatch' }, ''],
    [{}, '&user=firewatch&password=of+this+test'],
  ])('%j%s is refused, and says where it is', async (headers, query) => {
    const answer = await ask(headers, query)
    expect(answer.status).toBe(401)
    expect(await answer.text()).toMatch(/^Code: 516\..*run\.json.*\(AUTHENTICATION_FAILED\)\n$/)
  })

  it.each([
    basic('firewatch:of this test'),
    { 'x-clickhouse-user': 'firewatch', 'x-clickhouse-key': 'of this test' },
  ])('%j is let in', async (headers) => {
    expect((await ask(headers)).status).toBe(200)
  })

  it('is needed for a large insert too, which is read to its end', async () => {
    const body = 'x'.repeat(5_000_000)
    const answer = await fetch(`${requestTo(server.url).base}/?query=INSERT+INTO+t+FORMAT+CSV`, {
      method: 'POST',
      body,
    })
    expect(answer.status).toBe(401)
  })
})

describe('who may ask', () => {
  const statusWith = (headers: Record<string, string>) =>
    new Promise((resolve, reject) => {
      request(`${requestTo(server.url).base}/ping`, { headers }, (response) =>
        resolve(response.resume().statusCode),
      )
        .once('error', reject)
        .end()
    })

  it.each([
    [{ host: 'localhost:8123' }, 200],
    [{ host: '127.0.0.1' }, 200],
    [{ host: '[::1]:8123' }, 200],
    [{ host: 'clickhouse.localhost' }, 200],
    [{ host: 'rebound.example.com' }, 403],
    [{ host: '127.0.0.1.example.com' }, 403],
    [{ host: 'localhost', origin: 'https://example.com' }, 403],
  ])('a request with %j is answered with %i', async (headers, status) => {
    expect(await statusWith(headers)).toBe(status)
  })

  it('may only read with GET', async () => {
    const { base, headers } = requestTo(server.url)
    const answer = await fetch(`${base}/?query=${encodeURIComponent('DROP TABLE t')}`, { headers })
    expect([answer.status, await answer.text()]).toEqual([403, expect.stringContaining('(READONLY)')])
    const asked = await fetch(`${base}/?readonly=0&query=${encodeURIComponent('DROP TABLE t')}`, { headers })
    expect(asked.status).toBe(403)
  })
})
