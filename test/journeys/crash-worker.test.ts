import { describe, expect, it, vi } from 'vitest'
import { crashWorld, pagesOf, review, show, soon } from './crash-world.ts'
import { shopAlerts } from './two-people.ts'

const world = crashWorld()

describe('kill -9', () => {
  it('of the worker in the middle of an escalation wait loses no step and repeats none', async () => {
    const { ana, ben, up } = world
    await up.api('POST', '/api/v1/alerts', shopAlerts(['CheckoutDown']))
    await vi.waitFor(() => expect(pagesOf(ana)).toHaveLength(1), soon)
    // Only then is it waiting: a worker that dies before it could note the send leaves an honest `unknown`.
    await vi.waitFor(async () => expect((await show(up)).records.pages[0]?.state).toBe('sent'), soon)
    const { processes } = await up.run()
    process.kill(processes['worker'] ?? Number.NaN, 'SIGKILL')
    await vi.waitFor(() => expect(pagesOf(ben)).toHaveLength(1), soon)
    expect(pagesOf(ana)).toHaveLength(1)

    await up.api('POST', '/api/v1/incidents/INC-1/acknowledge')
    await up.api('POST', '/api/v1/alerts', shopAlerts(['CheckoutDown'], 'resolved'))
    await vi.waitFor(async () => expect((await show(up)).incident.state).toBe('resolved'), soon)
    const { records } = await show(up)
    expect(
      records.pages.filter(({ kind }) => kind === 'page').map(({ person, state }) => [person, state]),
    ).toEqual([
      ['ana', 'sent'],
      ['ben', 'sent'],
    ])
    await vi.waitFor(async () => expect(await review(up)).toContain('INC-1'), soon)
    expect((await up.run()).processes['worker']).not.toBe(processes['worker'])
  })

  it('F13: of the worker between the provider’s answer and our note of it is one page, tried again under its key', async () => {
    const { ana, up } = world
    // The answer begins, so the provider has taken the page, and does not end before the worker does.
    ana.next({ kind: 'hang-in-body' })
    await up.api('POST', '/api/v1/alerts', shopAlerts(['CheckoutDown']))
    await vi.waitFor(() => expect(pagesOf(ana)).toHaveLength(1), soon)
    const { processes } = await up.run()
    process.kill(processes['worker'] ?? Number.NaN, 'SIGKILL')
    await vi.waitFor(() => expect(pagesOf(ana)).toHaveLength(2), soon)
    expect(new Set(ana.received.map(({ key }) => key)).size).toBe(1)
    expect(ana.effects()).toHaveLength(1)
    await vi.waitFor(async () => expect((await show(up)).records.pages[0]?.state).toBe('sent'), soon)
    expect((await show(up)).records.pages[0]).toMatchObject({ attempts: 2, unknownTries: 1 })
    await up.api('POST', '/api/v1/incidents/INC-1/acknowledge')
    expect((await show(up)).incident.acknowledgedBy).not.toBe(null)
  })
})
