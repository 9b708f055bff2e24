import fc from 'fast-check'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { arrivalMs } from '../../src/domain/alert/heartbeat.ts'
import { listHeartbeats } from '../../src/domain/alert/heartbeat-view.ts'
import type { HeartbeatMonitor } from '../../src/domain/configuration/configuration.ts'
import { migrate, openDatabase, type OpenDatabase } from '../../src/postgres/database.ts'
import { createHeartbeatRecords } from '../../src/postgres/heartbeats.ts'
import { epoch, monitor } from '../domain/alert/heartbeat-story.ts'
import { startPostgres, type TestPostgres } from '../support/servers.ts'

let postgres: TestPostgres
/** One for each server. */
let databases: OpenDatabase[]
let database: OpenDatabase

beforeAll(async () => {
  postgres = await startPostgres()
  databases = [1, 2, 3].map(() => openDatabase(postgres.url, 3))
  database = databases[0] as OpenDatabase
  await migrate(database.pool)
})
afterAll(async () => {
  await Promise.all(databases.map((one) => one.close()))
  await postgres?.stop()
})
beforeEach(() => forgetAll())

const forgetAll = () =>
  database.pool.query('TRUNCATE heartbeats, heartbeat_watch, alert_inbox, config_wanted RESTART IDENTITY')

const name = 'nightly-backup'
const records = () => createHeartbeatRecords(database.db)
const configured = (change: Partial<HeartbeatMonitor> = {}, revision = 'now') => ({
  revision,
  heartbeats: { [name]: monitor(change) },
})
const look = (at: number, by: Parameters<ReturnType<typeof records>['look']>[0] = configured()) =>
  records().look(by, new Date(at))
const beat = (receivedAt: number, status: 'ok' | 'fail' = 'ok', message: string | null = null) =>
  records().beat(name, { receivedAt, status, message })

interface Heard {
  readonly event_id: string
  readonly status: string
  readonly at: Date
}

async function heard(): Promise<Heard[]> {
  const sql = 'SELECT event_id, status, coalesce(ends_at, starts_at) AS at FROM alert_inbox ORDER BY id'
  return (await database.pool.query<Heard>(sql)).rows
}

const statuses = async () => (await heard()).map(({ status }) => status)
const standing = async () => (await records().standings())[0]

/** Looks often enough for beats to have come in all the time. */
async function watchFrom(from: number, to: number, by = configured()): Promise<void> {
  for (let at = from; at <= to; at += 55_000) await look(at, by)
}

describe('a beat', () => {
  it('is there when it is answered, and says whether somebody should look', async () => {
    expect(await beat(epoch, 'ok', 'copied 42 GB')).toBe(true)
    expect(await standing()).toMatchObject({
      lastBeat: { receivedAt: epoch, status: 'ok', message: 'copied 42 GB' },
      state: 'inactive',
    })
    await look(epoch)
    expect(await beat(epoch + 1)).toBe(false)
    expect(await beat(epoch + 2, 'fail')).toBe(true)
    await look(epoch + 2)
    expect(await beat(epoch + 3)).toBe(true)
  })

  it('counts by when it was received: one that was overtaken changes nothing', async () => {
    await beat(epoch + 2_000)
    expect(await beat(epoch + 1_000, 'fail', 'late')).toBe(false)
    expect((await standing())?.lastBeat).toEqual({ receivedAt: epoch + 2_000, status: 'ok', message: null })
  })

  it('takes the place of one that was received by a clock far ahead', async () => {
    await beat(epoch + 86_400_000)
    await beat(epoch)
    expect((await standing())?.lastBeat?.receivedAt).toBe(epoch)
  })
})

describe('a look', () => {
  it('says when the next one may find something', async () => {
    expect(await look(epoch)).toBeUndefined()
    await beat(epoch)
    expect(await look(epoch)).toBe(epoch + 300_000 + arrivalMs)
  })

  it('stores the change and its event together, or neither', async () => {
    await beat(epoch, 'fail')
    await database.pool.query('ALTER TABLE alert_inbox ADD CONSTRAINT refuses CHECK (false)')
    try {
      await expect(look(epoch)).rejects.toThrow(/refuses/)
      expect(await standing()).toMatchObject({ state: 'inactive', alert: null, alerts: 0 })
    } finally {
      await database.pool.query('ALTER TABLE alert_inbox DROP CONSTRAINT refuses')
    }
    await look(epoch)
    expect(await statuses()).toEqual(['firing'])
  })

  it('of one whose event cannot be stored keeps no other back', async () => {
    await records().beat('a', { receivedAt: epoch, status: 'fail', message: null })
    await beat(epoch, 'fail')
    await database.pool.query(
      `ALTER TABLE alert_inbox ADD CONSTRAINT refuses CHECK (source <> 'heartbeat/a')`,
    )
    try {
      const { revision, heartbeats } = configured()
      await expect(
        look(epoch, { revision, heartbeats: { ...heartbeats, a: monitor({ name: 'a' }) } }),
      ).rejects.toThrow(/refuses/)
      expect((await heard()).map(({ event_id }) => event_id)).toEqual([`heartbeat/${name}/1/firing`])
    } finally {
      await database.pool.query('ALTER TABLE alert_inbox DROP CONSTRAINT refuses')
    }
  })

  it('by many servers at once opens one alert, and ends it once', async () => {
    const all = (at: number) =>
      Promise.all(
        databases.flatMap(({ db }) =>
          [0, 1, 2].map(() => createHeartbeatRecords(db).look(configured(), new Date(at))),
        ),
      )
    await beat(epoch, 'fail')
    await all(epoch)
    expect(await statuses()).toEqual(['firing'])
    await beat(epoch + 1_000)
    await all(epoch + 1_000)
    expect(await statuses()).toEqual(['firing', 'resolved'])
  })

  it('after a time in which nobody looked gives every job its grace', async () => {
    await beat(epoch)
    await look(epoch)
    const back = epoch + 3_600_000
    expect(await look(back)).toBe(back + 60_000)
    await look(back + 59_999)
    expect(await statuses()).toEqual([])
    await look(back + 60_000)
    expect(await statuses()).toEqual(['firing'])
  })

  it('after a restart that took less than a minute takes silence for silence', async () => {
    await beat(epoch)
    await watchFrom(epoch, epoch + 300_000)
    await look(epoch + 330_000)
    expect(await statuses()).toEqual(['firing'])
  })

  it('by a configuration that is not the one all are to run ends nothing that it does not know', async () => {
    await beat(epoch, 'fail')
    await look(epoch)
    await database.pool.query(
      `INSERT INTO config_wanted (number, revision, wanted_by, wanted_at) VALUES (1, 'now', 'ana', now())`,
    )
    await look(epoch + 1, { revision: 'before' })
    expect(await statuses()).toEqual(['firing'])
    await look(epoch + 2, { revision: 'now' })
    expect(await statuses()).toEqual(['firing', 'resolved'])
    // Nobody waits for it when it comes back, and its events go on being told apart.
    expect(await standing()).toMatchObject({ lastBeat: null, state: 'inactive' })
    await beat(epoch + 3, 'fail')
    await look(epoch + 3)
    expect((await heard()).map(({ event_id }) => event_id)).toEqual([
      `heartbeat/${name}/1/firing`,
      `heartbeat/${name}/1/resolved`,
      `heartbeat/${name}/2/firing`,
    ])
  })
})

describe('what is listed', () => {
  it('is every configured heartbeat as it is now, what is wrong first', async () => {
    await beat(epoch, 'ok', 'well')
    await records().beat('gone', { receivedAt: epoch, status: 'ok', message: null })
    await look(epoch)
    const heartbeats = {
      [name]: monitor({ title: 'Backup', service: 'shop' }),
      mail: monitor({ name: 'mail', muted: true }),
      sync: monitor({ name: 'sync' }),
    }
    await records().beat('sync', { receivedAt: epoch, status: 'fail', message: null })
    const by = { revision: 'now', heartbeats }
    const at = await records().watch(by, new Date(epoch))
    const listed = listHeartbeats(heartbeats, await records().standings(), at)
    expect(listed.map(({ name: one, state }) => [one, state])).toEqual([
      ['sync', 'unhealthy'],
      ['mail', 'inactive'],
      [name, 'healthy'],
    ])
    expect(listed[1]).toMatchObject({ lastBeatAt: null, deadlineAt: null, since: null, muted: true })
    expect(listed[2]).toEqual({
      name,
      title: 'Backup',
      service: 'shop',
      state: 'healthy',
      since: new Date(epoch).toISOString(),
      lastBeatAt: new Date(epoch).toISOString(),
      lastStatus: 'ok',
      message: 'well',
      deadlineAt: new Date(epoch + 300_000).toISOString(),
      everyMs: 300_000,
      graceMs: 0,
      muted: false,
    })
    expect(await statuses()).toEqual([])
  })
})

const happening = fc.record({
  afterSec: fc.integer({ min: 0, max: 600 }),
  kind: fc.constantFrom('beat', 'late', 'fail', 'silence', 'outage', 'muted'),
  /** Clocks of the servers, and which of them look. */
  skewsMs: fc.array(fc.integer({ min: -5_000, max: 5_000 }), { minLength: 1, maxLength: 5 }),
})

const as = (muted: boolean) => configured(muted ? { muted } : {})

describe('whatever happens, and whoever looks meanwhile', () => {
  it('an alert is open exactly while it should be, by one event for each change', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(happening, { maxLength: 12 }), async (happenings) => {
        await forgetAll()
        let [at, muted] = [epoch, false]
        for (const { afterSec, kind, skewsMs } of happenings) {
          if (kind === 'outage') at += 60_000 + afterSec * 1_000
          else {
            await watchFrom(at, at + afterSec * 1_000, as(muted))
            at += afterSec * 1_000
          }
          if (kind === 'muted') muted = !muted
          const by = as(muted)
          const told =
            kind === 'beat' || kind === 'fail' || kind === 'late'
              ? beat(kind === 'late' ? at - 10_000 : at, kind === 'fail' ? 'fail' : 'ok')
              : undefined
          await Promise.all([
            told,
            ...skewsMs.map((skew, index) =>
              createHeartbeatRecords((databases[index % 3] as OpenDatabase).db).look(by, new Date(at + skew)),
            ),
          ])
          await look(at, by)
          const now = await standing()
          const age = at - (now?.lastBeat?.receivedAt ?? at)
          const open = now?.alert != null
          expect(open).toBe(now?.state === 'unhealthy' && !muted)
          if (now?.lastBeat?.status === 'fail') expect(now.state).toBe('unhealthy')
          else if (age < 300_000 - 5_000 + arrivalMs) expect(now?.state ?? 'inactive').not.toBe('unhealthy')
          const events = await heard()
          expect(events.map(({ status }) => status)).toEqual(
            events.map((_, index) => (index % 2 === 0 ? 'firing' : 'resolved')),
          )
          expect(events.length % 2 === 1).toBe(open)
          expect(events.map((one) => one.at.getTime())).toEqual(
            events.map((one) => one.at.getTime()).toSorted((a, b) => a - b),
          )
        }
        // Silence is heard in the end, and the next beat ends it.
        const later = at + 1_000_000
        await watchFrom(at, later, as(muted))
        const now = await standing()
        expect(now?.alert != null).toBe(now?.lastBeat != null && !muted)
        await beat(later)
        await look(later, as(muted))
        expect(await standing()).toMatchObject({ state: 'healthy', alert: null })
        expect((await heard()).length % 2).toBe(0)
      }),
      { numRuns: 40 },
    )
  })
})
