import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { type FakeWebhook, startFakeWebhook } from '../../examples/fakes/webhook.ts'
import type { Incident } from '../../src/domain/incident/incident.ts'
import type { CommandAnswer } from '../../src/domain/incident/messages.ts'
import { removeData, startUp, type UpFirewatch } from '../support/firewatch.ts'
import { shopAlerts, twoPeople } from './two-people.ts'

const soon = { timeout: 60_000, interval: 100 }

describe('N07: while Temporal hangs', () => {
  let ana: FakeWebhook
  let ben: FakeWebhook
  let up: UpFirewatch
  let temporal: number

  beforeEach(async () => {
    ana = await startFakeWebhook()
    ben = await startFakeWebhook()
    up = await startUp(twoPeople('2s'), { JOURNEY_ANA_URL: ana.url, JOURNEY_BEN_URL: ben.url })
    temporal = (await up.run()).processes['temporal'] ?? Number.NaN
    process.kill(temporal, 'SIGSTOP')
  })
  afterEach(async () => {
    process.kill(temporal, 'SIGCONT')
    await up.stop()
    await Promise.all([ana.stop(), ben.stop()])
    await removeData(up.dataDir)
  })

  it('first pages go out, commands count, what is due waits, and nobody is paged twice when it is back', async () => {
    await up.api('POST', '/api/v1/alerts', shopAlerts(['CheckoutDown', 'CartDown', 'SearchDown']))
    await vi.waitFor(() => expect(incidentsTold(ana).size).toBe(3), soon)

    const acknowledged = await up.api<CommandAnswer>('POST', '/api/v1/incidents/INC-1/acknowledge')
    expect(acknowledged).toMatchObject({ changed: true })
    const { incident } = await up.api<{ incident: Incident }>('GET', '/api/v1/incidents/INC-1')
    expect(incident.acknowledgedBy).not.toBeNull()
    expect(ben.received).toHaveLength(0)

    process.kill(temporal, 'SIGCONT')
    // What nobody acknowledged goes on to the second step.
    await vi.waitFor(() => expect([...incidentsTold(ben)].toSorted()).toEqual(['INC-2', 'INC-3']), soon)
    const keys = ana.received
      .filter(({ body }) => (body as { kind: string }).kind === 'page')
      .map(({ key }) => key)
    expect(new Set(keys).size).toBe(keys.length)
  })
})

/** Incidents that somebody was paged about, by pages and in bundles. */
function incidentsTold({ received }: FakeWebhook): Set<string> {
  const pages = received.map(
    ({ body }) => body as { kind: string; incident: string; bundled?: { incident: string }[] },
  )
  return new Set(
    pages
      .filter(({ kind }) => kind === 'page')
      .flatMap(({ incident, bundled = [] }) => [incident, ...bundled.map((one) => one.incident)]),
  )
}
