import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createAlertInbox } from '../../src/postgres/alert-inbox.ts'
import { migrate, openDatabase, type OpenDatabase } from '../../src/postgres/database.ts'
import { createFigureRecords } from '../../src/postgres/figures.ts'
import { startPostgres, type TestPostgres } from '../support/servers.ts'

describe('figures', () => {
  let postgres: TestPostgres
  let database: OpenDatabase

  beforeAll(async () => {
    postgres = await startPostgres()
    database = openDatabase(postgres.url, 2)
    await migrate(database.pool)
  })
  afterAll(async () => {
    await database.close()
    await postgres.stop()
  })

  it('are zero where there is nothing', async () => {
    const figures = await createFigureRecords(database.db).read(['orders'])
    expect(figures).toEqual({
      inbox: { waiting: 0, oldestSeconds: 0 },
      incidents: [],
      pages: [],
      undeliveredPages: 0,
      audit: { findings: [], okAt: null },
      checks: [],
    })
  })

  it('say how many alerts wait, and how long the oldest has waited', async () => {
    const inbox = createAlertInbox(database.db)
    const alert = (eventId: string) => ({
      source: 'test',
      eventId,
      fingerprint: eventId,
      status: 'firing' as const,
      labels: {},
      annotations: {},
      startsAt: '2026-03-01T00:00:00.000Z',
    })
    await inbox.acceptAlerts([alert('a'), alert('b'), alert('c')])
    await database.pool.query(`
      UPDATE alert_inbox SET accepted_at = now() - interval '90 s' WHERE event_id = 'b';
      UPDATE alert_inbox SET accepted_at = now() - interval '1 h', dispatched_at = now() WHERE event_id = 'a'`)
    const { inbox: figures } = await createFigureRecords(database.db).read([])
    expect(figures.waiting).toBe(2)
    expect(figures.oldestSeconds).toBeGreaterThanOrEqual(90)
    expect(figures.oldestSeconds).toBeLessThan(600)
  })

  it('count the verdicts of the newest bucket of each configured check, and no other', async () => {
    await database.pool.query(`
      INSERT INTO verdicts (check_name, metric, slice, slice_group, bucket_at, state, reason, baselines, evaluated_at) VALUES
        ('orders', 'orders', 'os', 'ios', '2026-03-01T00:05Z', 'ok', 'within', '[]', '2026-03-01T00:06:01Z'),
        ('orders', 'orders', 'os', 'web', '2026-03-01T00:05Z', 'firing', 'below', '[]', '2026-03-01T00:06:02Z'),
        ('orders', 'orders', 'os', 'web', '2026-03-01T00:00Z', 'unknown', 'no-data', '[]', '2026-03-01T00:01Z'),
        ('gone', 'orders', 'os', 'web', '2026-03-01T00:05Z', 'firing', 'below', '[]', '2026-03-01T00:06Z')`)
    const { checks } = await createFigureRecords(database.db).read(['orders', 'never-run'])
    expect(checks).toEqual([
      { check: 'orders', evaluatedAt: '2026-03-01T00:06:02.000Z', ok: 1, firing: 1, unknown: 0 },
    ])
  })
})
