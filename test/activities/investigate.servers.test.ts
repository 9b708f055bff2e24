import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createInvestigateActivities, type InvestigateActivities } from '../../activities/investigate.ts'
import { chartOfIncident, readChart } from '../../activities/investigate-questions.ts'
import { evidenceKey } from '../../src/domain/investigate/evidence.ts'
import { verdictsOf } from '../../src/domain/investigate/evidence-result.ts'
import { migrate, openDatabase, type OpenDatabase } from '../../src/postgres/database.ts'
import { createEvidenceRecords } from '../../src/postgres/evidence.ts'
import { at, verdict } from '../domain/post-mortem/world.ts'
import {
  chartDependencies,
  createInvestigationWorld,
  investigateDependencies,
  openFeedIncident,
  pathQuery,
  splitQuery,
  type InvestigationWorld,
} from '../support/investigation.ts'
import { startPostgres, type TestPostgres } from '../support/servers.ts'

let postgres: TestPostgres
let database: OpenDatabase
let world: InvestigationWorld
let activities: InvestigateActivities

beforeAll(async () => {
  postgres = await startPostgres()
  database = openDatabase(postgres.url)
  await migrate(database.pool)
  await openFeedIncident(database.db)
})
afterAll(async () => {
  await database?.close()
  await postgres?.stop()
})
beforeEach(async () => {
  await database.pool.query('TRUNCATE evidence')
  world = createInvestigationWorld()
  activities = createInvestigateActivities(investigateDependencies(database.db, world))
})

const opened = { incident: 1, stage: 'opened' } as const
const stored = () => createEvidenceRecords(database.db, () => new Date()).list(1)

describe('collecting evidence', () => {
  it('keeps what the check saw, the chart, and an answer to each query of the runbook', async () => {
    await activities.collectEvidence(opened)
    expect(
      (await stored()).map(({ about, kind, title }) => [about && evidenceKey(about), kind, title]),
    ).toEqual([
      [
        'opened/verdicts/feed-activity/likes/os/iOS',
        'metric-result',
        'Likes on iOS: verdicts of feed-activity',
      ],
      [
        'opened/chart',
        'metric-result',
        'What the chart shows: the measured series, and what it was judged by',
      ],
      ['opened/by-path', 'metric-result', 'Actions by path'],
      ['opened/os-split', 'metric-result', 'Actions by system'],
    ])
  })

  it('asks with bound windows in whole, complete buckets, and a limit of time', async () => {
    await activities.collectEvidence(opened)
    expect(world.asked.map(({ sql }) => sql)).toEqual([pathQuery.sql, splitQuery.sql])
    expect(world.asked[0]).toMatchObject({
      maxExecutionTimeMs: 10_000,
      params: {
        from: new Date(at('03:00')),
        to: new Date(at('03:30')),
        dayFrom: new Date('2026-11-23T03:00:00Z'),
        weekTo: new Date('2026-11-17T03:30:00Z'),
        bucketSeconds: 900,
      },
    })
  })

  it('keeps a question that failed with its error, says so, and goes on', async () => {
    const { findings } = await activities.collectEvidence(opened)
    expect(findings).toEqual([
      {
        evidence: 'INC-1/E1',
        text: 'Likes on iOS at 12, 98 % below a day before (480) and 98 % below a week before (500)',
      },
      { evidence: 'INC-1/E3', text: 'Actions by path: could not be asked (Timeout exceeded)' },
      { evidence: 'INC-1/E4', text: 'Actions by system: os iOS at 32, 94 % below a week before (500)' },
    ])
    const [, , failed] = await stored()
    expect(failed).toMatchObject({
      about: { kind: 'query', stage: 'opened', name: 'by-path' },
      query: pathQuery.sql,
      result: { error: 'Timeout exceeded' },
    })
    expect(world.timeline).toMatchObject([
      {
        eventKey: 'evidence/opened',
        kind: 'evidence',
        summary: 'Evidence collected during the incident: 4 records, 1 without an answer',
        fact: {
          type: 'evidence',
          stage: 'opened',
          evidence: ['INC-1/E1', 'INC-1/E2', 'INC-1/E3', 'INC-1/E4'],
          unanswered: 1,
          findings: findings.map(({ text }) => text),
        },
      },
    ])
  })

  it('that is done again asks nothing twice, and finds the same', async () => {
    const first = await activities.collectEvidence(opened)
    world.answers = {}
    world.verdicts = []
    expect(await activities.collectEvidence(opened)).toEqual(first)
    expect(world.asked).toHaveLength(2)
    expect(await stored()).toHaveLength(4)
    expect(world.timeline).toHaveLength(1)
  })

  it('after it was clear asks the same again under other keys', async () => {
    await activities.collectEvidence(opened)
    await activities.collectEvidence({ incident: 1, stage: 'mitigated' })
    const keys = (await stored()).map(({ about }) => about && evidenceKey(about))
    expect(keys).toContain('mitigated/os-split')
    expect(keys).toHaveLength(8)
    expect(world.timeline.map(({ eventKey }) => eventKey)).toEqual(['evidence/opened', 'evidence/mitigated'])
  })

  it('keeps at most 200 rows, and says that there were more', async () => {
    world.answers[splitQuery.sql] = Array.from({ length: 250 }, (_, row) => ({ row }))
    await activities.collectEvidence(opened)
    const result = (await stored()).at(-1)?.result as { rows: unknown[]; truncated: boolean }
    expect([result.rows.length, result.truncated]).toEqual([200, true])
  })

  it('keeps verdicts from shortly before the incident, none later than the window', async () => {
    const clocks = ['00:00', '01:00', '02:45', '03:00', '03:15', '03:30', '03:45']
    world.verdicts = clocks.map((clock) => verdict(at(clock), 'firing', 12))
    await activities.collectEvidence(opened)
    const [seen] = await stored()
    expect(verdictsOf(seen?.result)?.verdicts.map(({ bucketAt }) => bucketAt)).toEqual(
      ['01:00', '02:45', '03:00', '03:15'].map(at),
    )
    expect(seen?.window).toEqual({ from: at('01:00'), to: at('03:30') })
  })

  it('without a runbook keeps what the check saw', async () => {
    world.runbooks = []
    await activities.collectEvidence(opened)
    expect((await stored()).map(({ about }) => about && evidenceKey(about))).toEqual([
      'opened/verdicts/feed-activity/likes/os/iOS',
      'opened/chart',
    ])
  })
})

describe('the chart as it stands', () => {
  it('shows complete buckets of the series that is farthest from normal', async () => {
    const deps = chartDependencies(database.db, world)
    const found = await chartOfIncident(deps, 1)
    const chart = found && (await readChart(deps, found))
    expect(chart).toMatchObject({
      title: 'Likes on iOS',
      from: '2026-11-23T21:00:00.000Z',
      bucketMs: 900_000,
    })
    expect(chart?.today).toHaveLength(26)
    expect(chart?.yesterday.length).toBeGreaterThan(26)
  })
})
