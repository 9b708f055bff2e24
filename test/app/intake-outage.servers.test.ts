import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createIntake } from '../../src/app/intake.ts'
import { createRecords } from '../../src/app/records.ts'
import { senderQuota } from '../../src/app/sender-quota.ts'
import { lockDataDirectory } from '../../src/embedded/data-directory.ts'
import { startEmbedded } from '../../src/embedded/embedded-servers.ts'
import { createServerMetrics } from '../../src/metrics/server-metrics.ts'
import { migrate } from '../../src/postgres/database.ts'
import { openServerPools, type ServerPools } from '../../src/postgres/pools.ts'
import { configurationWith } from '../domain/check/world.ts'
import { notificationOf } from '../intake/alertmanager-payloads.ts'
import { principal, startWeb } from '../web/world.ts'

/** A PostgreSQL that is stopped as a whole; the one of the run belongs to other tests too. */
const stack = new AsyncDisposableStack()
let pools: ServerPools
let address: string

beforeAll(async () => {
  const folder = await mkdtemp(join(tmpdir(), 'firewatch-outage-'))
  stack.defer(() => rm(folder, { recursive: true, force: true }))
  const lock = stack.adopt(await lockDataDirectory(join(folder, 'data')), (one) => one.release())
  const { DATABASE_URL: _database, ...rest } = process.env
  const env = { ...rest, TEMPORAL_ADDRESS: 'nobody-asks', CLICKHOUSE_URL: 'nobody-asks' }
  const servers = stack.adopt(await startEmbedded({ lock, env, log: () => undefined }), (one) => one.stop())
  pools = stack.adopt(openServerPools(servers.postgres.url), (one) => one.close())
  await migrate(pools.console.pool)
  address = await startServer()
})
afterAll(() => stack.disposeAsync())

async function startServer(): Promise<string> {
  const running = () => configurationWith([])
  const records = createRecords(pools.console.db, () => new Date(), {
    running,
    newToken: () => crypto.randomUUID(),
    urgent: { intake: pools.intake.db, dispatch: pools.dispatch.db },
  })
  const metrics = createServerMetrics(() => Promise.reject(new Error('nobody asks')))
  const log = { warn: () => undefined, info: () => undefined }
  const { dependencies } = await startWeb()
  const { app } = await startWeb({
    credentials: {
      ...dependencies.credentials,
      check: async (_kind, secret) => ({ ...principal(secret, 'sender'), kind: 'sender' }),
    },
    intake: createIntake({ records, metrics, running, withinQuota: senderQuota(running, log), log }),
  })
  stack.adopt(app, (one) => one.close())
  return app.listen({ host: '127.0.0.1', port: 0 })
}

interface Outcome {
  readonly sender: string
  readonly instance: string
  readonly status: number
  readonly retryAfter: string | null
}

/** Sends alert after alert until it is told to end, whatever it is answered. */
async function keepSending(sender: string, run: number, outcomes: Outcome[], until: AbortSignal) {
  const url = `${address}/api/v1/${run % 2 === 0 ? 'alerts' : 'intake/alertmanager'}`
  for (let count = 0; !until.aborted; count++) {
    const instance = `${sender}-${run}-${count}`
    const labels = { alertname: 'Down', instance }
    const isOwn = run % 2 === 0
    const body = isOwn ? { alerts: [{ labels }] } : notificationOf([{ labels, fingerprint: undefined }])
    const answer = await fetch(url, {
      method: 'POST',
      headers: { authorization: `Bearer ${sender}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
    await answer.arrayBuffer()
    outcomes.push({ sender, instance, status: answer.status, retryAfter: answer.headers.get('retry-after') })
  }
}

async function processesOfPostgres(): Promise<number[]> {
  const { rows } = await pools.console.pool.query<{ pid: number }>(
    `SELECT pid FROM pg_stat_activity
     UNION SELECT split_part(pg_read_file('postmaster.pid'), E'\\n', 1)::int`,
  )
  return rows.map(({ pid }) => pid)
}

it('what was answered 2xx is stored, though PostgreSQL stands still in the middle of requests; the rest hears 503, and it goes on by itself', async () => {
  const outcomes: Outcome[] = []
  const told = new AbortController()
  const senders = ['noisy', 'shop', 'crm']
  const runs = senders.flatMap((sender) =>
    Array.from({ length: sender === 'noisy' ? 24 : 2 }, (_, run) =>
      keepSending(sender, run, outcomes, told.signal),
    ),
  )
  const stored = (from: number) =>
    senders.map((sender) => outcomes.slice(from).some((one) => one.sender === sender && one.status < 300))
  const all = senders.map(() => true)
  await expect.poll(() => stored(0), { timeout: 20_000 }).toEqual(all)

  const stopped = await processesOfPostgres()
  const before = outcomes.length
  for (const pid of stopped) process.kill(pid, 'SIGSTOP')
  try {
    const refused = () =>
      senders.map((sender) =>
        outcomes.slice(before).some((one) => one.sender === sender && one.status === 503),
      )
    await expect.poll(refused, { timeout: 20_000 }).toEqual(all)
  } finally {
    for (const pid of stopped) process.kill(pid, 'SIGCONT')
  }
  const after = outcomes.length
  await expect.poll(() => stored(after), { timeout: 20_000 }).toEqual(all)
  told.abort()
  await Promise.all(runs)

  expect([...new Set(outcomes.map(({ status }) => status))].toSorted((a, b) => a - b)).toEqual([202, 503])
  for (const { status, retryAfter } of outcomes) if (status === 503) expect(retryAfter).not.toBeNull()
  const { rows } = await pools.console.pool.query<{ instance: string }>(
    `SELECT labels->>'instance' AS instance FROM alert_inbox`,
  )
  const kept = new Set(rows.map(({ instance }) => instance))
  const lost = outcomes.filter(({ status, instance }) => status === 202 && !kept.has(instance))
  expect(lost).toEqual([])
}, 90_000)
