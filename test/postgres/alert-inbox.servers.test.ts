import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { fingerprintOf, type AcceptedAlert } from '../../src/domain/alert/alert.ts'
import {
  createAlertInbox,
  inboxChannel,
  inboxWriters,
  type AlertInbox,
} from '../../src/postgres/alert-inbox.ts'
import { migrate, openDatabase, type OpenDatabase } from '../../src/postgres/database.ts'
import { listenTo } from '../../src/postgres/listen.ts'
import { startPostgres, type TestPostgres } from '../support/servers.ts'

let postgres: TestPostgres
let database: OpenDatabase
let inbox: AlertInbox

beforeAll(async () => {
  postgres = await startPostgres()
  database = openDatabase(postgres.url)
  await migrate(database.pool)
  inbox = createAlertInbox(database.db)
})
afterAll(async () => {
  await database?.close()
  await postgres?.stop()
})
beforeEach(() => database.pool.query('TRUNCATE alert_inbox'))

function alert(eventId: string, change: Partial<AcceptedAlert> = {}): AcceptedAlert {
  const labels = { alertname: 'disk', mount: eventId }
  return {
    source: 'firewatch',
    eventId,
    fingerprint: fingerprintOf(labels),
    status: 'firing',
    labels,
    annotations: {},
    startsAt: '2026-03-03T00:00:00.000Z',
    ...change,
  }
}

const stored = async () => {
  const { rows } = await database.pool.query<{ event_id: string }>(
    'SELECT event_id FROM alert_inbox ORDER BY id',
  )
  return rows.map(({ event_id }) => event_id)
}

describe('accepted alerts', () => {
  it('are committed when the answer comes', async () => {
    expect(
      await inbox.acceptAlerts([
        alert('a'),
        alert('b', { status: 'resolved', endsAt: '2026-03-03T01:00:00.000Z' }),
      ]),
    ).toEqual({
      accepted: 2,
      duplicates: 0,
    })
    expect(await stored()).toEqual(['a', 'b'])
  })

  it('are stored once, however often and together with whatever they come', async () => {
    await inbox.acceptAlerts([alert('a')])
    expect(await inbox.acceptAlerts([alert('a'), alert('b'), alert('b')])).toEqual({
      accepted: 1,
      duplicates: 2,
    })
    const answers = await Promise.all([
      inbox.acceptAlerts([alert('c')]),
      inbox.acceptAlerts([alert('c')]),
      inbox.acceptAlerts([alert('d')]),
    ])
    expect(answers.map(({ accepted }) => accepted)).toEqual([1, 0, 1])
    expect(await stored()).toEqual(['a', 'b', 'c', 'd'])
  })

  it('keep texts of any language and any punctuation', async () => {
    const labels = { alertname: `"'\\{}\n\t,NULL é 火 🔥`, empty: '' }
    await inbox.acceptAlerts([alert('a', { labels })])
    const { rows } = await database.pool.query<{ labels: unknown }>('SELECT labels FROM alert_inbox')
    expect(rows[0]?.labels).toEqual(labels)
  })

  it('do not fail with those of another request', async () => {
    const refused = inbox.acceptAlerts([alert('bad', { startsAt: 'never' })])
    const others = ['a', 'b', 'c'].map((id) => inbox.acceptAlerts([alert(id)]))
    await expect(refused).rejects.toThrow('never')
    await expect(Promise.all(others)).resolves.toHaveLength(3)
    expect((await stored()).toSorted()).toEqual(['a', 'b', 'c'])
  })

  it('come in at thousands a second, each request committed for itself', async () => {
    const answers = await Promise.all(
      Array.from({ length: 5_000 }, (_, index) => inbox.acceptAlerts([alert(`e${index}`)])),
    )
    expect(answers.every(({ accepted }) => accepted === 1)).toBe(true)
    expect(await stored()).toHaveLength(5_000)
  })

  it('of one request are stored in parts where there are very many: what was stored stays, and counts once', async () => {
    const many = Array.from({ length: 25_000 }, (_, index) => alert(`e${index}`))
    const broken = many.with(24_000, alert('e24000', { startsAt: 'never' }))
    await expect(inbox.acceptAlerts(broken)).rejects.toThrow('never')
    expect(await stored()).toEqual(many.slice(0, 20_000).map(({ eventId }) => eventId))
    expect(await inbox.acceptAlerts(many)).toEqual({ accepted: 5_000, duplicates: 20_000 })
    expect(await stored()).toHaveLength(25_000)
  })

  it('need nothing for none', async () => {
    expect(await inbox.acceptAlerts([])).toEqual({ accepted: 0, duplicates: 0 })
  })
})

describe('listening', () => {
  it('hears of alerts, not of duplicates, and goes on after its connection broke', async () => {
    let heard = 0
    const lost: unknown[] = []
    const listening = listenTo(
      database.pool,
      inboxChannel,
      () => heard++,
      (error) => lost.push(error),
    )
    await expect.poll(() => heard).toBe(1)
    await inbox.acceptAlerts([alert('a')])
    await expect.poll(() => heard).toBe(2)
    await inbox.acceptAlerts([alert('a')])

    await database.pool.query(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN%'",
    )
    await expect.poll(() => lost.length).toBe(1)
    await expect.poll(() => heard, { timeout: 5_000 }).toBe(3)
    await inbox.acceptAlerts([alert('b')])
    await expect.poll(() => heard).toBe(4)
    await listening.stop()
  })
})

/** Writers that wait for a lock of the inbox. */
async function writersHeldUp(): Promise<number> {
  const { rows } = await database.pool.query<{ waiting: number }>(
    `SELECT count(*)::int AS waiting FROM pg_locks
     WHERE relation = 'alert_inbox'::regclass AND NOT granted AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
  )
  return rows[0]?.waiting ?? 0
}

describe('N06 a writer whose server process hangs', () => {
  const limits = { statementMs: 1_500, lockMs: 1_000, heldMs: 2_000 }
  const outcome = (accepting: Promise<unknown>) => {
    const begun = performance.now()
    return accepting.then(
      () => ({ kind: 'stored' as const, ms: performance.now() - begun }),
      (error: unknown) => ({ kind: 'refused' as const, ms: performance.now() - begun, error }),
    )
  }

  it('holds up only what shares its write: the others are accepted meanwhile, it is refused in time, and nothing accepted is lost', async () => {
    const own = openDatabase(postgres.url, 6, limits)
    const many = createAlertInbox(own.db)
    await many.acceptAlerts([alert('first')])
    const { rows } = await own.pool.query<{ pid: number }>('SELECT pg_backend_pid() AS pid')
    const pid = rows[0]?.pid ?? 0
    process.kill(pid, 'SIGSTOP')
    try {
      const outcomes = []
      // The first takes the connection that hangs; it was used last.
      outcomes.push(outcome(many.acceptAlerts([alert('stuck')])))
      for (let index = 0; index < 200; index++) {
        outcomes.push(outcome(many.acceptAlerts([alert(`e${index}`)])))
        if (index % 10 === 0) await new Promise((resolve) => setTimeout(resolve, 5))
      }
      const ended = await Promise.all(outcomes)
      const refused = ended.filter(({ kind }) => kind === 'refused')
      expect(refused.length).toBeGreaterThan(0)
      expect(refused.length).toBeLessThan(20)
      for (const { ms, ...rest } of refused) {
        expect(ms).toBeLessThan(2_000 + 1_500)
        expect(rest).toMatchObject({ error: { name: 'StoreError', fault: 'retry' } })
      }
      for (const { ms, kind } of ended) if (kind === 'stored') expect(ms).toBeLessThan(1_500)
      const kept = new Set(await stored())
      ended.forEach(({ kind }, index) => {
        if (kind === 'stored' && index > 0) expect(kept).toContain(`e${index - 1}`)
      })
    } finally {
      process.kill(pid, 'SIGCONT')
      await own.close()
    }
  })

  it('fills no memory: what cannot wait any longer, or finds the queue full, is refused at once', async () => {
    const own = openDatabase(postgres.url, 6, {
      ...limits,
      statementMs: 10_000,
      lockMs: 10_000,
      heldMs: 6_000,
    })
    const locked = await database.pool.connect()
    await locked.query('BEGIN; LOCK TABLE alert_inbox IN EXCLUSIVE MODE')
    try {
      const many = createAlertInbox(own.db)
      const batch = (name: string) =>
        outcome(many.acceptAlerts(Array.from({ length: 5_000 }, (_, index) => alert(`${name}-${index}`))))
      const first = ['a', 'b', 'c', 'd'].map(batch)
      await expect.poll(() => writersHeldUp()).toBe(inboxWriters)
      const waiting = Array.from({ length: 6 }, (_, index) => batch(`w${index}`))
      const over = await batch('over')
      expect(over).toMatchObject({ kind: 'refused', error: { fault: 'retry' } })
      expect(over.ms).toBeLessThan(500)
      const late = await Promise.all(waiting)
      expect(late.map(({ kind }) => kind)).toEqual(late.map(() => 'refused'))
      expect(Math.max(...late.map(({ ms }) => ms))).toBeLessThan(5_000)
      await locked.query('COMMIT')
      expect((await Promise.all(first)).map(({ kind }) => kind)).toEqual(first.map(() => 'stored'))
      // What the hanging writer of another test was given may have been stored late.
      expect((await stored()).filter((id) => /^[a-d]-/.test(id))).toHaveLength(20_000)
    } finally {
      locked.release(true)
      await own.close()
    }
  })
})
