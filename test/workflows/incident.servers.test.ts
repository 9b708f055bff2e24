import type { TestWorkflowEnvironment } from '@temporalio/testing'
import { Worker } from '@temporalio/worker'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createIncidentActivities } from '../../activities/incident.ts'
import { createTeller, type Teller } from '../../src/intake/teller.ts'
import { incidentWorkflowId } from '../../src/domain/incident.ts'
import { createIncidentClient, taskQueue } from '../../src/temporal/incident-client.ts'
import { minute } from '../support/incident-configuration.ts'
import { type Incidents, type IncidentStory, startIncidents } from '../support/incidents.ts'
import { bundleWorkflows, startTemporal } from '../support/temporal.ts'

/*
 * The keeper of incidents on a real Temporal with the real store: what falls due in a test falls due in real milliseconds.
 */

let temporal: TestWorkflowEnvironment
let incidents: Incidents
let teller: Teller
let worker: { stop(): Promise<void> }

beforeAll(async () => {
  temporal = await startTemporal()
  incidents = await startIncidents({ clock: 'real' })
  worker = await startWorker()
  teller = createTeller({
    tells: incidents.records.tells,
    tell: createIncidentClient(temporal.client).tell,
    log: { info: () => undefined, warn: () => undefined },
    now: () => new Date(),
  })
  teller.start()
  incidents.sender.start()
})
afterAll(async () => {
  await teller?.stop()
  await incidents?.sender.stop()
  await worker?.stop()
  await temporal?.teardown()
  await incidents?.stop()
})

async function startWorker(): Promise<{ stop(): Promise<void> }> {
  const { records } = incidents
  const stirred = () => teller?.notice()
  const running = await Worker.create({
    connection: temporal.nativeConnection,
    taskQueue,
    workflowBundle: await bundleWorkflows('../../workflows/index.ts', import.meta.url),
    activities: {
      ...createIncidentActivities({ ...records, stirred, now: () => new Date() }),
      collectEvidence: async () => ({ findings: [] }),
      draftReview: async () => ({ file: 'INC.md', passed: 1, checks: 1 }),
    },
    shutdownGraceTime: '1s',
  })
  const ended = running.run()
  return {
    async stop() {
      if (running.getState() === 'RUNNING') running.shutdown()
      await ended
    },
  }
}

const until = (look: () => unknown) => expect.poll(look, { timeout: 20_000, interval: 20 })
const handleOf = async (story: IncidentStory) =>
  temporal.client.workflow.getHandle(incidentWorkflowId((await story.newest()).number))

async function failedTasks(story: IncidentStory): Promise<number> {
  const { events } = await (await handleOf(story)).fetchHistory()
  return (events ?? []).filter((event) => event.workflowTaskFailedEventAttributes).length
}

describe('the keeper of an incident', () => {
  it('brings what falls due, and ends when the incident has', async () => {
    const steps = [
      { notify: ['ana'], ackTimeoutMs: 300 },
      { notify: ['ben'], ackTimeoutMs: 10 * minute },
    ]
    const { story } = await incidents.begin({ policy: { steps }, route: { stableForMs: 200 } })
    await story.apply([story.alert('firing', 'ios', 'critical')])
    teller.notice()
    await until(story.pages).toEqual(['r0/s1/ana/c0', 'r0/s2/ben/c0'])
    await story.give('acknowledge', 'ben')
    await story.apply([story.alert('resolved', 'ios', 'critical')])
    teller.notice()
    await until(async () => (await story.newest()).state).toBe('resolved')
    await (await handleOf(story)).result()
    expect(await failedTasks(story)).toBe(0)
    const { events } = await (await handleOf(story)).fetchHistory()
    expect(events?.length).toBeLessThan(120)
    expect(await story.replayed()).toEqual(await story.machine())
  })

  it('N10, N27: keeps a short history over thousands of alert changes and notes while a step is held', async () => {
    const steps = [{ notify: ['ana'], when: { moreThan: 100_000, withinMs: minute } }]
    const { story } = await incidents.begin({ policy: { steps } })
    await story.fire('ios')
    for (let round = 0; round < 10; round++) {
      const changes = Array.from({ length: 500 }, (_, index) => [
        story.alert('resolved', `a${index}`, 'critical'),
        story.alert('firing', `a${index}`, 'critical'),
      ])
      await story.apply(changes.flat())
      for (let note = 0; note < 20; note++) await story.give('note', 'ana', { text: `${round}/${note}` })
      teller.notice()
    }
    const handle = await handleOf(story)
    expect((await handle.describe()).status.name).toBe('RUNNING')
    const { events } = await handle.fetchHistory()
    expect(events?.length).toBeLessThan(400)
    await story.give('resolve', 'ana', { anyway: true })
  })

  it('continues as the next run at any moment, and the story goes on', async () => {
    const { story } = await incidents.begin()
    await story.fire('ios')
    const handle = await handleOf(story)
    // Enough signals for the server to suggest a new run.
    for (let round = 0; round < 60; round++) {
      await Promise.all(Array.from({ length: 50 }, () => handle.signal('stirred').catch(() => undefined)))
    }
    await story.give('escalateNow', 'ana')
    await until(story.pages).toContain('r0/s2/ben/c0')
    expect((await handle.describe()).status.name).toBe('RUNNING')
    await story.give('resolve', 'ana', { anyway: true })
  })
})
