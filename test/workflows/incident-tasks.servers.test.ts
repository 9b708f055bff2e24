import { ApplicationFailure } from '@temporalio/common'
import type { TestWorkflowEnvironment } from '@temporalio/testing'
import { Worker, type WorkflowBundle } from '@temporalio/worker'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Advanced, AdvanceInput } from '../../activities/incident.ts'
import type { Task } from '../../src/domain/incident/state.ts'
import { bundleWorkflows, startTimeSkipping } from '../support/temporal.ts'

let temporal: TestWorkflowEnvironment
let workflowBundle: WorkflowBundle

beforeAll(async () => {
  temporal = await startTimeSkipping()
  workflowBundle = await bundleWorkflows('../../workflows/index.ts', import.meta.url)
})
afterAll(() => temporal?.teardown())

const shown = {
  title: 'feed: likes',
  service: 'feed',
  severity: 'P1',
  state: 'open',
  runbook: null,
  owner: null,
  nowDoing: 'paging ana',
}
const evidence: Task = { kind: 'investigate', stage: 'opened' }

/** The workflow of an incident that has one task and is over once it hears of that task's end. */
async function keep(incident: number, advance: (input: AdvanceInput) => void): Promise<void> {
  const taskQueue = `test-${incident}`
  let tasks: readonly Task[] = [evidence]
  const worker = await Worker.create({
    connection: temporal.nativeConnection,
    taskQueue,
    workflowBundle,
    activities: {
      collectEvidence: async () => ({ findings: [] }),
      async advance(input: AdvanceInput): Promise<Advanced> {
        advance(input)
        if (input.event?.type === 'task-ended') tasks = []
        return { over: tasks.length === 0, tasks, due: null, shown }
      },
    },
  })
  const workflowId = `incident/INC-${incident}`
  await worker.runUntil(
    temporal.client.workflow.execute('incident', { workflowId, taskQueue, args: [{ incident }] }),
  )
}

describe('a task that breaks off', () => {
  it('is tried again after a pause, until it is done', async () => {
    let reports = 0
    await keep(1, ({ event }) => {
      if (event?.type === 'task-ended' && ++reports < 3) throw ApplicationFailure.nonRetryable('a bad record')
    })
    expect(reports).toBe(3)
  })

  it('is given up after six tries, and the incident is told why', async () => {
    const failed: (string | undefined)[] = []
    await keep(2, ({ event }) => {
      if (event?.type !== 'task-ended') return
      failed.push(event.failed)
      if (event.failed === undefined) throw ApplicationFailure.nonRetryable('a bad record')
    })
    expect(failed).toEqual([...Array.from({ length: 6 }, () => undefined), 'a bad record'])
  })

  it('stays the incident’s while its record cannot be written, and is given up when it can', async () => {
    const failed: (string | undefined)[] = []
    await keep(3, ({ event }) => {
      if (event?.type !== 'task-ended') return
      failed.push(event.failed)
      if (failed.length < 9) throw ApplicationFailure.nonRetryable('away')
    })
    expect(failed).toEqual([...Array.from({ length: 6 }, () => undefined), 'away', undefined, 'away'])
  })
})
