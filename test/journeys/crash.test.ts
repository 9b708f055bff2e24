import { randomUUID } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { type FakeWebhook, startFakeWebhook } from '../../examples/fakes/webhook.ts'
import type { Incident } from '../../src/domain/incident/incident.ts'
import type { IncidentRecords } from '../../src/web/dependencies.ts'
import { firewatch, removeData, startUp, type UpFirewatch } from '../support/firewatch.ts'
import { shopAlerts, twoPeople } from './two-people.ts'

const soon = { timeout: 60_000, interval: 100 }

describe('kill -9', () => {
  let ana: FakeWebhook
  let ben: FakeWebhook
  let env: NodeJS.ProcessEnv
  let up: UpFirewatch

  beforeEach(async () => {
    ana = await startFakeWebhook()
    ben = await startFakeWebhook()
    env = { JOURNEY_ANA_URL: ana.url, JOURNEY_BEN_URL: ben.url }
    up = await startUp(twoPeople(), env)
  })

  afterEach(async () => {
    await up.stop()
    await Promise.all([ana.stop(), ben.stop()])
    await removeData(up.dataDir)
  })

  it('of the worker in the middle of an escalation wait loses no step and repeats none', async () => {
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

  it('of the server right after it accepted alerts loses none and pages for each once', async () => {
    const names = Array.from({ length: 20 }, (_, index) => `Alert${index}`)
    const { processes } = await up.run()
    await up.api('POST', '/api/v1/alerts', shopAlerts(names))
    process.kill(processes['server'] ?? Number.NaN, 'SIGKILL')

    const told = () => pagesOf(ana).flatMap(({ body }) => incidentsIn(body))
    await vi.waitFor(() => expect(new Set(told()).size).toBe(names.length), soon)
    expect(told()).toHaveLength(names.length)
    const { incidents } = await up.api<{ incidents: Incident[] }>('GET', '/api/v1/incidents')
    expect(incidents.map(({ title }) => title).toSorted()).toEqual(
      names.map((name) => `shop: ${name}`).toSorted(),
    )
  })

  it('of everything at once leaves nothing behind that blocks the next start, and the story goes on', async () => {
    await up.api('POST', '/api/v1/alerts', shopAlerts(['CheckoutDown']))
    await vi.waitFor(() => expect(pagesOf(ana)).toHaveLength(1), soon)
    const { processes } = await up.run()
    up.child.kill('SIGKILL')
    await vi.waitFor(() => expect(Object.values(processes).filter(isAlive)).toEqual([]), soon)

    up = await startUp(twoPeople(), env, up.dataDir)
    await vi.waitFor(() => expect(pagesOf(ben)).toHaveLength(1), soon)
    expect(pagesOf(ana)).toHaveLength(1)
  })

  it('is told from a second start on the same data, which refuses and names path and owner', async () => {
    const second = await firewatch(
      ['up', '--config', `${up.dataDir}/firewatch.yaml`, '--data', up.dataDir],
      env,
    )
    expect(second.code).toBe(3)
    expect(second.stderr).toContain(up.dataDir)
    expect(second.stderr).toContain(String(up.child.pid))
  })

  it('is survived by commands given again: the same acknowledgement twice is one', async () => {
    await up.api('POST', '/api/v1/alerts', shopAlerts(['CheckoutDown']))
    await vi.waitFor(() => expect(pagesOf(ana)).toHaveLength(1), soon)
    const key = randomUUID()
    const { url, token } = await up.run()
    const acknowledge = async () => {
      const headers = { authorization: `Bearer ${token}`, 'idempotency-key': key }
      const response = await fetch(new URL('/api/v1/incidents/INC-1/acknowledge', url), {
        method: 'POST',
        headers,
      })
      return response.json()
    }
    expect(await acknowledge()).toEqual(await acknowledge())
    const { records } = await show(up)
    expect(records.timeline.filter(({ kind }) => kind === 'acknowledged')).toHaveLength(1)
  })
})

const pagesOf = (fake: FakeWebhook) => fake.received.filter(({ body }) => body['kind'] === 'page')

/** Every incident that a message tells of: of many at once, one message names the others. */
function incidentsIn(body: Readonly<Record<string, unknown>>): unknown[] {
  const bundled = body['bundled'] as readonly { incident: string }[]
  return [body['incident'], ...bundled.map(({ incident }) => incident)]
}

async function show(up: UpFirewatch): Promise<{ incident: Incident; records: IncidentRecords }> {
  const { incident, ...records } = await up.api<{ incident: Incident } & IncidentRecords>(
    'GET',
    '/api/v1/incidents/INC-1',
  )
  return { incident, records }
}

async function review(up: UpFirewatch): Promise<string> {
  const answer = await up.api<{ markdown: string }>('GET', '/api/v1/incidents/INC-1/review')
  return answer.markdown
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
