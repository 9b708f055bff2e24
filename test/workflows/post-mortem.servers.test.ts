import { Client, Connection } from '@temporalio/client'
import { ApplicationFailure } from '@temporalio/common'
import type { TestWorkflowEnvironment } from '@temporalio/testing'
import { Worker, type WorkflowBundle } from '@temporalio/worker'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { CollectEvidence, Findings } from '../../activities/investigate.ts'
import type { Drafted } from '../../activities/post-mortem.ts'
import { createReviewProgress } from '../../src/temporal/review-progress.ts'
import { bundleWorkflows, startTimeSkipping } from '../support/temporal.ts'

let temporal: TestWorkflowEnvironment
let workflowBundle: WorkflowBundle

beforeAll(async () => {
  temporal = await startTimeSkipping()
  workflowBundle = await bundleWorkflows('../support/investigate-workflows.ts', import.meta.url)
})
afterAll(() => temporal?.teardown())

interface Deeds {
  collectEvidence?(asked: CollectEvidence): Promise<Findings>
  draftReview?(asked: { incident: number }): Promise<Drafted>
  giveUpReview?(asked: { incident: number; reason: string }): Promise<void>
}

async function run<Result>(
  workflow: string,
  workflowId: string,
  input: object,
  activities: Deeds,
): Promise<Result> {
  const taskQueue = `test-${workflowId}`
  const worker = await Worker.create({
    connection: temporal.nativeConnection,
    taskQueue,
    workflowBundle,
    activities,
  })
  const result = await worker.runUntil(
    temporal.client.workflow.execute(workflow, { workflowId, taskQueue, args: [input] }),
  )
  return result as Result
}

describe('the review workflow', () => {
  it('drafts the review of its incident, however often drafting breaks off first', async () => {
    const asked: number[] = []
    await run(
      'review',
      'review/INC-42',
      { incident: 42 },
      {
        async draftReview({ incident }) {
          asked.push(incident)
          if (asked.length < 3) throw new Error('PostgreSQL is away')
          return { file: 'INC-42.md', passed: 14, checks: 16 }
        },
      },
    )
    expect(asked).toEqual([42, 42, 42])
  })
})

describe('N16 a draft that fails', () => {
  it('is told with its reason: while it is tried again, and when it failed for good', async () => {
    const progress = createReviewProgress(temporal.client)
    const seen: (string | undefined)[] = [await progress.trouble(43)]
    const givenUp: object[] = []
    const ended = run(
      'review',
      'review/INC-43',
      { incident: 43 },
      {
        async draftReview() {
          seen.push(await progress.trouble(43))
          if (seen.length < 4) throw new Error('PostgreSQL is away')
          throw ApplicationFailure.nonRetryable('Invalid regular expression')
        },
        async giveUpReview(asked) {
          givenUp.push(asked)
        },
      },
    )
    await expect(ended).rejects.toThrow()
    expect(seen).toEqual([
      undefined,
      undefined,
      'its draft failed once and is tried again: PostgreSQL is away',
      'its draft failed 2 times and is tried again: PostgreSQL is away',
    ])
    expect(await progress.trouble(43)).toBe('its draft failed for good: Invalid regular expression')
    expect(givenUp).toEqual([{ incident: 43, reason: 'Invalid regular expression' }])
  })

  it('is not tried for ever: after a day it is given up, and the timeline says why', async () => {
    const givenUp: object[] = []
    const ended = run(
      'review',
      'review/INC-44',
      { incident: 44 },
      {
        async draftReview() {
          throw new Error('PostgreSQL is away')
        },
        async giveUpReview(asked) {
          givenUp.push(asked)
        },
      },
    )
    await expect(ended).rejects.toThrow()
    expect(givenUp).toEqual([{ incident: 44, reason: 'PostgreSQL is away' }])
  })

  it('says when it cannot be asked', async () => {
    const nowhere = new Client({ connection: Connection.lazy({ address: '127.0.0.1:1' }) })
    expect(await createReviewProgress(nowhere, 300).trouble(1)).toMatch(
      /^whether its draft failed cannot be asked: /,
    )
  })
})

describe('an investigation', () => {
  it('returns what was found', async () => {
    const found = { findings: [{ evidence: 'INC-42/E1', text: 'Likes at 12' }] }
    const result = await run(
      'investigation',
      'investigation-1',
      { incident: 42, stage: 'opened' },
      { collectEvidence: async () => found },
    )
    expect(result).toEqual(found)
  })

  it('that cannot be carried out is a finding, and ends no story', async () => {
    const result = await run<Findings>(
      'investigation',
      'investigation-2',
      { incident: 42, stage: 'mitigated' },
      {
        async collectEvidence() {
          throw ApplicationFailure.nonRetryable('configuration revision abc was never saved here')
        },
      },
    )
    expect(result.findings).toEqual([
      {
        evidence: 'INC-42',
        text: 'Evidence could not be collected: configuration revision abc was never saved here',
      },
    ])
  })

  it('that breaks off again and again is given up in the end', async () => {
    let tries = 0
    const result = await run<Findings>(
      'investigation',
      'investigation-3',
      { incident: 42, stage: 'opened' },
      {
        async collectEvidence() {
          tries++
          throw new Error('PostgreSQL is away')
        },
      },
    )
    expect(tries).toBeGreaterThan(3)
    expect(result.findings[0]?.text).toContain('PostgreSQL is away')
  })
})
