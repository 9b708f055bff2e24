import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createHeartbeats, heartbeatWatchOf } from '../../src/app/heartbeats.ts'
import { createIdentities } from '../../src/app/identities.ts'
import { createLog } from '../../src/app/log.ts'
import { createRecords, type Records } from '../../src/app/records.ts'
import { createDispatcher } from '../../src/intake/dispatcher.ts'
import { inboxChannel } from '../../src/postgres/alert-inbox.ts'
import { migrate, openDatabase, type OpenDatabase } from '../../src/postgres/database.ts'
import { listenTo } from '../../src/postgres/listen.ts'
import { monitor } from '../domain/alert/heartbeat-story.ts'
import { configurationWith } from '../domain/check/world.ts'
import { startPostgres, type TestPostgres } from '../support/servers.ts'
import { startWeb } from '../web/world.ts'

let postgres: TestPostgres
let database: OpenDatabase
let records: Records
const watched = configurationWith([], {
  heartbeats: { 'nightly-backup': monitor({ everyMs: 86_400_000, service: 'feed' }) },
})
let configuration = watched
const running = () => configuration
const now = () => new Date()
const newToken = () => randomBytes(16).toString('hex')

beforeAll(async () => {
  postgres = await startPostgres()
  database = openDatabase(postgres.url, 12)
  await migrate(database.pool)
  records = createRecords(database.db, now, { running, newToken })
  await records.configurations.save(watched)
})
afterAll(async () => {
  await database?.close()
  await postgres?.stop()
})

it('a job that says by its key that it failed opens an incident, and the next beat ends its alert', async () => {
  const log = createLog('server', 'silent')
  const watch = heartbeatWatchOf({ records, running, log })
  const dispatcher = createDispatcher({
    store: records.dispatch,
    listen: (onNotify) => listenTo(database.pool, inboxChannel, onNotify, () => undefined),
    configuration: running,
    log,
    newToken,
    clock: () => performance.now(),
    now,
  })
  const credentials = createIdentities(records.credentials, running, undefined)
  const web = await startWeb({
    credentials,
    now,
    heartbeats: createHeartbeats(records, running, () => watch.notice(), now),
  })
  try {
    dispatcher.start()
    watch.start()
    const holder = credentials.holderNamed('nightly-backup')?.holder
    if (holder === undefined) throw new Error('nobody is called nightly-backup')
    const key = await credentials.issue('token', holder, null)
    const beat = async (path: string) => (await web.app.inject({ method: 'POST', url: path })).statusCode
    const incidents = () => records.incidents.list({ limit: 5 })

    expect(await beat(`/heartbeat/${key}`)).toBe(200)
    expect(await beat(`/heartbeat/${key}/fail`)).toBe(200)
    await expect
      .poll(async () => (await incidents()).map(({ title, state, severity }) => [title, state, severity]), {
        timeout: 20_000,
      })
      .toEqual([['nightly-backup reported a failure (feed)', 'open', 'P1']])
    expect(await beat(`/heartbeat/${key}`)).toBe(200)
    await expect
      .poll(async () => (await incidents()).map(({ state }) => state), { timeout: 20_000 })
      .toEqual(['monitoring'])

    const alerts = await web.app.inject({
      method: 'POST',
      url: '/api/v1/alerts',
      headers: { authorization: `Bearer ${key}` },
      payload: { alerts: [] },
    })
    expect(alerts.statusCode).toBe(403)
    configuration = { ...watched, heartbeats: {} }
    expect(await beat(`/heartbeat/${key}`)).toBe(404)
    configuration = watched
  } finally {
    await Promise.all([watch.stop(), dispatcher.stop(), web.app.close()])
  }
})
