import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { loadRecording } from '../../examples/recorded/recording.ts'
import type { ReplayReport } from '../../src/app/replay.ts'
import { utc } from '../../src/domain/post-mortem/records.ts'
import { makeFolder, startServer, type RunningServer } from '../chdb/running-server.ts'
import { firewatch, type Finished } from '../support/firewatch.ts'
import { freePort, startPostgres, type TestPostgres } from '../support/servers.ts'

const config = new URL('../../examples/recorded/firewatch.yaml', import.meta.url).pathname
/** The shutdown, with the week before it. */
const shutdown = ['--from', '2013-12-08', '--to', '2013-12-18']

let postgres: TestPostgres
let clickhouse: RunningServer
let folder: Awaited<ReturnType<typeof makeFolder>>
let data: string
let database: pg.Pool

beforeAll(async () => {
  folder = await makeFolder()
  ;[postgres, clickhouse] = await Promise.all([startPostgres(), startServer(folder.path)])
  database = new pg.Pool({ connectionString: postgres.url })
  await loadRecording(clickhouse.url)
})
afterAll(async () => {
  await database.end()
  await Promise.all([postgres.stop(), clickhouse.end()])
  await folder.remove()
})

beforeEach(async () => {
  data = await mkdtemp(join(tmpdir(), 'firewatch-replay-'))
  await database.query('DROP SCHEMA public CASCADE; CREATE SCHEMA public')
  return () => rm(data, { recursive: true, force: true })
})

const urls = () => ({ CLICKHOUSE_URL: clickhouse.url, DATABASE_URL: postgres.url })

function replay(args: readonly string[], env: NodeJS.ProcessEnv = urls()): Promise<Finished> {
  const where = args.includes('--config') ? [] : ['--config', config]
  return firewatch(['check', 'replay', ...args, ...where, '--data', data], env)
}

async function reportOf(...args: readonly string[]): Promise<ReplayReport> {
  const { code, stdout, stderr } = await replay(['machine-temperature', '--json', ...args])
  expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' })
  return JSON.parse(stdout) as ReplayReport
}

const tablesOf = async () =>
  (
    await database.query<{ name: string }>(
      "SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public'",
    )
  ).rows

describe('firewatch check replay', () => {
  it('tells the transitions on stdout and its progress on stderr, and only reads', async () => {
    const { code, stdout, stderr } = await replay(['machine-temperature', ...shutdown])
    expect(code).toBe(0)
    expect(stdout).toMatch(
      /^2013-12-16 16:15:00 {2}fires +Machine temperature: 29\.47, against 97\.77 a day ago/,
    )
    expect(stdout).toMatch(/2013-12-16 16:15:00 {2}opened +Machine temperature down 70 % \(machine\), P1/)
    expect(stdout).toMatch(/^- +P1 +resolved +2013-12-16 16:00:00 +2013-12-17 00:00:00/m)
    expect(stderr).toBe('walked 960 of 960 runs, up to 2013-12-18 00:00:00 UTC\n')
    expect(await tablesOf()).toEqual([])
  })

  it('needs no database when it keeps nothing', async () => {
    const { code } = await replay(['machine-temperature', ...shutdown], { CLICKHOUSE_URL: clickhouse.url })
    expect(code).toBe(0)
  })

  it('keeps incidents with --incidents, resolved at the times of the recording, with evidence and a review of then', async () => {
    const [kept, ...others] = (await reportOf(...shutdown, '--incidents')).incidents
    expect(others).toEqual([])
    expect(kept).toMatchObject({
      number: 1,
      outcome: 'stored',
      startedAt: '2013-12-16T16:00:00.000Z',
      detectedAt: '2013-12-16T16:15:00.000Z',
      mitigatedAt: '2013-12-16T23:45:00.000Z',
      resolvedAt: '2013-12-17T00:00:00.000Z',
    })
    const { rows } = await database.query(
      'SELECT state, started_at, resolved_at, runbook, acknowledged_at FROM incidents',
    )
    expect(rows).toEqual([
      {
        state: 'resolved',
        started_at: new Date(kept?.startedAt ?? ''),
        resolved_at: new Date(kept?.resolvedAt ?? ''),
        runbook: 'machine-temperature',
        acknowledged_at: null,
      },
    ])
    const review = await readFile(join(data, 'reviews', 'INC-1.md'), 'utf8')
    for (const at of [kept?.startedAt, kept?.detectedAt, kept?.mitigatedAt, kept?.resolvedAt])
      expect(review).toContain(utc(at ?? ''))
    expect(review).toContain('nobody was paged, and nothing was repaired')
    expect(review).toMatch(/supported: .* \(machine-left-its-range\)/)
    expect((await readFile(join(data, 'reviews', 'INC-1.png'))).subarray(1, 4).toString()).toBe('PNG')
  })

  it('asked for evidence as it was then: what an opening incident asked ends at its detection', async () => {
    await reportOf(...shutdown, '--incidents')
    const { rows } = await database.query<{ key: string; until: Date; collected: Date; last: string }>(
      `SELECT evidence_key AS key, window_to AS until, collected_at AS collected, result->'verdicts'->-1->>'bucketAt' AS last
       FROM evidence WHERE evidence_key LIKE 'opened/%' AND window_to IS NOT NULL ORDER BY number`,
    )
    const detected = new Date('2013-12-16T16:15:00Z')
    expect(rows.map(({ key }) => key)).toEqual([
      'opened/verdicts/machine-temperature/machine_temperature/total/total',
      'opened/level',
      'opened/usual',
      'opened/readings',
    ])
    expect(rows.every(({ until, collected }) => until <= detected && +collected === +detected)).toBe(true)
    expect(rows[0]?.last).toBe('2013-12-16T16:00:00.000Z')
  })

  it('keeps no incident twice, nor one that was opened live, and nothing of one that is not over', async () => {
    const cut = await reportOf('--from', '2013-12-08', '--to', '2013-12-16T20:00:00Z', '--incidents')
    expect(cut.incidents.map(({ number, state }) => [number, state])).toEqual([[undefined, 'open']])

    const first = await reportOf(...shutdown, '--incidents')
    const again = await reportOf(...shutdown, '--incidents')
    expect(again.transitions).toEqual(first.transitions)
    expect(again.incidents.map(({ number, outcome }) => [number, outcome])).toEqual([[1, 'kept']])

    await database.query('UPDATE incidents SET replayed_at = NULL')
    const live = await reportOf(...shutdown, '--incidents')
    expect(live.incidents.map(({ number, outcome }) => [number, outcome])).toEqual([[1, 'live']])
    const counts = await database.query(
      'SELECT (SELECT count(*)::int FROM incidents) AS incidents, (SELECT count(*)::int FROM evidence) AS evidence',
    )
    expect(counts.rows).toEqual([{ incidents: 1, evidence: 10 }])
  })

  it('makes up for what a replay that was cut off left out', async () => {
    await reportOf(...shutdown, '--incidents')
    await database.query("DELETE FROM reviews; DELETE FROM evidence WHERE evidence_key LIKE 'mitigated/%'")
    await rm(join(data, 'reviews'), { recursive: true })
    await reportOf(...shutdown, '--incidents')
    const { rows } = await database.query('SELECT count(*)::int AS evidence FROM evidence')
    expect(rows).toEqual([{ evidence: 10 }])
    expect(await readFile(join(data, 'reviews', 'INC-1.md'), 'utf8')).toContain('Post-mortem of INC-1')
  })

  it('walks eleven weeks', async () => {
    const report = await reportOf('--from', '2013-12-02', '--to', '2014-02-19T15:30:00Z')
    expect(report.runs).toBe(7_646)
    expect(report.incidents.map(({ startedAt }) => startedAt.slice(0, 10))).toEqual([
      '2013-12-16',
      '2014-02-08',
      '2014-02-10',
    ])
  })
})

describe('firewatch check replay says what is wrong:', () => {
  it.each([
    [
      'an unknown check',
      ['machine', ...shutdown],
      4,
      /there is no check "machine"; there is machine-temperature/,
    ],
    ['no range', ['machine-temperature'], 2, /--from/],
    [
      'a time without a zone',
      ['machine-temperature', '--from', '2013-12-08T10:00', '--to', '2013-12-09'],
      2,
      /--from "2013-12-08T10:00" is not an instant/,
    ],
    [
      'a day that does not exist',
      ['machine-temperature', '--from', '2013-12-08', '--to', '2013-02-30'],
      2,
      /--to "2013-02-30" is not an instant/,
    ],
    [
      'a range that ends before it begins',
      ['machine-temperature', '--from', '2013-12-08', '--to', '2013-12-07'],
      2,
      /must be later/,
    ],
    [
      'a configuration that is not there',
      ['machine-temperature', ...shutdown, '--config', 'nowhere.yaml'],
      5,
      /nowhere\.yaml/,
    ],
  ])('%s', async (_what, args, exitCode, message) => {
    const { code, stdout, stderr } = await replay(args)
    expect(stderr).toMatch(message)
    expect([code, stdout]).toEqual([exitCode, ''])
  })

  it('nothing that runs', async () => {
    const { code, stderr } = await replay(['machine-temperature', ...shutdown], { CLICKHOUSE_URL: undefined })
    expect(stderr).toContain(`no Firewatch runs on ${data}`)
    expect(code).toBe(3)
  })

  it('a ClickHouse or a PostgreSQL that does not answer', async () => {
    const away = `127.0.0.1:${await freePort()}`
    const silent = await replay(['machine-temperature', ...shutdown], { CLICKHOUSE_URL: `http://${away}` })
    expect([silent.code, silent.stderr]).toEqual([3, expect.stringContaining(away)])
    const dead = { ...urls(), DATABASE_URL: `postgres://firewatch@${away}/postgres` }
    const lost = await replay(['machine-temperature', ...shutdown, '--incidents'], dead)
    expect([lost.code, lost.stderr]).toEqual([
      3,
      expect.stringContaining(`PostgreSQL at ${away} does not answer: ECONNREFUSED`),
    ])
  })
})
