import { spawn } from 'node:child_process'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { loadConfiguration } from '../../src/config/load.ts'
import { type ClickHouse, createClickHouse } from '../../src/clickhouse/client.ts'
import { createMetricReader } from '../../src/clickhouse/metric-query.ts'
import { metricQuestions } from '../../src/domain/check/check.ts'
import { quotedIdentifier, writtenIdentifier } from '../../src/domain/values/sql-identifier.ts'
import { makeFolder, type RunningServer, startServer } from '../chdb/running-server.ts'
import { finished, main } from '../support/firewatch.ts'

const folder = await makeFolder()
let server: RunningServer
let clickhouse: ClickHouse
let files = 0

const odd = { database: 'my `db`.1', table: 'Störung 🔥; -- \\ "x"', time: 'when.it`was', number: 'a (b' }

beforeAll(async () => {
  server = await startServer(join(folder.path, 'data'))
  clickhouse = createClickHouse({ url: server.url })
  await clickhouse.command('CREATE DATABASE shop')
  await clickhouse.command(
    "CREATE TABLE shop.orders (name String, cents UInt32, day Date, time DateTime('UTC')) ENGINE = MergeTree ORDER BY time",
  )
  await clickhouse.command('CREATE TABLE shop.no_time (a String) ENGINE = MergeTree ORDER BY a')
  await clickhouse.command(
    'INSERT INTO shop.orders SELECT toString(number), 100, today(), now() - number FROM numbers(600)',
  )
  const table = `${quotedIdentifier(odd.database)}.${quotedIdentifier(odd.table)}`
  await clickhouse.command(`CREATE DATABASE ${quotedIdentifier(odd.database)}`)
  await clickhouse.command(
    `CREATE TABLE ${table} (${quotedIdentifier(odd.time)} DateTime64(3), ${quotedIdentifier(odd.number)} Float64) ENGINE = MergeTree ORDER BY ${quotedIdentifier(odd.time)}`,
  )
  await clickhouse.command(`INSERT INTO ${table} SELECT now() - 60, 7`)
})
afterAll(async () => {
  await clickhouse.close()
  await server.end()
  await folder.remove()
})

const newFile = () => join(folder.path, `config-${++files}.yaml`)

async function init(args: readonly string[], env: NodeJS.ProcessEnv = { CLICKHOUSE_URL: server.url }) {
  const child = spawn(process.execPath, [main, 'init', '--data', join(folder.path, 'none'), ...args], {
    env: { ...process.env, CLICKHOUSE_URL: '', ...env },
  })
  child.stdin.end()
  return finished(child)
}

describe('N31: config validate', () => {
  it('says which tables are not there yet, where ClickHouse answers; that is no problem', async () => {
    const file = newFile()
    await init([file, '--yes', '--table', 'shop.orders'])
    const validate = async (url: string) => {
      const args = ['config', 'validate', file, '--data', join(folder.path, 'none')]
      return finished(
        spawn(process.execPath, [main, ...args], { env: { ...process.env, CLICKHOUSE_URL: url } }),
      )
    }
    expect((await validate(server.url)).stdout).not.toContain('wait for it')
    await writeFile(file, (await readFile(file, 'utf8')).replace('shop.orders', 'shop.refunds'))
    expect(await validate(server.url)).toMatchObject({
      code: 0,
      stdout: expect.stringContaining(
        'sources.orders: ClickHouse has no table shop.refunds with a time column time yet; its checks will wait for it',
      ),
    })
    expect(await validate('')).toMatchObject({ code: 0, stderr: '' })
    expect((await validate('http://127.0.0.1:1')).code).toBe(0)
  })
})

describe('N31: firewatch init', () => {
  it.each([
    [
      ['nowhere/firewatch.yaml'],
      4,
      /^nowhere\/firewatch\.yaml cannot be written: there is no folder \/.*\/nowhere$/m,
    ],
    [
      ['--contact', 'fax'],
      2,
      /'fax' is invalid. Allowed choices are webhook, email, slack, telegram, pagerduty/,
    ],
    [['--time-zone', 'Europe/Brlin'], 2, /\(Did you mean Europe\/Berlin\?\)/],
  ])('N39: %j is told in words', async (args, code, told) => {
    const ended = await init(['--yes', '--no-clickhouse', ...args])
    expect([ended.code, ended.stderr]).toEqual([code, expect.stringMatching(told)])
    expect(ended.stderr).not.toMatch(/ENOENT|\n +at /)
  })

  it('writes a whole configuration of what is suggested, and says what comes next', async () => {
    const file = newFile()
    const { code, stdout, stderr } = await init([
      file,
      '--yes',
      '--table',
      'shop.orders',
      '--person',
      'Ana María',
    ])
    expect([code, stderr]).toEqual([0, expect.stringContaining('the last day: ')])
    expect(stdout).toMatch(
      /is written[\s\S]*PAGE_URL[\s\S]*firewatch up --config .*\n.*firewatch test-page Ana-Maria/,
    )
    const { sources, metrics, checks, users } = await loadConfiguration(file)
    expect(Object.values(sources)).toMatchObject([{ table: 'shop.orders', timeColumn: 'time' }])
    expect(Object.values(metrics)).toMatchObject([{ kind: 'count', sql: 'count()' }])
    expect(Object.values(checks)).toMatchObject([
      { detector: { kind: 'threshold', op: '>', value: expect.any(Number) } },
    ])
    expect(Object.keys(users)).toEqual(['Ana-Maria'])
    const text = await readFile(file, 'utf8')
    expect(text.split('\n').filter((line) => line.includes('#')).length).toBeGreaterThan(25)
    expect(text).not.toContain('of this test')
  })

  it('quotes any name that ClickHouse has, so that the check measures it', async () => {
    const file = newFile()
    const table = `${writtenIdentifier(odd.database)}.${writtenIdentifier(odd.table)}`
    const { code, stderr } = await init([
      file,
      '--yes',
      '--table',
      table,
      '--metric',
      'sum',
      '--bucket',
      '1m',
    ])
    expect([code, stderr]).toEqual([0, expect.stringContaining('the last day: 7 to 7 in 1 buckets')])
    const configuration = await loadConfiguration(file)
    const [asked] = metricQuestions(Object.values(configuration.checks), configuration, Date.now())
    const measured = await createMetricReader(clickhouse).measure(asked?.question as never)
    expect(typeof measured.rowsIn(asked?.question.bucketAt ?? 0)).toBe('number')
  })

  it('asks nothing without a terminal, and names what is missing', async () => {
    const file = newFile()
    const { code, stderr } = await init([file, '--table', 'shop.orders', '--contact', 'email'])
    expect(code).toBe(2)
    expect(stderr).toContain(
      'there is no terminal to ask at: say --time-column, --metric, --bucket, --check, --op, --threshold, --service, --person, --time-zone, --address, or --yes',
    )
    expect((await init([file, '--yes', '--contact', 'email'])).stderr).toContain('say --address')
    expect((await init([file, '--yes', '--table', 'shop.orders', '--metric', 'ratio'])).stderr).toContain(
      'say --where',
    )
    await expect(readFile(file)).rejects.toThrow('ENOENT')
  })

  it('writes one without a table where there is no ClickHouse', async () => {
    const file = newFile()
    const { code, stderr } = await init([file, '--yes'], {})
    expect([code, stderr]).toEqual([0, expect.stringContaining('no ClickHouse was found')])
    expect(Object.keys((await loadConfiguration(file)).checks)).toEqual([])
    expect((await init([newFile(), '--yes', '--no-clickhouse'])).code).toBe(0)
    const away = await init([newFile(), '--yes', '--clickhouse', 'http://firewatch:geheim@127.0.0.1:1'])
    expect(away.code).toBe(3)
    expect(away.stderr).not.toContain('geheim')
  })

  it('writes over nothing without --force, and leaves nothing half written', async () => {
    const file = newFile()
    await writeFile(file, 'mine')
    const { code, stderr } = await init([file, '--yes'])
    expect([code, stderr]).toEqual([4, expect.stringContaining('is there already: --force writes over it')])
    expect(await readFile(file, 'utf8')).toBe('mine')
    expect((await init([file, '--yes', '--force'])).code).toBe(0)
    expect(await readFile(file, 'utf8')).toContain('firewatch init')
    const bad = await init([
      newFile(),
      '--yes',
      '--table',
      'shop.orders',
      '--metric',
      'ratio',
      '--where',
      'a; DROP TABLE x',
    ])
    expect([bad.code, bad.stderr]).toEqual([2, expect.stringContaining('one statement only')])
    expect((await readdir(folder.path)).filter((name) => name.startsWith('.'))).toEqual([])
  })

  it.each([
    [['--metric', 'median'], "'median' is invalid. Allowed choices are count, sum, average, quantile, ratio"],
    [['--time-column', 'name'], '--time-column name: it is one of time, day'],
    [['--threshold', ' '], 'it is a number'],
    [['--threshold', 'high'], '--threshold high: it is a number'],
    [['--time-zone', 'Mars'], "'Mars' is invalid"],
    [['--contact', 'email', '--address', 'ana'], '--address ana: a mail address'],
    [['--contact', 'webhook', '--address', 'https://x.example/secret'], 'is a secret'],
  ])('says what is wrong with %j', async (args, message) => {
    const { code, stderr } = await init([newFile(), '--yes', '--table', 'shop.orders', ...args])
    expect([code, stderr]).toEqual([2, expect.stringContaining(message)])
  })
})
