import { MockActivityEnvironment } from '@temporalio/testing'
import { DefaultLogger } from '@temporalio/worker'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type AuditDependencies, createAuditActivities } from '../../activities/audit.ts'
import { type FakeServer, startFakeServer } from '../../examples/fakes/server.ts'
import { createHeartbeat } from '../../src/heartbeat/heartbeat.ts'
import { createPost } from '../../src/http/post.ts'
import { createAlertInbox } from '../../src/postgres/alert-inbox.ts'
import { createAuditRecords } from '../../src/postgres/audits.ts'
import { sql } from 'kysely'
import { type MachineState, newIncident } from '../../src/domain/incident/state.ts'
import { pagesInsert } from '../../src/postgres/incident-decision.ts'
import { createConfigurationRecords } from '../../src/postgres/configurations.ts'
import { migrate, type OpenDatabase, openDatabase } from '../../src/postgres/database.ts'
import { createFigureRecords } from '../../src/postgres/figures.ts'
import { createPageRecords } from '../../src/postgres/pages.ts'
import { configuration, page } from '../support/pages.ts'
import { startPostgres, type TestPostgres } from '../support/servers.ts'

const { post, close } = createPost()
const settings = configuration([], { steps: [], repeat: 0, fallback: [] })
const start = Date.parse('2026-03-01T03:00:00.000Z')
const minute = 60_000

let postgres: TestPostgres
let database: OpenDatabase
let watchdog: FakeServer
/** Bodies that the watchdog was sent. */
let beats: string[]
/** Incidents that a workflow runs for, and those that one was begun for. */
let running: Set<number>
let begun: number[]
let workflowsFail: boolean
let nowMs: number
let sent: number
let url: string

beforeAll(async () => {
  postgres = await startPostgres()
  database = openDatabase(postgres.url)
  await migrate(database.pool)
  await createConfigurationRecords(database.db).save(settings)
})
afterAll(async () => {
  await close()
  await database.close()
  await postgres.stop()
})
beforeEach(async () => {
  await database.pool.query('TRUNCATE incidents, alert_inbox, audit_runs, audit_findings CASCADE')
  beats = []
  const note = (text: string) => void beats.push(text)
  const take = (_: unknown, text: string) => {
    note(text)
    return { status: 200, body: {} }
  }
  watchdog = await startFakeServer(0, take, (_, text) => note(text))
  url = watchdog.url
  running = new Set()
  begun = []
  workflowsFail = false
  nowMs = start
  sent = 0
})
afterEach(() => watchdog.stop())

const dependencies = (): AuditDependencies => ({
  audits: createAuditRecords(database.db),
  pages: createPageRecords(database.db),
  inbox: createAlertInbox(database.db),
  running: () => ({ checks: {}, heartbeat: { url: '${env:HEARTBEAT_URL}', everyMs: minute } }),
  heartbeat: createHeartbeat({ post, timeoutMs: 1_000, resolveSecret: () => Promise.resolve(url) }),
  counted: { heartbeatSent: () => void sent++ },
  now: () => new Date(nowMs),
  engine: {
    running: () => Promise.resolve([]),
    schedules: () => Promise.resolve([]),
    restoreSchedules: () => Promise.resolve(),
    end: () => Promise.resolve(),
    beginReview: () => Promise.resolve(true),
  },
  workflows: {
    isRunning: (incident) => Promise.resolve(running.has(incident)),
    async notify({ number }) {
      if (workflowsFail) throw new Error('Temporal is away')
      begun.push(number)
      running.add(number)
    },
  },
})

function audit(change: Partial<AuditDependencies> = {}) {
  const { auditPaging } = createAuditActivities({ ...dependencies(), ...change })
  return new MockActivityEnvironment({}, { logger: new DefaultLogger('ERROR') }).run(auditPaging)
}

interface Opening {
  readonly state?: 'open' | 'resolved'
  readonly labels?: Readonly<Record<string, string>>
  /** By when paging goes on, after the start. */
  readonly dueMs?: number
}

let opened = 0

/** An incident that began ten minutes before the start, by default with a workflow and paging under way. */
async function open({
  state = 'open',
  labels = { service: 'shop', alertname: 'Down' },
  dueMs,
}: Opening = {}) {
  const key = `key-${++opened}`
  const { number } = await database.db
    .insertInto('incidents')
    .values({
      grouping_key: key,
      title: 'shop: Down',
      service: labels['service'] ?? 'shop',
      labels: JSON.stringify(labels),
      severity: 'P1',
      severity_set_by: null,
      state,
      config_revision: settings.revision,
      runbook: null,
      recurrence_of: null,
      chart_token: key,
      started_at: new Date(start - 10 * minute),
      detected_at: new Date(start - 10 * minute),
      machine: JSON.stringify(waitingUntil(start + (dueMs ?? 5 * minute))),
      resolved_at: state === 'resolved' ? new Date(start - 5 * minute) : null,
      acknowledged_at: null,
      acknowledged_by: null,
      mitigated_at: null,
      resolved_by: null,
      replayed_at: null,
    })
    .returning('number')
    .executeTakeFirstOrThrow()
  running.add(number)
  return { number }
}

/** A state in which the first step waits until then. */
function waitingUntil(dueAt: number): MachineState {
  const position = { step: 1, round: 0 }
  const settings = {
    policy: 'default',
    stableForMs: minute,
    headStartMs: 0,
    remediates: false,
    stillFiringAfterMs: minute,
  }
  return {
    ...newIncident(0, 'P1', settings),
    escalation: { kind: 'waiting', position, dueAt, people: ['ana'], following: [], pages: null },
  }
}

const queue = (incident: number, id: string, createdMs: number) => {
  const { kind, step, round, person, channel, contact, ruleAfterMs } = page()
  const one = { id, incident, kind, step, round, person, channel, contact, ruleAfterMs }
  return sql`${pagesInsert([one], start + createdMs)}`.execute(database.db)
}

/** Alerts that the auditor raised, in that order: kind, incident, status. */
async function raised() {
  const { rows } = await database.pool.query<{ labels: Record<string, string>; status: string }>(
    `SELECT labels, status FROM alert_inbox WHERE source = 'audit' ORDER BY id`,
  )
  return rows.map(({ labels, status }) => [labels['finding'], labels['incident'], status])
}

/** What is kept: kind, whether it was repaired, whether it is over. */
async function kept() {
  const { rows } = await database.pool.query<{ kind: string; repaired: boolean; over: boolean }>(
    `SELECT kind, repaired, ended_at IS NOT NULL AS over FROM audit_findings ORDER BY id`,
  )
  return rows.map(({ kind, repaired, over }) => [kind, repaired, over])
}

const wellSince = async () => (await createFigureRecords(database.db).read([])).audit

describe('an audit', () => {
  it('of sound paging finds nothing, raises nothing and tells so outside', async () => {
    await open()
    expect(await audit()).toEqual({ incidents: 1, repaired: 0, findings: 0, heartbeat: true })
    expect(beats).toEqual(['all is well'])
    expect([sent, await raised()]).toEqual([1, []])
    expect(await wellSince()).toEqual({ findings: [], okAt: new Date(start).toISOString() })
  })

  it('begins a workflow that is missing, and all is well then', async () => {
    const { number } = await open({ dueMs: -5 * minute })
    running.clear()
    expect(await audit()).toEqual({ incidents: 1, repaired: 1, findings: 0, heartbeat: true })
    expect(begun).toEqual([number])
    expect(await raised()).toEqual([])
    expect(await kept()).toEqual([['no-workflow', true, true]])
  })

  it('raises an alert about a workflow that cannot be begun, once, and lets it clear when it is there', async () => {
    const { number } = await open()
    running.clear()
    workflowsFail = true
    expect(await audit()).toMatchObject({ findings: 1, heartbeat: false })
    await audit()
    expect(await raised()).toEqual([['no-workflow', `INC-${number}`, 'firing']])
    expect(beats).toEqual([])
    expect((await wellSince()).findings).toEqual([{ kind: 'no-workflow', count: 1 }])
    workflowsFail = false
    expect(await audit()).toMatchObject({ findings: 0, heartbeat: true })
    expect(begun).toEqual([number])
    expect((await raised()).at(-1)).toEqual(['no-workflow', `INC-${number}`, 'resolved'])
    expect(await kept()).toEqual([['no-workflow', false, true]])
  })

  it('raises a second alert when the same thing breaks a second time', async () => {
    const { number } = await open({ dueMs: -5 * minute })
    const due = (ms: number) =>
      database.pool.query('UPDATE incidents SET machine = $2 WHERE number = $1', [
        number,
        JSON.stringify(waitingUntil(start + ms)),
      ])
    await audit()
    await due(minute)
    await audit()
    await due(-5 * minute)
    await audit()
    expect((await raised()).map(([, , status]) => status)).toEqual(['firing', 'resolved', 'firing'])
  })

  it('tells of pages without an outcome, and calls off those of an incident that is over', async () => {
    const lasting = await open()
    const over = await open({ state: 'resolved' })
    await queue(lasting.number, 'stuck', -11 * minute)
    await queue(over.number, 'left', -8 * minute)
    expect(await audit()).toMatchObject({ repaired: 1, findings: 1, heartbeat: false })
    expect(await raised()).toEqual([['stuck-page', `INC-${lasting.number}`, 'firing']])
    expect(await createPageRecords(database.db).find('left')).toMatchObject({
      state: 'cancelled',
      lastError: 'the incident was resolved before',
    })
  })

  it('wakes the dispatcher when an alert waits in the inbox', async () => {
    const alert = {
      fingerprint: 'f',
      status: 'firing',
      labels: {},
      annotations: {},
      startsAt: new Date(start).toISOString(),
      source: 'test',
      eventId: 'waits',
    } as const
    await createAlertInbox(database.db).acceptAlerts([alert])
    nowMs = Date.now() + 2 * minute
    let nudges = 0
    const audits = { ...createAuditRecords(database.db), nudgeInbox: async () => void nudges++ }
    expect(await audit({ audits })).toMatchObject({ findings: 1, heartbeat: false })
    expect([nudges, await raised()]).toEqual([1, [['stuck-alert', undefined, 'firing']]])
  })

  it('does not raise its alert over the incident of that alert, and holds the heartbeat back', async () => {
    await open({ labels: { service: 'firewatch', alertname: 'PagingAudit' }, dueMs: -5 * minute })
    expect(await audit()).toMatchObject({ findings: 1, heartbeat: false })
    expect(await raised()).toEqual([])
    expect(await kept()).toEqual([['overdue', false, false]])
  })

  it('makes up for what a crash left undone', async () => {
    const { number } = await open({ dueMs: -5 * minute })
    const inbox = { acceptAlerts: () => Promise.reject(new Error('PostgreSQL is away')) }
    await expect(audit({ inbox })).rejects.toThrow('PostgreSQL is away')
    await audit()
    expect(await raised()).toEqual([['overdue', `INC-${number}`, 'firing']])
  })
})

describe('the heartbeat', () => {
  it('goes out no more often than is asked for', async () => {
    const everyTwo = {
      running: () => ({ checks: {}, heartbeat: { url: '${env:HEARTBEAT_URL}', everyMs: 2 * minute } }),
    }
    for (const after of [0, 1, 2, 3, 4]) {
      nowMs = start + after * minute
      await audit(everyTwo)
    }
    expect(beats).toHaveLength(3)
  })

  it('is tried again by the next audit when it was not taken, and its address is told nowhere', async () => {
    watchdog.next({ kind: 'answer', status: 500 })
    expect(await audit()).toMatchObject({ findings: 0, heartbeat: false })
    nowMs += minute
    expect(await audit()).toMatchObject({ heartbeat: true })
    const heartbeat = createHeartbeat({ post, timeoutMs: 500, resolveSecret: () => Promise.resolve(url) })
    const told = { url: '${env:HEARTBEAT_URL}', everyMs: minute }
    const beat = async () => (await heartbeat.send(told, new AbortController().signal)).problem
    url = 'no-address-but-secret'
    expect(await beat()).toBe(
      '${env:HEARTBEAT_URL} stands for no address that begins with http:// or https://',
    )
    url = 'http://127.0.0.1:1/secret'
    expect(await beat()).toMatch(/^connection refused/)
  })

  it('does not exist where none is configured', async () => {
    expect(await audit({ running: () => ({ checks: {} }) })).toMatchObject({ findings: 0, heartbeat: false })
    expect(beats).toEqual([])
  })
})
