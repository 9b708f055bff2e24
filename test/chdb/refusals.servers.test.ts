import { access, mkdir, writeFile } from 'node:fs/promises'
import { request } from 'node:http'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { makeFolder, post, type RunningServer, startServer } from './running-server.ts'

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

  it('is refused in the rows of an insert too', async () => {
    const answer = await post(server.url, `(1, file('${secret}'))`, { query: 'INSERT INTO t FORMAT Values' })
    expect(answer).toMatchObject({ status: 403 })
    expect(await post(server.url, 'SELECT count() FROM t')).toMatchObject({ text: '0\n' })
  })

  it('leaves no file', async () => {
    await expect(access(join(outside, 'written'))).rejects.toMatchObject({ code: 'ENOENT' })
  })

  it('is let through as a text', async () => {
    const answer = await post(server.url, "SELECT 'file(1), url(2) INTO OUTFILE' AS x -- file(3)")
    expect(answer).toMatchObject({ status: 200, text: 'file(1), url(2) INTO OUTFILE\n' })
  })
})

describe('who may ask', () => {
  const statusWith = (headers: Record<string, string>) =>
    new Promise((resolve, reject) => {
      request(`${server.url}/ping`, { headers }, (response) => resolve(response.resume().statusCode))
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
    const answer = await fetch(`${server.url}/?query=${encodeURIComponent('DROP TABLE t')}`)
    expect([answer.status, await answer.text()]).toEqual([403, expect.stringContaining('(READONLY)')])
    const asked = await fetch(`${server.url}/?readonly=0&query=${encodeURIComponent('DROP TABLE t')}`)
    expect(asked.status).toBe(403)
  })
})
