import { Kysely, PostgresDialect } from 'kysely'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { watchedSeries } from '../../src/domain/check/check.ts'
import { concludeRetired, concludeRun, type CheckRun } from '../../src/domain/check/run.ts'
import type { Check } from '../../src/domain/configuration/configuration.ts'
import type { Series, Verdict, VerdictState } from '../../src/domain/check/verdict.ts'
import { createCheckRunRecords, type CheckRunRecords } from '../../src/postgres/check-runs.ts'
import { migrate, openDatabase, type OpenDatabase } from '../../src/postgres/database.ts'
import type { Schema } from '../../src/postgres/schema.ts'
import { createVerdictRecords } from '../../src/postgres/verdict-records.ts'
import { check, configurationWith, minute, os } from '../domain/check/world.ts'
import { startPostgres, type TestPostgres } from '../support/servers.ts'

let postgres: TestPostgres
let database: OpenDatabase
let runs: CheckRunRecords

beforeAll(async () => {
  postgres = await startPostgres()
  database = openDatabase(postgres.url)
  await migrate(database.pool)
  runs = createCheckRunRecords(database.db)
})
afterAll(async () => {
  await database?.close()
  await postgres?.stop()
})
beforeEach(() => database.pool.query('TRUNCATE verdicts, series_states, alert_inbox'))

const at = (bucket: number) => new Date(Date.UTC(2026, 2, 3) + bucket * 15 * minute).toISOString()
const one = check({ clearAfter: 1, metrics: ['likes'] })
const configuration = configurationWith([one])

function runOf(
  checked: Check,
  bucket: number,
  stateOf: (series: Series) => VerdictState,
  setup = configuration,
): CheckRun {
  const verdicts = watchedSeries(checked, setup).map((series): Verdict => {
    const state = stateOf(series)
    const reason = ({ ok: 'near-baseline', firing: 'deviates', unknown: 'query-failed' } as const)[state]
    const baselines = [{ kind: 'before' as const, daysAgo: 1, value: 120, diff: 0.5 }]
    return {
      ...series,
      bucketAt: at(bucket),
      state,
      reason,
      value: state === 'unknown' ? null : 60,
      baselines,
    }
  })
  return {
    at: at(bucket + 1),
    checks: [checked],
    verdicts,
    measured: [{ check: checked, error: null }],
    sources: [],
  }
}

const record = (run: CheckRun, setup = configuration) =>
  runs.record(run, (before) => concludeRun(run, before, setup))
const iosFires = ({ group }: Series): VerdictState => (group === 'iOS' ? 'firing' : 'ok')

async function counts(): Promise<Record<string, number>> {
  const { rows } = await database.pool.query<{ verdicts: number; standings: number; alerts: number }>(
    `SELECT (SELECT count(*) FROM verdicts) AS verdicts, (SELECT count(*) FROM series_states WHERE check_name <> 'no-data-yet') AS standings, (SELECT count(*) FROM alert_inbox) AS alerts`,
  )
  return rows[0] ?? {}
}

describe('a recorded run', () => {
  it('leaves every verdict, the standings worth keeping, and the alerts', async () => {
    await record(runOf(one, 4, iosFires))
    expect(await counts()).toEqual({ verdicts: 3, standings: 1, alerts: 1 })
    expect(
      await createVerdictRecords(database.db).since(
        [{ check: 'feed-health', metric: 'likes', slice: 'os', group: 'iOS' }],
        at(0),
      ),
    ).toEqual([
      {
        check: 'feed-health',
        metric: 'likes',
        slice: 'os',
        group: 'iOS',
        bucketAt: at(4),
        state: 'firing',
        reason: 'deviates',
        value: 60,
        baselines: [{ kind: 'before' as const, daysAgo: 1, value: 120, diff: 0.5 }],
      },
    ])
  })

  it('changes nothing when it is recorded again', async () => {
    await record(runOf(one, 4, iosFires))
    const before = await counts()
    expect((await record(runOf(one, 4, iosFires))).alerts).toEqual([])
    expect(await counts()).toEqual(before)
  })

  it('does not judge a bucket anew that was ok, nor an older one, though nothing is kept of a clear series', async () => {
    await record(runOf(one, 4, () => 'ok'))
    expect((await counts())['standings']).toBe(0)
    for (const bucket of [3, 4]) expect((await record(runOf(one, bucket, iosFires))).alerts).toEqual([])
    const [latest] = await createVerdictRecords(database.db).latest([
      { check: 'feed-health', metric: 'likes', slice: 'os', group: 'iOS' },
    ])
    expect(latest).toMatchObject({ bucketAt: at(4), state: 'ok' })
  })

  it('judges a bucket that was unknown at first, and keeps that verdict', async () => {
    await record(runOf(one, 4, () => 'unknown'))
    expect((await record(runOf(one, 4, iosFires))).alerts).toHaveLength(1)
    await record(runOf(one, 4, () => 'unknown'))
    const verdicts = await createVerdictRecords(database.db).since(watchedSeries(one, configuration), at(4))
    expect(verdicts.map(({ state }) => state).toSorted()).toEqual(['firing', 'ok', 'ok'])
  })

  it('forgets a series that cleared', async () => {
    await record(runOf(one, 4, iosFires))
    expect((await record(runOf(one, 5, () => 'ok'))).alerts).toMatchObject([{ status: 'resolved' }])
    expect(await counts()).toEqual({ verdicts: 6, standings: 0, alerts: 2 })
  })

  it('is stored as a whole or not at all', async () => {
    const run = runOf(one, 4, iosFires)
    const broken = {
      ...run,
      verdicts: [...run.verdicts, { ...run.verdicts[0], bucketAt: 'never' } as Verdict],
    }
    await expect(record(broken)).rejects.toThrow('never')
    expect(await counts()).toEqual({ verdicts: 0, standings: 0, alerts: 0 })
  })

  it('raises one alert when two workers record it at the same time', async () => {
    const told = await Promise.all(Array.from({ length: 8 }, () => record(runOf(one, 4, iosFires))))
    expect(told.flatMap(({ alerts }) => alerts)).toHaveLength(1)
    expect(await counts()).toEqual({ verdicts: 3, standings: 1, alerts: 1 })
  })

  it('ends the alerts of a check that is not configured any more', async () => {
    await record(runOf(one, 4, iosFires))
    const retire = (checks: string[]) =>
      runs.retire({ checks, sources: [] }, (orphans) => concludeRetired(orphans, at(9)))
    expect((await retire(['feed-health'])).alerts).toEqual([])
    expect((await retire(['other'])).alerts).toMatchObject([{ status: 'resolved' }])
    expect(await counts()).toEqual({ verdicts: 3, standings: 0, alerts: 2 })
  })

  it('takes a few statements, whatever the number of series', async () => {
    const groups = Array.from({ length: 10_000 }, (_, index) => `group ${index}`)
    const setup = configurationWith([one], { slices: { os: { ...os, groups } } })
    const run = runOf(one, 4, ({ group }) => (group.endsWith('7') ? 'firing' : 'ok'), setup)
    const statements: string[] = []
    const counted = new Kysely<Schema>({
      dialect: new PostgresDialect({ pool: database.pool }),
      log: ({ query }) => void statements.push(query.sql),
    })
    const { alerts } = await createCheckRunRecords(counted).record(run, (before) =>
      concludeRun(run, before, setup),
    )
    expect(alerts).toHaveLength(1_000)
    expect(statements).toHaveLength(8)
    expect(await counts()).toEqual({ verdicts: 10_001, standings: 1_000, alerts: 1_000 })
  })
})
