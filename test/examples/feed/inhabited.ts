import { randomUUID } from 'node:crypto'
import { type ClickHouseClient, createClient } from '@clickhouse/client'
import type { Town } from '../../../examples/feed/behaviour.ts'
import { createPopulation } from '../../../examples/feed/population.ts'
import { type FeedWorld, startFeedWorld } from '../../../examples/feed/world.ts'
import { type Stores, startStores } from './stores.ts'
import { createWatch } from './watching.ts'

export interface Run {
  readonly pid: number
  readonly instance: string
}

export interface ServiceState {
  readonly pid: number
  readonly cache: { readonly entries: number; readonly longestLeftMs: number }
  readonly pool: {
    readonly max: number
    readonly total: number
    readonly idle: number
    readonly waiting: number
  }
}

export interface Answer {
  readonly status: number
  readonly body: unknown
}

type Headers = Readonly<Record<string, string>>

/** A world with stores of its own, and what a test does to it and sees of it. */
export interface Inhabited {
  readonly stores: Stores
  readonly world: FeedWorld
  readonly clickhouse: ClickHouseClient
  readonly watch: ReturnType<typeof createWatch>
  /** Lines that the processes of the world wrote to their log. */
  readonly said: readonly string[]
  call(method: 'GET' | 'POST', url: string, headers?: Headers): Promise<Answer>
  flush(key?: string, headers?: Headers): Promise<Answer>
  restart(key?: string): Promise<Answer>
  currentRun(): Promise<Run>
  state(): Promise<ServiceState>
  stop(): Promise<void>
}

export const cacheTtlMs = 500
/** Three times the usual load, so that two seconds say enough. */
const scale = 3

export async function startInhabited(): Promise<Inhabited> {
  const stores = await startStores()
  const said: string[] = []
  const log = (line: string) => void said.push(line)
  const world = await startFeedWorld({ ...stores, log, cacheTtlMs, scale })
  const clickhouse = createClient({ url: stores.clickhouseUrl })
  const town: Town = { population: createPopulation(1), rhythm: { seed: 1, scale } }

  const call = async (method: 'GET' | 'POST', url: string, headers: Headers = {}): Promise<Answer> => {
    const authorization = `Bearer ${world.adminToken}`
    const response = await fetch(url, { method, headers: { authorization, ...headers } })
    return { status: response.status, body: await response.json() }
  }
  return {
    stores,
    world,
    clickhouse,
    watch: createWatch(clickhouse, town),
    said,
    call,
    flush: (key = randomUUID(), headers = {}) =>
      call('POST', `${world.serviceUrl}/admin/cache/flush`, { 'idempotency-key': key, ...headers }),
    restart: (key = randomUUID()) =>
      call('POST', `${world.supervisorUrl}/restart`, { 'idempotency-key': key }),
    currentRun: async () => (await call('GET', `${world.supervisorUrl}/status`)).body as Run,
    state: async () => (await call('GET', `${world.serviceUrl}/admin/state`)).body as ServiceState,
    async stop() {
      await world.stop()
      await clickhouse.close()
      await stores.stop()
    },
  }
}

/** What a busy machine shifts from one second to the next is no fault. */
export const sound = (level: number) => level > 0.7 && level < 1.3
/** A tenth of the people see feeds ranked ahead; the rest see the pinned post or nothing. */
export const hidden = (level: number) => level < 0.5
