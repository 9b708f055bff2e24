import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { groupRows } from '../../src/domain/alert/grouping.ts'
import type { InboxRow } from '../../src/domain/alert/stored-alert.ts'
import type { ReplayedIncident } from '../../src/domain/replay/incident.ts'
import { migrate, openDatabase, type OpenDatabase } from '../../src/postgres/database.ts'
import { createRecords } from '../../src/app/records.ts'
import { createReplayedIncidentRecords } from '../../src/postgres/replayed-incidents.ts'
import { startPostgres, type TestPostgres } from '../support/servers.ts'
import { at, configured, highMessages, walk } from '../domain/replay/world.ts'

let postgres: TestPostgres
let database: OpenDatabase

beforeAll(async () => {
  postgres = await startPostgres()
  database = openDatabase(postgres.url)
  await migrate(database.pool)
  await database.pool.query("INSERT INTO config_revisions (revision, content) VALUES ('r1', '{}')")
})
afterAll(async () => {
  await database?.close()
  await postgres?.stop()
})
beforeEach(() => database.pool.query('TRUNCATE incidents RESTART IDENTITY CASCADE'))

/** Two incidents of one check, one after the other. */
const [first, second] = walk(highMessages(), [100, 0, 0, 0, 0, 100, 0, 0, 0]).resolved

const request = { check: 'many-messages', from: '2026-03-03', to: '2026-03-04', by: 'ana' }
let tokens = 0
function add(incident: ReplayedIncident | undefined) {
  if (incident === undefined) throw new Error('the walk opened too few incidents')
  return createReplayedIncidentRecords(database.db).add({
    incident,
    configRevision: 'r1',
    chartToken: `token-${tokens++}`,
    runbook: null,
    replayedAt: '2026-11-24T00:00:00.000Z',
    request,
  })
}

const recurrences = async () =>
  (
    await database.pool.query<{ number: string; recurrence_of: string | null }>(
      'SELECT number, recurrence_of FROM incidents ORDER BY number',
    )
  ).rows.map(({ number, recurrence_of }) => [number, recurrence_of])

describe('incidents of a replay', () => {
  it('are stored once, also by two replays at the same time', async () => {
    const stored = await Promise.all([add(first), add(first), add(first)])
    expect(new Set(stored.map(({ number }) => number)).size).toBe(1)
    expect(stored.map(({ outcome }) => outcome).toSorted()).toEqual(['kept', 'kept', 'stored'])
  })

  it('are resolved from the first moment, so that no alert ever joins them', async () => {
    await add(first)
    const { rows } = await database.pool.query(
      'SELECT state, resolved_at, resolved_by, (SELECT array_agg(status) FROM incident_alerts) AS alerts FROM incidents',
    )
    expect(rows).toEqual([
      { state: 'resolved', resolved_at: new Date(at(4)), resolved_by: 'firewatch', alerts: ['resolved'] },
    ])
  })

  it('say in their timeline what they are', async () => {
    await add(first)
    const { rows } = await database.pool.query(
      "SELECT at, fact FROM timeline WHERE fact->>'type' = 'replayed'",
    )
    expect(rows).toEqual([
      {
        at: new Date(at(1)),
        fact: { type: 'replayed', ...request, replayedAt: '2026-11-24T00:00:00.000Z' },
      },
    ])
  })

  it('repeat the one that began before them', async () => {
    await add(first)
    await add(second)
    expect(await recurrences()).toEqual([
      [1, null],
      [2, 1],
    ])
  })

  it('are refused while they are not over', async () => {
    const { state } = walk(highMessages(), [100])
    await expect(add([...state.incidents.values()][0])).rejects.toThrow(/stored when it is over/)
  })

  it('are never what a live incident repeats', async () => {
    await add(first)
    const steps = [{ notify: ['ana'], ackTimeoutMs: 300_000 }]
    const configuration = configured(highMessages(), {
      policies: { 'on-call': { name: 'on-call', steps, repeat: 0, fallback: [] } },
    })
    const { routes, revision } = configuration
    const labels = { alertname: 'many-messages', service: 'chat', severity: 'critical' }
    const row: InboxRow = {
      id: 1,
      source: 'check/many-messages',
      eventId: 'e1',
      fingerprint: first?.alerts[0]?.fingerprint ?? '',
      status: 'firing',
      labels,
      annotations: {},
      startsAt: '2026-11-24T00:00:00.000Z',
      acceptedAt: '2026-11-24T00:15:00.000Z',
      homes: [],
      resolvedBefore: null,
    }
    const [group] = groupRows([row], { routes }).groups
    if (group === undefined) throw new Error('no group')
    expect(group.groupingKey).toBe(first?.groupingKey)
    const records = createRecords(database.db, () => new Date(), {
      running: () => configuration,
      newToken: () => 'next',
    })
    await records.configurations.save(configuration)
    await records.dispatch.apply(group, { configRevision: revision, chartToken: 'live' }, new Date())
    expect(await recurrences()).toEqual([
      [1, null],
      [2, null],
    ])
  })
})
