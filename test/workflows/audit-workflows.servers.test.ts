import { randomUUID } from 'node:crypto'
import { defineSearchAttributeKey } from '@temporalio/common'
import { MockActivityEnvironment, type TestWorkflowEnvironment } from '@temporalio/testing'
import { DefaultLogger, Worker } from '@temporalio/worker'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type AuditResult, createAuditActivities } from '../../activities/audit.ts'
import type { CheckShard } from '../../src/domain/check/shards.ts'
import type { Check } from '../../src/domain/configuration/configuration.ts'
import { createAlertInbox } from '../../src/postgres/alert-inbox.ts'
import { createAuditRecords } from '../../src/postgres/audits.ts'
import { createConfigurationRecords } from '../../src/postgres/configurations.ts'
import { migrate, type OpenDatabase, openDatabase } from '../../src/postgres/database.ts'
import { createPageRecords } from '../../src/postgres/pages.ts'
import { createIncidentClient } from '../../src/temporal/incident-client.ts'
import { syncSchedules } from '../../src/temporal/schedules.ts'
import { createWorkflowEngine } from '../../src/temporal/workflow-engine.ts'
import { configuration } from '../support/pages.ts'
import { startPostgres, type TestPostgres } from '../support/servers.ts'
import { bundleWorkflows, startTemporal } from '../support/temporal.ts'

const minute = 60_000
const shard: CheckShard = { id: 'check/15m/0', everyMs: 15 * minute, lateMs: 0, checks: ['likes'], series: 1 }
const likes = { everyMs: 15 * minute, bucketMs: 15 * minute, lateMs: 0 } as Check

let temporal: TestWorkflowEnvironment
let postgres: TestPostgres
let database: OpenDatabase
let worker: Worker
let working: Promise<void>
let taskQueue: string
let nowMs: number
let shards: readonly CheckShard[]
let audits: ReturnType<typeof createAuditActivities>
let beats: number
/** Ids of workflows that a test left running. */
let left: string[]

beforeAll(async () => {
  ;[temporal, postgres] = await Promise.all([startTemporal(), startPostgres()])
  database = openDatabase(postgres.url)
  await migrate(database.pool)
  await createConfigurationRecords(database.db).save(
    configuration([], { steps: [], repeat: 0, fallback: [] }),
  )
})
afterAll(async () => {
  await temporal?.teardown()
  await database?.close()
  await postgres?.stop()
})
beforeEach(async () => {
  await database.pool.query('TRUNCATE incidents, alert_inbox, audit_runs, audit_findings, verdicts CASCADE')
  taskQueue = randomUUID()
  nowMs = Date.now()
  shards = []
  left = []
  beats = 0
  audits = auditor()
  worker = await Worker.create({
    connection: temporal.nativeConnection,
    taskQueue,
    workflowBundle: await bundleWorkflows('../support/failing-workflows.ts', import.meta.url),
    activities: { draftReview: () => Promise.reject(new Error('Invalid regular expression: /on-call/u')) },
    shutdownGraceTime: '1s',
  })
  working = worker.run()
})
afterEach(async () => {
  for (const id of left) await temporal.client.workflow.getHandle(id).terminate('the test is over')
  await syncSchedules(temporal.client, [], taskQueue)
  worker.shutdown()
  await working
})

function auditor() {
  const { db } = database
  return createAuditActivities({
    audits: createAuditRecords(db),
    pages: createPageRecords(db),
    inbox: createAlertInbox(db),
    workflows: createIncidentClient(temporal.client),
    engine: createWorkflowEngine(temporal.client, { taskQueue, shards: () => shards }),
    running: () => ({ checks: { likes }, heartbeat: { url: 'http://127.0.0.1:1', everyMs: minute } }),
    heartbeat: {
      send: () => {
        beats++
        return Promise.resolve({ problem: null })
      },
    },
    counted: { heartbeatSent: () => undefined },
    now: () => new Date(nowMs),
  })
}

async function audit() {
  const environment = new MockActivityEnvironment({}, { logger: new DefaultLogger('ERROR') })
  const result: AuditResult = await environment.run(audits.auditPaging)
  const { rows } = await database.pool.query<{ kind: string; detail: string; repaired: boolean }>(
    'SELECT kind, detail, repaired FROM audit_findings WHERE ended_at IS NULL OR repaired ORDER BY id',
  )
  return { ...result, told: rows }
}

async function start(type: string, workflowId: string, incident?: string): Promise<void> {
  const key = defineSearchAttributeKey('FirewatchIncident', 'KEYWORD')
  const typedSearchAttributes = incident === undefined ? [] : [{ key, value: incident }]
  await temporal.client.workflow.start(type, { workflowId, taskQueue, args: [{}], typedSearchAttributes })
  left.push(workflowId)
}

async function incidentRow(change: {
  state: string
  resolvedAt?: Date
  groupingKey?: string
}): Promise<number> {
  const { rows } = await database.pool.query<{ number: string }>(
    `INSERT INTO incidents (grouping_key, title, service, labels, severity, state, config_revision, chart_token, started_at, resolved_at)
     VALUES ($1, 'shop: orders', 'shop', '{}', 'P1', $2, 'r1', $3, now(), $4) RETURNING number`,
    [change.groupingKey ?? randomUUID(), change.state, randomUUID(), change.resolvedAt ?? null],
  )
  return Number(rows[0]?.number)
}

const isIdle = (told: readonly { kind: string }[]) => told.some(({ kind }) => kind === 'idle-check')
const patience = { timeout: 60_000, interval: 1_000 }
const containing = (text: string) => expect.stringContaining(text) as string

describe('N15 the auditor sees a workflow that fails', () => {
  // Temporal tries a workflow task again after ever longer pauses: one wait is for all of them.
  it('at every try of its workflow task, whatever its type, names its reason and the open incident that it is of', {
    timeout: 90_000,
  }, async () => {
    await start('incident', 'incident/a')
    await start('remediationAttempt', 'remediation/a')
    await start('followUp', 'follow-up/a')
    const number = await incidentRow({ state: 'open', groupingKey: 'b' })
    await start('incident', `incident/INC-${number}`, `INC-${number}`)
    nowMs += minute
    const failing = async () => (await audit()).told.filter(({ kind }) => kind === 'failing-workflow')
    const others =
      /(?=.*incident\/a \(\d+ tries: undefined is not a function\))(?=.*remediation\/a \(\d+ tries: .+\))(?=.*follow-up\/a \()/s
    const named = containing(`INC-${number}: its workflow fails at every try`)
    await expect
      .poll(failing, patience)
      .toEqual(expect.arrayContaining([expect.objectContaining({ detail: named })]))
    await expect
      .poll(async () => (await failing()).map(({ detail }) => detail).join(), patience)
      .toMatch(others)
    expect((await failing()).map(({ repaired }) => repaired)).not.toContain(true)
    expect((await audit()).heartbeat).toBe(false)
    const { rows } = await database.pool.query(
      `SELECT DISTINCT labels->>'severity' AS severity FROM alert_inbox`,
    )
    expect(rows).toEqual([{ severity: 'critical' }])
  })

  it('at every try of an activity that is tried for ever', { timeout: 90_000 }, async () => {
    await start('review', 'review/INC-7', 'INC-7')
    await expect
      .poll(async () => (await audit()).told, patience)
      .toMatchObject([{ kind: 'failing-activity', detail: containing('review/INC-7 (draftReview, ') }])
    expect((await audit()).told[0]?.detail).toContain('tries: Invalid regular expression: /on-call/u')
  })

  it('not one that is well', async () => {
    await start('checkShard', 'check/well')
    expect(await audit()).toMatchObject({ findings: 0, heartbeat: true })
  })
})

describe('N15 the auditor sees a check that does not run', () => {
  it('since a run of its shard hangs: it is ended, so that the next begins', async () => {
    await start('checkShard', 'check/hangs')
    await expect.poll(async () => (await audit()).findings).toBe(0)
    nowMs += 8 * minute
    await expect
      .poll(async () => {
        const { told, findings } = await audit()
        return { findings, kinds: told.map(({ kind, repaired }) => `${kind} ${repaired}`) }
      }, patience)
      .toEqual({ findings: 0, kinds: ['hanging-check true'] })
    const { status } = await temporal.client.workflow.getHandle('check/hangs').describe()
    expect(status.name).toBe('TERMINATED')
    left = []
  })

  it('since no run may hang: every run of a schedule has a time limit', async () => {
    await syncSchedules(temporal.client, [shard], taskQueue)
    const { action } = await temporal.client.schedule.getHandle(shard.id).describe()
    expect(action).toMatchObject({ workflowRunTimeout: 5 * minute })
  })

  it('since its schedule is paused, with the reason of whoever paused it: that is told, and stays', async () => {
    shards = [shard]
    await syncSchedules(temporal.client, shards, taskQueue)
    const handle = temporal.client.schedule.getHandle(shard.id)
    await handle.pause('ana: ClickHouse moves until noon')
    const { told, heartbeat } = await audit()
    expect(told).toMatchObject([
      { kind: 'paused-schedule', detail: containing('check/15m/0 (ana: ClickHouse moves until noon)') },
    ])
    expect(heartbeat).toBe(true)
    expect((await handle.describe()).state.paused).toBe(true)
    const { rows } = await database.pool.query(`SELECT labels->>'severity' AS severity FROM alert_inbox`)
    expect(rows).toEqual([{ severity: 'warning' }])
    await handle.unpause()
    expect((await audit()).told).toEqual([])
  })

  it.each(['deleted', 'changed'] as const)('since its schedule was %s: it is made again', async (how) => {
    shards = [shard]
    await syncSchedules(temporal.client, shards, taskQueue)
    const handle = temporal.client.schedule.getHandle(shard.id)
    if (how === 'deleted') await handle.delete()
    else
      await handle.update(({ spec, ...rest }) => ({
        ...rest,
        spec: { ...spec, intervals: [{ every: '1d' }] },
      }))
    const { told, findings } = await audit()
    expect(findings).toBe(0)
    expect(told).toMatchObject([{ kind: 'missing-schedule', repaired: true }])
    expect((await handle.describe()).spec.intervals).toEqual([{ every: 15 * minute, offset: 0 }])
  })

  it('though its schedule stands: nothing was recorded of it for several runs, and nothing else explains it', async () => {
    shards = [shard]
    await syncSchedules(temporal.client, shards, taskQueue)
    await database.pool.query(
      `INSERT INTO verdicts VALUES ('likes', 'likes', 'total', 'total', $1, 'ok', 'fine', 1, '[]')`,
      [new Date(nowMs - 30 * minute)],
    )
    const passed: string[] = []
    for (let passing = 0; passing <= 70; passing += 2) {
      const { told } = await audit()
      passed.push(isIdle(told) ? 'idle' : 'well')
      nowMs += 2 * minute
    }
    expect(passed).toEqual([...Array<string>(32).fill('well'), ...Array<string>(4).fill('idle')])
    // After an outage of Firewatch itself it has its time anew.
    nowMs += 120 * minute
    expect(isIdle((await audit()).told)).toBe(false)
  })
})

describe('N15 the auditor sees a review that is missing', () => {
  it('and begins it; when it then fails for ever, people are told', { timeout: 60_000 }, async () => {
    const number = await incidentRow({ state: 'resolved', resolvedAt: new Date(nowMs - 20 * minute) })
    left.push(`review/INC-${number}`)
    expect(await audit()).toMatchObject({ findings: 0, repaired: 1 })
    nowMs += minute
    const { told } = await audit()
    expect(told.filter(({ repaired }) => !repaired)).toContainEqual(
      expect.objectContaining({ kind: 'missing-review', detail: containing(`INC-${number} has no review`) }),
    )
    await database.pool.query(`INSERT INTO reviews VALUES ($1, 'draft', '', '{}')`, [number])
    nowMs += minute
    expect((await audit()).told.map(({ kind, repaired }) => `${kind} ${repaired}`)).not.toContain(
      'missing-review false',
    )
  })

  it('but not of one that was just resolved, nor of a recorded one', async () => {
    await incidentRow({ state: 'resolved', resolvedAt: new Date(nowMs - 5 * minute) })
    const replayed = await incidentRow({ state: 'resolved', resolvedAt: new Date(nowMs - 60 * minute) })
    await database.pool.query('UPDATE incidents SET replayed_at = now() WHERE number = $1', [replayed])
    expect(await audit()).toMatchObject({ findings: 0, repaired: 0, heartbeat: true })
    expect(beats).toBe(1)
  })
})
