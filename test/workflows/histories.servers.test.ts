import { DeterminismViolationError } from '@temporalio/workflow'
import { Worker, type WorkflowBundle } from '@temporalio/worker'
import { beforeAll, describe, expect, it } from 'vitest'
import {
  historiesOf,
  historyFromJson,
  type RecordedHistory,
  recordedStories,
  storiesOnDisk,
} from '../support/histories.ts'
import { bundleWorkflows, quiet } from '../support/temporal.ts'

let workflowBundle: WorkflowBundle

beforeAll(async () => {
  quiet()
  workflowBundle = await bundleWorkflows('../../workflows/index.ts', import.meta.url)
})

interface Replayed {
  readonly workflowId: string
  readonly error: Error | undefined
}

/** Replays only as far as it is iterated: this iterates to the end. */
async function replay(histories: readonly RecordedHistory[]): Promise<Replayed[]> {
  const replayed: Replayed[] = []
  const given = histories.map(({ workflowId, history }) => ({
    workflowId,
    history: historyFromJson(history),
  }))
  for await (const { workflowId, error } of Worker.runReplayHistories({ workflowBundle }, given))
    replayed.push({ workflowId, error })
  return replayed
}

describe.each(recordedStories)('the recorded story "%s"', (story) => {
  let histories: RecordedHistory[]
  beforeAll(async () => {
    histories = await historiesOf(story)
  })

  it('was recorded: an incident to its review, which begins when it is closed', () => {
    const types = histories.map(({ type }) => type)
    expect(types, 'npm run histories records it').toEqual(expect.arrayContaining(['incident', 'review']))
  })

  it('replays on the workflows as they are now, every one of them', async () => {
    const replayed = await replay(histories)
    expect(replayed).toEqual(histories.map(({ workflowId }) => ({ workflowId, error: undefined })))
    expect(replayed.length).toBeGreaterThan(0)
  })
})

describe('the recorded stories', () => {
  it('are those that are replayed, and no others', async () => {
    expect((await storiesOnDisk()).toSorted()).toEqual(recordedStories.toSorted())
  })

  it('have a run of every workflow', async () => {
    const all = await Promise.all(recordedStories.map(historiesOf))
    const types = new Set(all.flat().map(({ type }) => type))
    expect([...types].toSorted()).toEqual([
      'audit',
      'checkShard',
      'incident',
      'remediation',
      'remediationAttempt',
      'review',
    ])
  })

  it('have two incidents of one grouping key, each with a workflow of its own', async () => {
    const incidents = (await historiesOf('fires-again')).filter(({ type }) => type === 'incident')
    expect(incidents.map(({ workflowId }) => workflowId).toSorted()).toEqual([
      'incident/INC-1',
      'incident/INC-2',
    ])
  })

  it('would tell of a workflow that does something else than it did', async () => {
    const recorded = (await historiesOf('heals')).filter(({ type }) => type === 'incident')
    const text = JSON.stringify(recorded).replaceAll('"name":"advance"', '"name":"readSomethingElse"')
    const [replayed] = await replay(JSON.parse(text) as RecordedHistory[])
    expect(replayed?.error).toBeInstanceOf(DeterminismViolationError)
  })
})
