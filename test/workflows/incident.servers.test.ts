import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { minute } from '../support/incident-configuration.ts'
import { failedTasks, type IncidentWorkflows, startIncidentWorkflows } from '../support/incident-workflows.ts'

let workflows: IncidentWorkflows

beforeAll(async () => {
  workflows = await startIncidentWorkflows()
})
afterAll(() => workflows?.stop())

const until = (look: () => unknown) => expect.poll(look, { timeout: 20_000, interval: 20 })
describe('the workflow of an incident', () => {
  it('brings what falls due, and ends when the incident has', async () => {
    const steps = [
      { notify: ['ana'], ackTimeoutMs: 300 },
      { notify: ['ben'], ackTimeoutMs: 10 * minute },
    ]
    const { story } = await workflows.begin({ policy: { steps }, route: { stableForMs: 200 } })
    await story.apply([story.alert('firing', 'ios', 'critical')])
    await until(story.pages).toEqual(['r0/s1/ana/c0', 'r0/s2/ben/c0'])
    await story.give('acknowledge', 'ben')
    await story.apply([story.alert('resolved', 'ios', 'critical')])
    await until(async () => (await story.newest()).state).toBe('resolved')
    await (await workflows.handleOf(story)).result()
    expect(await failedTasks(await workflows.handleOf(story))).toEqual([])
    const { events } = await (await workflows.handleOf(story)).fetchHistory()
    expect(events?.length).toBeLessThan(120)
    expect(await story.replayed()).toEqual(await story.machine())
  })

  it('N10, N27: keeps a short history over thousands of alert changes and notes while a step is held', async () => {
    const steps = [{ notify: ['ana'], when: { moreThan: 100_000, withinMs: minute } }]
    const { story } = await workflows.begin({ policy: { steps } })
    await story.fire('ios')
    for (let round = 0; round < 10; round++) {
      const changes = Array.from({ length: 500 }, (_, index) => [
        story.alert('resolved', `a${index}`, 'critical'),
        story.alert('firing', `a${index}`, 'critical'),
      ])
      await story.apply(changes.flat())
      for (let note = 0; note < 20; note++) await story.give('note', 'ana', { text: `${round}/${note}` })
    }
    const handle = await workflows.handleOf(story)
    expect((await handle.describe()).status.name).toBe('RUNNING')
    const { events } = await handle.fetchHistory()
    expect(events?.length).toBeLessThan(400)
    await story.give('resolve', 'ana', { anyway: true })
  })

  it('continues as the next run at any moment, and the story goes on', async () => {
    const { story } = await workflows.begin()
    await story.fire('ios')
    const handle = await workflows.handleOf(story)
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
