import { MockActivityEnvironment } from '@temporalio/testing'
import { DefaultLogger, Worker } from '@temporalio/worker'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createAuditActivities } from '../../activities/audit.ts'
import { createAlertInbox } from '../../src/postgres/alert-inbox.ts'
import { createAuditRecords } from '../../src/postgres/audits.ts'
import { createPageRecords } from '../../src/postgres/pages.ts'
import { taskQueue } from '../../src/temporal/incident-client.ts'
import { createWorkflowEngine } from '../../src/temporal/workflow-engine.ts'
import { ensureAuditSchedule, syncSchedules } from '../../src/temporal/schedules.ts'
import { type IncidentWorkflows, startIncidentWorkflows } from '../support/incident-workflows.ts'
import { bundleWorkflows } from '../support/temporal.ts'

let incidents: IncidentWorkflows

beforeAll(async () => {
  incidents = await startIncidentWorkflows()
})
afterAll(() => incidents?.stop())

/** As a minute from now: the incidents of these tests are young. */
const soon = () => new Date(Date.now() + 60_000)

function audit() {
  const { db, client } = incidents
  const { auditPaging } = createAuditActivities({
    audits: createAuditRecords(db),
    pages: createPageRecords(db),
    inbox: createAlertInbox(db),
    workflows: client,
    engine: createWorkflowEngine(incidents.temporal.client, { taskQueue, shards: () => [] }),
    running: () => ({ checks: {} }),
    heartbeat: { send: () => Promise.resolve({ problem: null }) },
    counted: { heartbeatSent: () => undefined },
    now: soon,
  })
  return new MockActivityEnvironment({}, { logger: new DefaultLogger('ERROR') }).run(auditPaging)
}

const until = (look: () => unknown) => expect.poll(look, { timeout: 20_000, interval: 20 })

describe('the auditor', () => {
  it('leaves an incident alone that somebody looks after', async () => {
    const { story } = await incidents.begin()
    await story.fire()
    await until(story.calls).toEqual(['r0/s1/ana/c0'])
    const { runId } = await (await incidents.handleOf(story)).describe()
    expect(await audit()).toMatchObject({ incidents: 1, repaired: 0, findings: 0 })
    expect((await (await incidents.handleOf(story)).describe()).runId).toBe(runId)
  })

  it('brings an incident back whose workflow was ended from outside, and nobody is paged twice', async () => {
    const { story, world } = await incidents.begin()
    await story.fire()
    await until(story.calls).toEqual(['r0/s1/ana/c0'])
    await (await incidents.handleOf(story)).terminate('an operator slipped')
    expect((await (await incidents.handleOf(story)).describe()).status.name).toBe('TERMINATED')

    expect(await audit()).toMatchObject({ repaired: 1, findings: 0 })
    await until(async () => (await (await incidents.handleOf(story)).describe()).status.name).toBe('RUNNING')
    // Its new workflow went through the first step again, and waits for whoever it had paged.
    await until(async () =>
      (await incidents.handleOf(story))
        .fetchHistory()
        .then(({ events }) => events?.some((one) => one.timerStartedEventAttributes) === true),
    ).toBe(true)
    expect(story.pages()).toEqual(['r0/s1/ana/c0'])
    expect(world.begun).toHaveLength(1)
    expect(await audit()).toMatchObject({ repaired: 0, findings: 0 })

    await story.give('escalateNow', 'ana')
    await until(story.calls).toEqual(['r0/s1/ana/c0', 'r0/s2/ben/c0'])
    expect(await story.give('acknowledge', 'ben')).toMatchObject({
      changed: true,
    })
  })

  it('brings one back that somebody has, without paging anybody', async () => {
    const { story } = await incidents.begin()
    await story.fire()
    await until(story.calls).toEqual(['r0/s1/ana/c0'])
    await story.give('acknowledge', 'ana')
    await until(async () => (await story.newest()).acknowledgedBy).toBe('ana')
    await (await incidents.handleOf(story)).terminate('an operator slipped')
    expect(await audit()).toMatchObject({ repaired: 1, findings: 0 })
    await until(async () => (await (await incidents.handleOf(story)).describe()).status.name).toBe('RUNNING')
    expect(await story.newest()).toMatchObject({ acknowledgedBy: 'ana' })
    expect(story.calls()).toEqual(['r0/s1/ana/c0'])
  })
})

describe('the schedule of the auditor', () => {
  it('is made once, stays when checks go, and runs one activity a time', async () => {
    const { client, nativeConnection } = incidents.temporal
    const taskQueue = 'audits'
    let audits = 0
    const worker = await Worker.create({
      connection: nativeConnection,
      taskQueue,
      workflowBundle: await bundleWorkflows('../../workflows/index.ts', import.meta.url),
      activities: {
        auditPaging: async () => {
          audits++
          return { incidents: 0, repaired: 0, findings: 0, heartbeat: false }
        },
      },
    })
    const schedule = client.schedule.getHandle('audit')
    await worker.runUntil(async () => {
      await ensureAuditSchedule(client, taskQueue)
      await expect.poll(() => audits, { timeout: 20_000 }).toBe(1)
      await ensureAuditSchedule(client, taskQueue)
      expect((await syncSchedules(client, [], taskQueue)).deleted).not.toContain('audit')
      const { spec, info } = await schedule.describe()
      expect(spec.intervals).toEqual([{ every: 60_000, offset: 0 }])
      const [run] = info.recentActions
      const started = client.workflow.getHandle(run?.action.workflow.workflowId ?? '')
      await started.result()
      expect((await started.fetchHistory()).events?.length).toBeLessThanOrEqual(11)
    })
    await schedule.delete()
  })
})
