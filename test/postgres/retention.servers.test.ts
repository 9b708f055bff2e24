import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createRecords, type Records } from '../../src/app/records.ts'
import { deleteOld } from '../../src/app/retention.ts'
import type { RetentionKind } from '../../src/domain/configuration/retention.ts'
import { migrate, type OpenDatabase, openDatabase } from '../../src/postgres/database.ts'
import { configurationWith, retention } from '../domain/check/world.ts'
import { startPostgres, type TestPostgres } from '../support/servers.ts'

let postgres: TestPostgres
let database: OpenDatabase
let records: Records
const now = new Date('2026-06-01T00:00:00Z')
const errors: unknown[] = []

beforeAll(async () => {
  postgres = await startPostgres()
  database = openDatabase(postgres.url)
  await migrate(database.pool)
  records = createRecords(database.db, () => now)
})
afterAll(async () => {
  await database?.close()
  await postgres?.stop()
})
beforeEach(async () => {
  errors.length = 0
  await run(
    'TRUNCATE config_revisions, incidents, alerts, alert_inbox, verdicts, audit_findings, credentials, on_call_notices RESTART IDENTITY CASCADE',
  )
  await run("INSERT INTO config_revisions (revision, content, applied_at) VALUES ('r1', '{}', '2020-01-01')")
})

const run = (statement: string) => database.pool.query(statement)

/** What is left of a column, in order. */
async function left(query: string): Promise<unknown[]> {
  return (await database.pool.query<{ value: unknown }>(query)).rows.map(({ value }) => value)
}

async function deleteAll(): Promise<Partial<Record<RetentionKind, number>>> {
  const counts: Partial<Record<RetentionKind, number>> = {}
  await deleteOld(
    {
      records,
      retention: () => retention,
      deleted: (kind, rows) => void (counts[kind] = (counts[kind] ?? 0) + rows),
      log: { info: () => undefined, error: (...told: unknown[]) => void errors.push(told) },
      now: () => now,
    },
    new AbortController().signal,
  )
  expect(errors).toEqual([])
  return counts
}

interface Given {
  readonly state?: 'open' | 'monitoring' | 'resolved'
  readonly resolvedAt?: string | null
  readonly reviewAt?: string | null
  readonly replayedAt?: string
  readonly startedAt?: string
  readonly alertname?: string
}

let made = 0
/** An incident with something of everything. Without more, it ended and was reviewed years ago. */
async function incident({
  state = 'resolved',
  resolvedAt = '2024-01-02',
  reviewAt = '2024-01-03',
  replayedAt,
  startedAt = '2024-01-01',
  alertname = 'disk',
}: Given = {}): Promise<number> {
  const key = `k${++made}`
  const at = (text: string | null | undefined) => (text == null ? 'NULL' : `'${text}'`)
  const [number] = (await left(
    `INSERT INTO incidents (grouping_key, title, service, labels, severity, state, config_revision, chart_token, started_at, resolved_at, replayed_at)
     VALUES ('${key}', 't', 's', '{}', 'P1', '${state}', 'r1', '${key}', '${startedAt}', ${at(state === 'resolved' ? resolvedAt : null)}, ${at(replayedAt)})
     RETURNING number AS value`,
  )) as number[]
  const firing = state === 'open' ? 'firing' : 'resolved'
  await run(
    `INSERT INTO incident_alerts (incident, source, fingerprint, status, labels, annotations, starts_at)
     VALUES (${number}, 's', 'f-${key}', '${firing}', '{"alertname": "${alertname}"}', '{}', '${startedAt}');
     INSERT INTO timeline (incident, event_key, at, actor, fact) VALUES (${number}, 'e', '${startedAt}', 'ana', '{"type": "note", "text": "s"}');
     INSERT INTO incident_events (incident, seq, event) VALUES (${number}, 1, '{}');
     INSERT INTO evidence (incident, number, evidence_key, kind, title, result, hash, collected_at)
     VALUES (${number}, 1, 'e', 'k', 't', '{}', 'h', '${startedAt}');
     INSERT INTO pages (id, incident, kind, step, round, person, channel, contact, state)
     VALUES ('${key}', ${number}, 'page', 1, 0, 'ana', 'webhook', 0, 'sent');
     INSERT INTO remediation_attempts (id, incident, rung, action, target, state, decision)
     VALUES ('${key}', ${number}, 1, 'a', 't', 'done', '{"recorded": "d"}');
     INSERT INTO audit_findings (kind, incident, detail, quiet, found_at, seen_at) VALUES ('k', ${number}, 'd', false, '${startedAt}', '${startedAt}')`,
  )
  if (reviewAt !== null)
    await run(
      `INSERT INTO reviews (incident, state, markdown, model, drafted_at) VALUES (${number}, 'draft', '', '{}', '${reviewAt}')`,
    )
  return number ?? 0
}

describe('N09 retention', () => {
  it('deletes an incident with all that belongs to it, in steps, and nothing of one that somebody works with', async () => {
    const old = []
    for (let index = 0; index < 45; index++) old.push(await incident())
    const kept = [
      await incident({ state: 'open' }),
      await incident({ state: 'monitoring' }),
      await incident({ resolvedAt: '2026-05-01' }),
      await incident({ reviewAt: null }),
      await incident({ reviewAt: '2026-05-01' }),
      await incident({ replayedAt: '2026-05-01', reviewAt: null }),
    ]
    const watched = await incident()
    kept.push(watched)
    await run(
      `UPDATE incidents SET machine = '{"closing": {"successorAt": 1780272000000}}' WHERE number = ${watched}`,
    )
    await incident({ replayedAt: '2024-05-01', reviewAt: null })
    await run(`UPDATE incidents SET recurrence_of = ${old[0]} WHERE number IN (${kept[0]}, ${old[1]})`)
    expect((await deleteAll()).incidents).toBe(46)
    expect(await left('SELECT number AS value FROM incidents ORDER BY 1')).toEqual(kept)
    const below = await left(
      `SELECT conrelid::regclass::text AS value FROM pg_constraint
       WHERE confrelid = 'incidents'::regclass AND conrelid NOT IN ('incidents'::regclass, 'reviews'::regclass)`,
    )
    expect(below).toContain('incident_events')
    for (const table of below)
      expect([table, await left(`SELECT incident AS value FROM ${String(table)} ORDER BY 1`)]).toEqual([
        table,
        kept,
      ])
    expect(
      await left('SELECT recurrence_of AS value FROM incidents WHERE recurrence_of IS NOT NULL'),
    ).toEqual([])
  })

  it('walks the inbox in steps, up to what is young; what waits or fires stays', async () => {
    await run(
      `INSERT INTO alerts (source, fingerprint, status, labels, annotations, starts_at, changed_at, source_at, inbox_id)
       VALUES ('s', 'burning', 'firing', '{}', '{}', '2026-01-01', '2026-01-01', '2026-01-01', 1),
         ('s', 'f', 'resolved', '{}', '{}', '2026-01-01', '2026-01-01', '2026-01-01', 1),
         ('s', 'lately', 'resolved', '{}', '{}', '2026-01-01', '2026-05-31', '2026-05-31', 1);
       INSERT INTO alert_inbox (event_id, source, fingerprint, status, labels, annotations, starts_at, accepted_at, dispatched_at)
       SELECT n::text, 's', 'f', 'firing', '{}', '{}', now(), '2026-01-01', '2026-01-01' FROM generate_series(1, 12000) n;
       INSERT INTO alert_inbox (event_id, source, fingerprint, status, labels, annotations, starts_at, accepted_at, dispatched_at)
       VALUES ('waits', 's', 'f', 'firing', '{}', '{}', now(), '2026-01-01', NULL),
         ('burns', 's', 'burning', 'firing', '{}', '{}', now(), '2026-01-01', now()),
         ('old', 's', 'f', 'firing', '{}', '{}', now(), '2026-01-01', now()),
         ('young', 's', 'f', 'firing', '{}', '{}', now(), '2026-05-31', now())`,
    )
    expect((await deleteAll()).inbox).toBe(12_001)
    expect(await left('SELECT fingerprint AS value FROM alerts ORDER BY 1')).toEqual(['burning', 'lately'])
    expect(await left('SELECT event_id AS value FROM alert_inbox ORDER BY id')).toEqual([
      'waits',
      'burns',
      'young',
    ])
    expect((await deleteAll()).inbox).toBeUndefined()
  })

  it('deletes verdicts check by check; an incident in use keeps those of its check and its time', async () => {
    await incident({ state: 'open', startedAt: '2026-05-10T00:00:00Z', alertname: 'burns' })
    await incident({
      reviewAt: null,
      resolvedAt: '2026-05-12',
      startedAt: '2026-05-11T00:00:00Z',
      alertname: 'unreviewed',
    })
    await run(
      `INSERT INTO verdicts (check_name, metric, slice, slice_group, bucket_at, state, reason, baselines)
       SELECT name, 'm' || n, 's', 'g', at::timestamptz, 'ok', '', '[]'
       FROM unnest(ARRAY['a', 'burns', 'unreviewed', 'z']) name, generate_series(1, 3000) n,
         unnest(ARRAY['2026-05-01', '2026-05-15', '2026-05-31']) at`,
    )
    expect((await deleteAll()).verdicts).toBe(3_000 * 6)
    expect(
      await left(`SELECT check_name || ' ' || count(*) || ' from ' || to_char(min(bucket_at) AT TIME ZONE 'UTC', 'MM-DD') AS value
        FROM verdicts GROUP BY check_name ORDER BY 1`),
    ).toEqual([
      'a 3000 from 05-31',
      'burns 6000 from 05-15',
      'unreviewed 6000 from 05-15',
      'z 3000 from 05-31',
    ])
  })

  it('deletes what the auditor found and what expired, when that is over for long', async () => {
    await run(
      `INSERT INTO audit_findings (kind, detail, quiet, found_at, seen_at, ended_at)
       VALUES ('old', '', false, '2025-01-01', '2025-01-01', '2025-01-01'), ('new', '', false, '2025-01-01', '2025-01-01', '2026-05-31'),
         ('open', '', false, '2025-01-01', '2025-01-01', NULL);
       INSERT INTO credentials (secret_hash, kind, person, holder, expires_at)
       VALUES ('old', 'session', 'ana', 'person', '2026-05-01'), ('new', 'login', 'ana', 'person', '2026-05-31'), ('for ever', 'token', 'ana', 'person', NULL)`,
    )
    expect(await deleteAll()).toMatchObject({ audits: 1, credentials: 1 })
    expect(await left('SELECT kind AS value FROM audit_findings ORDER BY id')).toEqual(['new', 'open'])
    expect(await left('SELECT secret_hash AS value FROM credentials ORDER BY 1')).toEqual(['for ever', 'new'])
  })

  it('deletes what people were told of changes of their shifts; what is not told yet stays', async () => {
    await run(
      `INSERT INTO on_call_notices (change, person, facts, state, created_at, due_at, finished_at)
       SELECT 1, person, '{}', state, '2026-01-01', '2026-01-01', finished_at::timestamptz
       FROM (VALUES ('sent long ago', 'sent', '2026-01-01'), ('given up long ago', 'failed', '2026-01-02'), ('sent', 'sent', '2026-05-31'),
         ('waiting', 'queued', NULL)) AS given (person, state, finished_at)`,
    )
    expect(await deleteAll()).toEqual({ notices: 2 })
    expect(await left('SELECT person AS value FROM on_call_notices ORDER BY id')).toEqual(['sent', 'waiting'])
  })

  it('deletes configurations that nothing refers to: not the newest ten, the announced one, or one of an incident', async () => {
    await incident({ state: 'open' })
    await run(
      `INSERT INTO config_revisions (revision, content, applied_at, announced_at)
       SELECT 'old' || n, '{}', '2025-01-01'::timestamptz + n * interval '1 day', NULL FROM generate_series(1, 20) n;
       INSERT INTO config_revisions (revision, content, applied_at, announced_at) VALUES ('told', '{}', '2024-01-01', '2026-01-01')`,
    )
    expect((await deleteAll()).configurations).toBe(10)
    expect(await left('SELECT revision AS value FROM config_revisions ORDER BY applied_at')).toEqual([
      'r1',
      'told',
      ...Array.from({ length: 10 }, (_, index) => `old${index + 11}`),
    ])
    // One that is started with again is new again.
    await records.configurations.save(configurationWith([], { revision: 'old11' }))
    expect((await left('SELECT revision AS value FROM config_revisions ORDER BY applied_at')).at(-1)).toBe(
      'old11',
    )
  })

  it('ends between two steps when it is told to, and goes on with other kinds when one fails', async () => {
    const logged: unknown[] = []
    const parts = {
      records: {
        retention: {
          ...records.retention,
          inbox: () => () => Promise.reject(new Error('away')),
        },
      },
      retention: () => retention,
      deleted: () => undefined,
      log: { info: () => undefined, error: (fields: object) => void logged.push(fields) },
      now: () => now,
    }
    await incident()
    await deleteOld(parts, new AbortController().signal)
    expect(logged).toEqual([{ err: new Error('away'), kind: 'inbox' }])
    expect(await left('SELECT number AS value FROM incidents')).toEqual([])
    await deleteOld(parts, AbortSignal.abort())
    expect(logged).toHaveLength(1)
  })
})

describe('N09 what is asked for often', () => {
  const others = 'datname = current_database() AND pid <> pg_backend_pid()'

  it('reads no whole table: neither the standings of checks, nor figures, nor the attempts of an incident, nor the incidents of a check', async () => {
    await run(
      `INSERT INTO verdicts (check_name, metric, slice, slice_group, bucket_at, state, reason, baselines)
       SELECT 'c' || c, 'm', 's', 'g', '2026-01-01'::timestamptz + n * interval '1 minute', 'ok', '', '[]'
       FROM generate_series(1, 4) c, generate_series(1, 20000) n;
       INSERT INTO remediation_attempts (id, incident, rung, action, target, state, decision)
       SELECT 'x' || n, ${await incident()}, 1, 'a', 't' || n, 'done', '{"recorded": "d"}' FROM generate_series(1, 5000) n;
       INSERT INTO incidents (grouping_key, title, service, labels, severity, state, config_revision, chart_token, started_at)
       SELECT 'n' || n, 't', 's', '{}', 'P1', 'resolved', 'r1', 'n' || n, '2026-01-01' FROM generate_series(1, 5000) n;
       INSERT INTO incident_alerts (incident, source, fingerprint, status, labels, annotations, starts_at)
       SELECT number, 's', 'f', 'resolved', jsonb_build_object('alertname', 'c' || number % 500, 'check', 'c' || number % 500), '{}', '2026-01-01'
       FROM incidents WHERE title = 't' AND grouping_key LIKE 'n%'`,
    )
    await run('VACUUM ANALYZE incident_alerts')
    await run('ANALYZE')
    // A connection tells what it read a while later, or when it ends: what earlier tests read must not be counted here.
    await run(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE ${others}`)
    const connected = () => left(`SELECT count(*) > 0 AS value FROM pg_stat_activity WHERE ${others}`)
    await expect.poll(connected, { timeout: 15_000 }).toEqual([false])
    // So does the one that asks here: what it did before is told now, not after the reset.
    await run('SELECT pg_stat_force_next_flush()')
    await run('SELECT pg_stat_reset()')
    const standings = await records.verdicts.standings()
    expect(standings.map(({ check, ok }) => [check, ok])).toEqual(
      ['c1', 'c2', 'c3', 'c4'].map((check) => [check, 1]),
    )
    await records.attempts.ofIncident(999)
    await records.attempts.underRepair(['t7'])
    expect(await records.incidents.ofCheck('c7', 5)).toHaveLength(5)
    expect(await records.incidents.ofCheck('none', 5)).toEqual([])
    const scanned = `SELECT relname || ' ' || seq_scan AS value FROM pg_stat_user_tables
      WHERE relname IN ('verdicts', 'remediation_attempts', 'incident_alerts', 'incidents') AND seq_scan > 0`
    await expect
      .poll(
        () =>
          left(
            "SELECT idx_scan > 0 AS value FROM pg_stat_user_tables WHERE relname = 'remediation_attempts'",
          ),
        { timeout: 15_000 },
      )
      .toEqual([true])
    expect(await left(scanned)).toEqual([])
  })
})
