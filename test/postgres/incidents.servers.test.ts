import { sql, type Updateable } from 'kysely'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { IncidentState } from '../../src/domain/incident/incident.ts'
import type { Severity } from '../../src/domain/values/severity.ts'
import { migrate, type OpenDatabase, openDatabase } from '../../src/postgres/database.ts'
import { pagesInsert } from '../../src/postgres/incident-decision.ts'
import {
  type BoardFilter,
  type BoardPosition,
  createIncidentBoard,
} from '../../src/postgres/incident-board.ts'
import { createIncidentMarks } from '../../src/postgres/incident-marks.ts'
import { createIncidentRecords, type IncidentFilter } from '../../src/postgres/incidents.ts'
import { createPageRecords } from '../../src/postgres/pages.ts'
import type { Schema } from '../../src/postgres/schema.ts'
import { createTimelineRecords } from '../../src/postgres/timeline.ts'
import { createVerdictRecords } from '../../src/postgres/verdict-records.ts'
import { storeVerdicts } from '../../src/postgres/verdicts.ts'
import { verdict } from '../domain/post-mortem/world.ts'
import { startPostgres, type TestPostgres } from '../support/servers.ts'

let postgres: TestPostgres
let database: OpenDatabase
const at = '2026-03-01T03:00:00.000Z'

beforeAll(async () => {
  postgres = await startPostgres()
  database = openDatabase(postgres.url)
  await migrate(database.pool)
  await database.db.insertInto('config_revisions').values({ revision: 'r1', content: '{}' }).execute()
})
afterAll(async () => {
  await database?.close()
  await postgres?.stop()
})
beforeEach(() => database.pool.query('TRUNCATE incidents, verdicts RESTART IDENTITY CASCADE'))

interface Given {
  readonly service?: string
  readonly title?: string
  readonly severity?: Severity
  readonly state?: IncidentState
}

let made = 0
async function open({
  service = 'feed',
  title = 'feed',
  severity = 'P1',
  state = 'open',
}: Given = {}): Promise<number> {
  const values = {
    title,
    service,
    labels: '{}',
    severity,
    state,
    config_revision: 'r1',
    started_at: new Date(at),
  }
  const unique = { grouping_key: `service=${service},n=${++made}`, chart_token: `token-${made}` }
  const row = await database.db
    .insertInto('incidents')
    .values({ ...values, ...unique })
    .returning('number')
    .executeTakeFirstOrThrow()
  return row.number
}

const page = (incident: number, person: string, kind: 'page' | 'resolved' = 'page') => ({
  id: `${incident}/${person}/${kind}`,
  incident,
  kind,
  step: 1,
  round: 0,
  person,
  channel: 'webhook',
  contact: 0,
  ruleAfterMs: 0,
})

const change = (incident: number, set: Updateable<Schema['incidents']>) =>
  database.db.updateTable('incidents').set(set).where('number', '=', incident).execute()

async function queue(...pages: readonly ReturnType<typeof page>[]): Promise<void> {
  await sql`${pagesInsert(pages, Date.parse(at))}`.execute(database.db)
}

describe('the list of incidents', () => {
  it('is filtered by any of what is asked, newest first', async () => {
    const incidents = createIncidentRecords(database.db)
    const first = await open({ title: 'Likes 100% down' })
    const second = await open({ service: 'shop', severity: 'P2', state: 'monitoring' })
    const third = await open({ service: 'shop', state: 'resolved' })
    await change(second, { acknowledged_by: 'ana' })
    await queue(page(first, 'ana'), page(third, 'ana', 'resolved'), page(third, 'ben'))
    const list = async (filter: Partial<IncidentFilter>) =>
      (await incidents.list({ limit: 10, ...filter })).map(({ number }) => number)

    expect(await list({})).toEqual([third, second, first])
    expect(await list({ person: 'ana' })).toEqual([second, first])
    expect(await list({ person: 'ana', service: 'shop' })).toEqual([second])
    expect(await list({ text: 'LIKES' })).toEqual([first])
    expect(await list({ text: 'service=shop' })).toEqual([third, second])
    expect(await list({ text: '100%' })).toEqual([first])
    expect(await list({ text: '_' })).toEqual([])
    expect(await list({ before: third, limit: 1 })).toEqual([second])
    expect(await list({ states: ['open', 'monitoring'], severities: ['P2'] })).toEqual([second])
  })

  it('counts the states, also those that nothing is in', async () => {
    await open()
    await open()
    await open({ state: 'resolved' })
    expect(await createIncidentRecords(database.db).counts()).toEqual({ open: 2, monitoring: 0, resolved: 1 })
  })
})

describe('N36: the board', () => {
  const numbers = async (filter: Partial<BoardFilter> = {}) =>
    (await createIncidentBoard(database.db).board({ limit: 10, ...filter })).map(
      ({ incident }) => incident.number,
    )

  /** One of each, in the order in which they are made: number 1 first. */
  async function some(): Promise<void> {
    const given: readonly (readonly [IncidentState, Severity])[] = [
      ['resolved', 'P0'],
      ['open', 'P2'],
      ['monitoring', 'P0'],
      ['open', 'P1'],
      ['resolved', 'P3'],
      ['open', 'P1'],
      ['monitoring', 'P3'],
    ]
    for (const [state, severity] of given) await open({ state, severity })
  }

  it('has open before monitored before resolved, by severity, the newest first; what is over by time alone', async () => {
    await some()
    expect(await numbers()).toEqual([6, 4, 2, 3, 7, 5, 1])
    expect(await numbers({ states: ['resolved', 'monitoring'] })).toEqual([3, 7, 5, 1])
    expect(await numbers({ severities: ['P0'] })).toEqual([3, 1])
  })

  it('is paged through without a gap or a repeat, wherever a page ends', async () => {
    await some()
    for (const limit of [1, 2, 3, 5, 7]) {
      const seen: number[] = []
      let after: BoardPosition | undefined
      for (;;) {
        const page = await createIncidentBoard(database.db).board({
          limit,
          ...(after === undefined ? {} : { after }),
        })
        seen.push(...page.map(({ incident }) => incident.number))
        after = page.at(-1)?.incident
        if (page.length < limit) break
      }
      expect([limit, seen]).toEqual([limit, [6, 4, 2, 3, 7, 5, 1]])
    }
  })

  it('goes on from a place whose incident has changed meanwhile', async () => {
    await some()
    await change(4, { state: 'resolved' })
    expect(await numbers({ after: { state: 'open', severity: 'P1', number: 4 } })).toEqual([2, 3, 7, 5, 4, 1])
  })

  it('finds what nobody has, and counts by the filter', async () => {
    await some()
    await change(4, { acknowledged_by: 'ana' })
    expect(await numbers({ isUnowned: true })).toEqual([6, 2, 3, 7])
    const incidents = createIncidentRecords(database.db)
    expect(await incidents.counts({ severities: ['P1'] })).toEqual({ open: 2, monitoring: 0, resolved: 0 })
    expect(await incidents.counts({ isUnowned: true })).toEqual({ open: 2, monitoring: 2, resolved: 0 })
  })

  it('knows in which incident an alert fires, while that is not over', async () => {
    const [one, over] = [await open(), await open({ state: 'resolved' })]
    const alert = { source: 'check/feed', labels: '{}', annotations: '{}', starts_at: new Date(at) }
    await database.db
      .insertInto('incident_alerts')
      .values([
        { incident: one, fingerprint: 'fires', status: 'firing', ...alert },
        { incident: one, fingerprint: 'clear', status: 'resolved', ...alert },
        { incident: over, fingerprint: 'over', status: 'firing', ...alert },
      ])
      .execute()
    const found = await createIncidentBoard(database.db).incidentsOf(['fires', 'clear', 'over', 'none'])
    expect([...found]).toEqual([['fires', one]])
  })
})

describe('marks', () => {
  it('change with everything that the page of an incident shows, and with nothing else', async () => {
    const { db } = database
    const [marks, pages] = [createIncidentMarks(db), createPageRecords(db)]
    const [one, other] = [await open(), await open()]
    const seen = [await marks.ofIncident(one)]
    const changes: (() => Promise<unknown>)[] = [
      () => change(one, { now_doing: 'Flushing the cache' }),
      () => change(one, { acknowledged_by: 'ana' }),
      () =>
        createTimelineRecords(db).append({
          incident: one,
          eventKey: 'note/1',
          at,
          actor: 'ana',
          fact: { type: 'note', text: 'x' },
        }),
      () => queue(page(one, 'ana')),
      () => pages.cancelUnsent(one, { reason: 'ana acknowledged', except: [] }, at),
      () =>
        db
          .insertInto('incident_alerts')
          .values({
            incident: one,
            source: 'check/feed',
            fingerprint: 'f',
            status: 'firing',
            labels: '{}',
            annotations: '{}',
            starts_at: new Date(at),
          })
          .execute(),
      () =>
        db.updateTable('incident_alerts').set({ status: 'resolved' }).where('incident', '=', one).execute(),
    ]
    for (const makeChange of changes) {
      await makeChange()
      seen.push(await marks.ofIncident(one))
    }
    expect(new Set(seen).size).toBe(changes.length + 1)
    await change(other, { now_doing: 'Something else' })
    expect(await marks.ofIncident(one)).toBe(seen.at(-1))
  })

  it('of the list change when an incident opens, moves on or ends', async () => {
    const { db } = database
    const marks = createIncidentMarks(db)
    const seen = [await marks.ofAll()]
    const one = await open()
    seen.push(await marks.ofAll())
    await change(one, { now_doing: 'Flushing the cache' })
    seen.push(await marks.ofAll())
    await change(one, { state: 'resolved' })
    seen.push(await marks.ofAll())
    expect(new Set(seen).size).toBe(4)
    expect(await marks.ofAll()).toBe(seen.at(-1))
  })
})

describe('the newest verdicts of a check', () => {
  it('are those of its newest bucket, firing ones first, at most so many', async () => {
    const later = '2026-03-01T03:15:00.000Z'
    await storeVerdicts(database.db, [
      verdict(at, 'firing', 1, { group: 'old' }),
      verdict(later, 'ok', 1, { group: 'a' }),
      verdict(later, 'unknown', null, { group: 'b' }),
      verdict(later, 'firing', 1, { group: 'c' }),
      verdict(later, 'firing', 1, { check: 'another' }),
    ])
    const verdicts = createVerdictRecords(database.db)
    const groups = async (most: number) =>
      (await verdicts.newest('feed-activity', most)).map(({ group }) => group)
    expect(await groups(10)).toEqual(['c', 'b', 'a'])
    expect(await groups(1)).toEqual(['c'])
    expect(await verdicts.newest('none', 10)).toEqual([])
  })
})
