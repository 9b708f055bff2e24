import { afterEach, beforeEach } from 'vitest'
import { type FakeWebhook, startFakeWebhook } from '../../examples/fakes/webhook.ts'
import type { Incident } from '../../src/domain/incident/incident.ts'
import type { IncidentView } from '../../src/web/incident-view.ts'
import { removeData, startUp, type UpFirewatch } from '../support/firewatch.ts'
import { twoPeople } from './two-people.ts'

export const soon = { timeout: 60_000, interval: 100 }

/** A Firewatch of its own for each test of the file, and the receivers of its two people. */
export interface CrashWorld {
  ana: FakeWebhook
  ben: FakeWebhook
  env: NodeJS.ProcessEnv
  up: UpFirewatch
}

export function crashWorld(): CrashWorld {
  const world = {} as CrashWorld
  beforeEach(async () => {
    const [ana, ben] = await Promise.all([startFakeWebhook(), startFakeWebhook()])
    const env = { JOURNEY_ANA_URL: ana.url, JOURNEY_BEN_URL: ben.url }
    Object.assign(world, { ana, ben, env, up: await startUp(twoPeople(), env) })
  })
  afterEach(async () => {
    await world.up.stop()
    await Promise.all([world.ana.stop(), world.ben.stop()])
    await removeData(world.up.dataDir)
  })
  return world
}

export const pagesOf = (fake: FakeWebhook) => fake.received.filter(({ body }) => body['kind'] === 'page')

/** Every incident that a message tells of: of many at once, one message names the others. */
export function incidentsIn(body: Readonly<Record<string, unknown>>): unknown[] {
  const bundled = body['bundled'] as readonly { incident: string }[]
  return [body['incident'], ...bundled.map(({ incident }) => incident)]
}

export async function show(up: UpFirewatch): Promise<{ incident: Incident; records: IncidentView }> {
  const { incident, ...records } = await up.api<{ incident: Incident } & IncidentView>(
    'GET',
    '/api/v1/incidents/INC-1',
  )
  return { incident, records }
}

export async function review(up: UpFirewatch): Promise<string> {
  const answer = await up.api<{ markdown: string }>('GET', '/api/v1/incidents/INC-1/review')
  return answer.markdown
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
