import { randomUUID } from 'node:crypto'
import {
  addRankingConfiguration,
  applicationName,
  readRankingConfiguration,
  restoreRankingConfiguration,
  usual,
  withClient,
} from './service/database.ts'

export const faultNames = ['poison-cache', 'hang', 'bad-config'] as const
export type FaultName = (typeof faultNames)[number]

/** Where a running world can be reached. */
export interface WorldAddress {
  /** Also where `/admin/…` is. */
  readonly serviceUrl: string
  readonly supervisorUrl: string
  readonly adminToken: string
  readonly databaseUrl: string
}

export interface Faults {
  start(name: FaultName): Promise<void>
  /** Which faults the world shows now, read from the service and the database, not remembered. */
  status(): Promise<Readonly<Record<FaultName, boolean>>>
  /** A person puts the ranking configuration right. Returns the platforms that were wrong. */
  fixConfig(actor: string): Promise<string[]>
  /** Undoes whatever is wrong: a restart for a stuck service, a flush otherwise, and the configuration. */
  clear(actor: string): Promise<void>
}

/**
 * Breaks the feed service as people and bugs do, by ways that it has anyway; it has no notion of being broken on purpose. All that
 * can be seen of it elsewhere is what users then no longer do.
 */
export function createFaults(world: WorldAddress): Faults {
  const starters: Readonly<Record<FaultName, () => Promise<void>>> = {
    'poison-cache': () => poisonCache(world),
    hang: () => leakConnections(world),
    'bad-config': () => configureBadly(world),
  }
  const fixConfig = (actor: string) =>
    withClient(world.databaseUrl, (database) =>
      restoreRankingConfiguration(database, actor, 'put right by hand'),
    )
  const status = () => statusOf(world)
  return {
    start: (name) => starters[name](),
    status,
    fixConfig,
    async clear(actor) {
      await fixConfig(actor)
      const stuck = (await status()).hang
      if (stuck) await ask(world, new URL('/restart', world.supervisorUrl), { method: 'POST' })
      else await ask(world, new URL('/admin/cache/flush', world.serviceUrl), { method: 'POST' })
    },
  }
}

const platform = 'iOS'
/** Someone took the scale of 0 to 10 for one of 0 to 100. Nothing but the pinned post scores as much. */
const absurdScore = 40

/** The cache is warmed for the evening with a wrong score, and for a day in place of some minutes. */
async function poisonCache(world: WorldAddress): Promise<void> {
  await ask(world, new URL('/admin/cache/warm', world.serviceUrl), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ os: platform, min_score: absurdScore, ttl_seconds: 86_400 }),
  })
}

/** Someone asks for the report of a platform that does not exist, again and again. See `reportPlatform` in the service. */
async function leakConnections(world: WorldAddress): Promise<void> {
  const { pool } = await readState(world)
  for (let call = 0; call < pool.max; call += 1) {
    const response = await send(world, new URL('/admin/report?os=Windows', world.serviceUrl))
    // 503: the pool is empty already.
    if (response.status !== 404 && response.status !== 503) throw await failure(response)
  }
}

async function configureBadly({ databaseUrl }: WorldAddress): Promise<void> {
  const bad = { platform, minScore: absurdScore, pageSize: usual.pageSize }
  await withClient(databaseUrl, (database) =>
    addRankingConfiguration(database, bad, 'ranking-experiments', 'raise quality of what is shown'),
  )
}

async function statusOf(world: WorldAddress): Promise<Readonly<Record<FaultName, boolean>>> {
  const { cache } = await readState(world)
  return withClient(world.databaseUrl, async (database) => {
    const stuck = await database.query(
      "SELECT 1 FROM pg_stat_activity WHERE application_name = $1 AND state = 'idle in transaction'",
      [applicationName],
    )
    const configuration = await readRankingConfiguration(database, platform)
    return {
      'poison-cache': cache.longestLeftMs > cache.ttlMs,
      hang: (stuck.rowCount ?? 0) > 0,
      'bad-config': configuration?.minScore !== usual.minScore,
    }
  })
}

interface ServiceState {
  readonly cache: { readonly ttlMs: number; readonly longestLeftMs: number }
  readonly pool: { readonly max: number }
}

async function readState(world: WorldAddress): Promise<ServiceState> {
  return (await ask(world, new URL('/admin/state', world.serviceUrl))) as ServiceState
}

async function ask(world: WorldAddress, url: URL, request: RequestInit = {}): Promise<unknown> {
  const response = await send(world, url, request)
  if (!response.ok) throw await failure(response)
  return response.json()
}

function send({ adminToken }: WorldAddress, url: URL, request: RequestInit = {}): Promise<Response> {
  const headers = new Headers(request.headers)
  headers.set('authorization', `Bearer ${adminToken}`)
  headers.set('idempotency-key', randomUUID())
  return fetch(url, { ...request, headers, signal: AbortSignal.timeout(20_000) })
}

async function failure(response: Response): Promise<Error> {
  return new Error(`${response.url} answered ${response.status}: ${await response.text()}`)
}
