import { Worker } from '@temporalio/worker'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { remediationWorkflowId } from '../../src/domain/remediate/remediate.ts'
import type { Effect } from '../../src/domain/remediate/remediation.ts'
import { type Descents, startDescents } from '../support/descents.ts'
import { type RemediationWorld, rung } from '../support/remediation.ts'
import { startTemporal } from '../support/temporal.ts'

let descents: Descents
let world: RemediationWorld
let incident: number

beforeAll(async () => {
  descents = await startDescents(startTemporal)
})
afterAll(() => descents?.stop())
beforeEach(async () => {
  ;({ world, incident } = await descents.begin())
})

/** Samples come in once a second, so that the real server needs no skipping. */
const quick = {
  ladder: [{ ...rung('flush'), verify: { good: 2, of: 3, withinMs: 30_000 } }],
  sampleEveryMs: 1_000,
}
const containing = (text: string) => expect.stringContaining(text) as string

describe('on the real server', () => {
  it('an attempt that is terminated from outside is closed by its incident, which goes on to people', async () => {
    world.onAct = async (): Promise<Effect> => {
      await descents.temporal.client.workflow.getHandle(remediationWorkflowId('feed')).terminate('by hand')
      return 'done'
    }
    const explanation = containing('The attempt broke off')
    expect(await descents.descend({}, quick)).toMatchObject({ end: 'handed-over', explanation })
    expect(await descents.attempts(incident)).toMatchObject([{ outcome: 'unknown', state: 'done' }])
  })

  it('an act whose worker never reports is probed, and there is no second act', async () => {
    let release = (): void => undefined
    const hanging = new Promise<void>((resolve) => void (release = resolve))
    world.onAct = async (): Promise<Effect> => {
      await hanging
      return 'done'
    }
    world.onProbe = () => {
      world.state = 'ok'
      release()
      return 'done'
    }
    expect(await descents.descend({}, quick)).toMatchObject({ end: 'helped' })
    expect(world.acts).toHaveLength(1)
    expect(world.timeline.map(({ summary }) => summary)).toContain(
      'flush on feed may or may not have been carried out: the worker did not report in time (START_TO_CLOSE).',
    )
  })

  it('a descent and its attempt replay, tell their story, and stay short', async () => {
    world.onAct = () => {
      world.state = 'ok'
      return 'done'
    }
    await descents.descend({}, quick)
    const handles = [`descent-${incident}`, remediationWorkflowId('feed')].map((workflowId) => ({
      workflowId,
      handle: descents.temporal.client.workflow.getHandle(workflowId),
    }))
    const histories = await Promise.all(
      handles.map(async ({ workflowId, handle }) => ({ workflowId, history: await handle.fetchHistory() })),
    )
    const results = Worker.runReplayHistories({ workflowBundle: descents.workflowBundle }, histories)
    const errors: unknown[] = []
    for await (const { error } of results) errors.push(error)
    expect(errors).toEqual([undefined, undefined])
    const lengths = histories.map(({ history }) => history.events?.length ?? 0)
    expect(Math.max(...lengths)).toBeLessThan(80)
    const details = await descents.withWorker(async () =>
      handles[1]?.handle.query('__temporal_workflow_metadata'),
    )
    expect(details).toMatchObject({
      currentDetails: containing(
        `INC-${incident}/a1: flush on feed, rung 1 of 1\n\nIt helped: 2 of 2 samples`,
      ),
    })
  })
})
