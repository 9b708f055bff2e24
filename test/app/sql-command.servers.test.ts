import { spawn } from 'node:child_process'
import { chmod, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { makeFolder, post, type RunningServer, startServer } from '../chdb/running-server.ts'
import { finished, main } from '../support/firewatch.ts'

const folder = await makeFolder()
let server: RunningServer

beforeAll(async () => {
  server = await startServer(join(folder.path, 'data'))
})
afterAll(async () => {
  await server.end()
  await folder.remove()
})

/** `firewatch sql`, with standard input closed unless something is sent. */
async function sql(args: readonly string[], stdin = '', url = server.url) {
  const child = spawn(process.execPath, [main, 'sql', '--data', join(folder.path, 'none'), ...args], {
    env: { ...process.env, CLICKHOUSE_URL: url },
  })
  child.stdin.end(stdin)
  return finished(child)
}

async function script(text: string, ...args: string[]) {
  const file = join(folder.path, 'script.sql')
  await writeFile(file, text)
  return sql(['-f', file, ...args])
}

describe('N31: firewatch sql', () => {
  it('loads a schema of several statements with rows, and shows a table', async () => {
    const { code, stdout, stderr } = await script(`
      -- A schema; with a semicolon in its comment.
      CREATE DATABASE shop;
      USE shop;
      CREATE TABLE orders (time DateTime('UTC'), name String, cents UInt32) ENGINE = MergeTree ORDER BY time;
      INSERT INTO orders VALUES ('2026-01-01 10:00:00', 'a;b', 1), ('2026-01-01 10:00:01', 'it''s', 2);
      INSERT INTO shop.orders FORMAT JSONEachRow
{"time":"2026-01-01 10:00:02","name":"c;","cents":3}

      SELECT name, cents FROM orders ORDER BY time;
    `)
    expect(stdout).toBe("name  cents\na;b   1\nit's  2\nc;    3\n")
    expect([code, stderr]).toEqual([0, 'stored 2 rows\nstored 1 row\n'])
  })

  it('loads the schema of the monitoring example', async () => {
    const file = new URL('../../examples/monitoring/schema.sql', import.meta.url).pathname
    expect(await sql(['-f', file])).toEqual({ code: 0, stdout: '', stderr: '' })
    expect((await sql(['SHOW TABLES FROM monitoring'])).stdout).toContain('api_requests')
  })

  it('reads statements and rows from standard input', async () => {
    expect((await sql([], 'SELECT 1 AS a; SELECT 2 AS b')).stdout).toBe('a\n1\n\nb\n2\n')
    expect((await sql(['-f', '-'], 'SELECT 3 AS c')).stdout).toBe('c\n3\n')
    const rows = 'time,name,cents\n2026-01-02 00:00:00,"x, y",7\n'
    expect((await sql(['INSERT INTO shop.orders FORMAT CSVWithNames'], rows)).stderr).toBe('stored 1 row\n')
    expect((await sql(['SELECT name FROM shop.orders WHERE cents = 7'])).stdout).toBe('name\nx, y\n')
  })

  it('prints JSON in which numbers keep their digits, and any format of ClickHouse', async () => {
    const asked = 'SELECT toUInt64(18446744073709551615) AS big, NULL AS none; SELECT 1 AS a WHERE 0'
    const { stdout } = await sql(['--json', asked])
    expect(stdout).toContain('18446744073709551615')
    expect(JSON.parse(stdout)).toMatchObject({
      statements: [
        { statement: 1, line: 1, rows: [{ none: null }], hasMore: false },
        { statement: 2, line: 1, rows: [], hasMore: false },
      ],
    })
    expect((await sql(['--format', 'CSVWithNames', "SELECT 1 AS a, 'b' AS b"])).stdout).toBe(
      '"a","b"\n1,"b"\n',
    )
    expect((await sql(['SELECT 1 AS a FORMAT Vertical'])).stdout).toContain('a: 1')
  })

  it('shows as many rows as asked for, and says that there are more', async () => {
    const { stdout, stderr } = await sql(['--limit', '2', 'SELECT number AS n FROM numbers(1000000)'])
    expect(stdout).toBe('n\n0\n1\n')
    expect(stderr).toContain('only the first 2 rows are shown')
    const json = JSON.parse(
      (await sql(['--limit', '2', '--json', 'SELECT number AS n FROM numbers(3)'])).stdout,
    )
    expect(json).toMatchObject({ statements: [{ rows: [{ n: 0 }, { n: 1 }], hasMore: true }] })
  })

  it('names the statement and the line of what ClickHouse refuses, and what was done before it', async () => {
    const { code, stdout, stderr } = await script(
      'SELECT 1 AS a;\n\nSELECT 2 AS b;\nSELECT *\nFROM nosuch;\nSELECT 4',
    )
    expect([code, stdout]).toEqual([4, 'a\n1\n\nb\n2\n'])
    expect(stderr).toMatch(
      /^statement 3 \(line 4\): .*nosuch.*\(UNKNOWN_TABLE, code 60\)\nThe 2 before it were carried out\.\n$/,
    )
    const syntax = await script('SELECT 1 AS a;\nSELECT 1\n+ FROM WHERE')
    expect(syntax.stderr).toMatch(/^statement 2 \(line 2\): Syntax error.*\(line 3, column \d+\)/)
  })

  it.each([
    [['SET max_threads = 1'], 'statement 1 (line 1): SET would end with its own request'],
    [['/* nothing */'], 'there is no statement to run'],
    [['--json', '--format', 'CSV', 'SELECT 1'], 'say --json or --format, not both'],
    [['--json', 'SELECT 1 FORMAT CSV'], 'with --json a statement names no FORMAT of its own'],
    [['SELECT 1', '-f', 'x.sql'], 'say the statements or -f, not both'],
    [['-f', '/nonexistent/x.sql'], '/nonexistent/x.sql cannot be read: there is no such file'],
    [['--limit', '0', 'SELECT 1'], 'A number of rows from 1'],
    [['--timeout', 'soon', 'SELECT 1'], 'A duration from 1s to 24h'],
    [['INSERT INTO shop.orders FORMAT CSV; SELECT 1'], 'statement 1 (line 1): no rows follow'],
  ])('refuses %j before anything runs', async (args, message) => {
    const { code, stdout, stderr } = await sql(args)
    expect([code, stdout]).toEqual([2, ''])
    expect(stderr).toContain(message)
  })

  it('gives a statement up after its time', async () => {
    const { code, stderr } = await sql(['--timeout', '1s', 'SELECT count() FROM numbers(1000000000000)'])
    expect(code).toBe(4)
    expect(stderr).toContain('(TIMEOUT_EXCEEDED, code 159)')
  })

  it('says where nobody answers and where nobody runs, and no password', async () => {
    const nowhere = await sql(['SELECT 1'], '', 'http://firewatch:geheim@127.0.0.1:1')
    expect([nowhere.code, nowhere.stderr]).toEqual([
      3,
      expect.stringContaining('ClickHouse at 127.0.0.1:1 is unavailable'),
    ])
    expect(nowhere.stderr).not.toContain('geheim')
    const nobody = await sql(['SELECT 1'], '', '')
    expect([nobody.code, nobody.stderr]).toEqual([3, expect.stringContaining('no Firewatch runs on')])
  })

  it('shows what a terminal would obey as text', async () => {
    const { stdout } = await sql([String.raw`SELECT '\x1b[2J\ra\nb' AS x`])
    expect(stdout).not.toContain('\u001b')
    expect(stdout.split('\n')).toHaveLength(3)
  })

  it('opens no way past what the embedded ClickHouse allows (N25)', async () => {
    const secret = join(folder.path, 'secret.csv')
    await writeFile(secret, '1,opensesame\n')
    await chmod(secret, 0o600)
    const refused = [
      `SELECT * FROM file('${secret}')`,
      `SELECT 1; SELECT * FROM file('${secret}')`,
      `INSERT INTO shop.orders FROM INFILE '${secret}' FORMAT CSV`,
      `SELECT 1 INTO OUTFILE '${join(folder.path, 'out')}'`,
      "CREATE TABLE u (a Int8) ENGINE = URL('http://127.0.0.1:1/', CSV)",
      "SELECT 1 SETTINGS output_format_schema = '/tmp/x'",
    ]
    for (const text of refused) {
      const { code, stdout } = await sql([text])
      expect(code, text).toBe(4)
      expect(stdout).not.toContain('opensesame')
    }
    const { code, stderr } = await sql(['--format', `CSV' INTO OUTFILE '/tmp/x`, 'SELECT 1'])
    expect(code, stderr).not.toBe(0)
  })
})

describe('N31: several statements in one request', () => {
  it('are refused with what to do', async () => {
    const { status, text } = await post(server.url, 'SELECT 1; SELECT 2')
    expect(status).toBe(400)
    expect(text).toContain('firewatch sql -f FILE')
  })
})
