import { randomBytes } from 'node:crypto'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { fingerprintOf, type AcceptedAlert } from '../../src/domain/alert/alert.ts'
import {
  createDispatcher,
  type Dispatcher,
  type DispatcherDependencies,
} from '../../src/intake/dispatcher.ts'
import { createAlertInbox, inboxChannel } from '../../src/postgres/alert-inbox.ts'
import { createRecords, type Records } from '../../src/app/records.ts'
import { createTimelineRecords } from '../../src/postgres/timeline.ts'
import { migrate, openDatabase, type OpenDatabase } from '../../src/postgres/database.ts'
import { groupRows } from '../../src/domain/alert/grouping.ts'
import { listenTo } from '../../src/postgres/listen.ts'
import { configurationWith } from '../domain/check/world.ts'
import { startPostgres, type TestPostgres } from '../support/servers.ts'

let postgres: TestPostgres
let database: OpenDatabase
let running: Dispatcher[] = []
let records: Records
/** Incidents that were decided on. */
let decided: number[] = []
let logged: string[] = []

const configuration = configurationWith([])

beforeAll(async () => {
  postgres = await startPostgres()
  database = openDatabase(postgres.url, 12)
  await migrate(database.pool)
  const newToken = () => randomBytes(16).toString('hex')
  const options = { running: () => configuration, newToken }
  records = createRecords(database.db, () => new Date(), options)
  await records.configurations.save(configuration)
})
afterAll(async () => {
  await database?.close()
  await postgres?.stop()
})
beforeEach(async () => {
  await database.pool.query('TRUNCATE alert_inbox, incidents, alerts, timeline RESTART IDENTITY CASCADE')
  decided = []
  logged = []
})
afterEach(async () => {
  await Promise.all(running.map((dispatcher) => dispatcher.stop()))
  running = []
})

function start(change: Partial<DispatcherDependencies> = {}): Dispatcher {
  const log = (_fields: object, message: string) => void logged.push(message)
  const dispatcher = createDispatcher({
    store: noting(records.dispatch),
    listen: (onNotify) =>
      listenTo(database.pool, inboxChannel, onNotify, () => logged.push('listening broke')),
    configuration: () => configuration,
    log: { info: noteOthers, error: log },
    newToken: () => randomBytes(16).toString('hex'),
    clock: () => performance.now(),
    now: () => new Date(),
    pollMs: 60_000,
    ...change,
  })
  running.push(dispatcher)
  dispatcher.start()
  return dispatcher
}

/** That alerts were brought to their incident is what most tests see for themselves. */
function noteOthers(_fields: object, message: string): void {
  if (message !== 'alerts brought to their incident') logged.push(message)
}

/** The same store, with what was decided on noted. */
function noting(store: DispatcherDependencies['store']): DispatcherDependencies['store'] {
  return {
    ...store,
    async apply(group, opening, at) {
      const incident = await store.apply(group, opening, at)
      if (incident !== undefined) decided.push(incident)
      return incident
    },
  }
}

/** The same store, which refuses some groups. */
function refusing(isRefused: (groupingKey: string) => boolean): DispatcherDependencies['store'] {
  const store = noting(records.dispatch)
  return {
    ...store,
    async apply(group, opening, at) {
      if (isRefused(group.groupingKey)) throw new Error('refused')
      return store.apply(group, opening, at)
    },
  }
}

let events = 0
function alert(alertname: string, change: Partial<AcceptedAlert> & { mount?: string } = {}): AcceptedAlert {
  const { mount = '/', ...rest } = change
  const labels = { alertname, service: 'feed', severity: 'warning', mount }
  return {
    source: 'firewatch',
    eventId: `event ${events++}`,
    fingerprint: fingerprintOf(labels),
    status: 'firing',
    labels,
    annotations: { summary: `${alertname} at ${mount}` },
    startsAt: '2026-03-03T00:00:00.000Z',
    ...rest,
  }
}

const accept = (...alerts: AcceptedAlert[]) => createAlertInbox(database.db).acceptAlerts(alerts)

async function select<Row extends object>(sql: string): Promise<Row[]> {
  return (await database.pool.query<Row>(sql)).rows
}

async function waiting(): Promise<number> {
  const [row] = await select<{ count: number }>(
    'SELECT count(*) FROM alert_inbox WHERE dispatched_at IS NULL',
  )
  return row?.count ?? -1
}

const dispatched = () => expect.poll(waiting, { timeout: 20_000 }).toBe(0)

/** The same records, over so many connections. */
function recordsOver(connections: number) {
  const own = openDatabase(postgres.url, connections)
  const newToken = () => randomBytes(16).toString('hex')
  const options = { running: () => configuration, newToken }
  return { own, store: noting(createRecords(own.db, () => new Date(), options).dispatch) }
}

describe('many alerts', () => {
  it('open their incidents over one connection, whose statements are prepared and planned once for all', async () => {
    const { own, store } = recordsOver(1)
    try {
      start({ store })
      for (let number = 0; number < 12; number++) {
        await accept(alert(`prepared-${number}`))
        await dispatched()
      }
      expect(decided).toHaveLength(12)
    } finally {
      await running.pop()?.stop()
      await own.close()
    }
  })

  it('gather while they come in faster than they are dispatched, and the first never waits', async () => {
    const claimed: number[] = []
    const arrivals = [alert('second'), alert('third')]
    let ticks = 0
    const store = noting(records.dispatch)
    const dispatcher = start({
      // Every batch seems to take long.
      clock: () => (ticks += 1_000),
      store: {
        ...store,
        async claim(limit, except, leaseMs) {
          const rows = await store.claim(limit, except, leaseMs)
          if (rows.length > 0) claimed.push(rows.length)
          return rows
        },
        async apply(group, opening, at) {
          const incident = await store.apply(group, opening, at)
          // One comes in before the batch is over, and another right after it.
          for (const one of arrivals.splice(0)) void accept(one).then(() => dispatcher.notice())
          return incident
        },
      },
    })
    await accept(alert('first'))
    await dispatched()
    await expect.poll(() => decided.length).toBe(3)
    expect(claimed).toEqual([1, 2])
  })
})

describe('a dispatched alert', () => {
  it('opens an incident and starts its workflow', async () => {
    start()
    await accept(alert('disk'), alert('disk', { mount: '/var', startsAt: '2026-03-02T23:00:00.000Z' }))
    await dispatched()
    const key = 'service=feed,alertname=disk'
    expect(decided).toEqual([1])
    expect(
      await select(
        'SELECT grouping_key, service, labels, severity, state, version, config_revision, started_at, recurrence_of FROM incidents',
      ),
    ).toEqual([
      {
        grouping_key: key,
        service: 'feed',
        labels: { alertname: 'disk', service: 'feed', severity: 'warning' },
        severity: 'P2',
        state: 'open',
        version: 2,
        config_revision: configuration.revision,
        started_at: new Date('2026-03-02T23:00:00.000Z'),
        recurrence_of: null,
      },
    ])
    expect((await createTimelineRecords(database.db).ofIncident(1))[0]).toMatchObject({
      kind: 'detected',
      summary: 'Detected: disk at /, and 1 more alert',
    })
    expect(
      (await select<{ chart_token: string }>('SELECT chart_token FROM incidents'))[0]?.chart_token,
    ).toMatch(/^[0-9a-f]{32}$/)
  })

  it('joins the open incident, raises its severity and its version', async () => {
    start()
    await accept(alert('disk'))
    await dispatched()
    await accept(
      alert('disk', {
        mount: '/var',
        labels: { alertname: 'disk', service: 'feed', severity: 'P0' },
        fingerprint: 'worse',
      }),
    )
    await dispatched()
    expect(decided).toEqual([1, 1])
    expect(await select('SELECT severity, version FROM incidents')).toEqual([{ severity: 'P0', version: 3 }])
    expect(
      (await select<{ kind: string }>("SELECT fact->>'type' AS kind FROM timeline ORDER BY id")).map(
        ({ kind }) => kind,
      ),
    ).toEqual(expect.arrayContaining(['detected', 'alert-changed', 'severity-changed']))
  })

  it('leaves a severity alone that a person set', async () => {
    start()
    await accept(alert('disk'))
    await dispatched()
    await database.pool.query("UPDATE incidents SET severity = 'P3', severity_set_by = 'ada'")
    await accept(
      alert('disk', {
        fingerprint: 'worse',
        labels: { alertname: 'disk', service: 'feed', severity: 'critical' },
      }),
    )
    await dispatched()
    expect(await select('SELECT severity FROM incidents')).toEqual([{ severity: 'P3' }])
  })

  it('that cleared and fires again is the same row, and its workflow hears of both', async () => {
    start()
    await accept(alert('disk'))
    await dispatched()
    await accept(alert('disk', { status: 'resolved', endsAt: '2026-03-03T01:00:00.000Z' }))
    await dispatched()
    expect(await select('SELECT status, ends_at FROM incident_alerts')).toEqual([
      { status: 'resolved', ends_at: new Date('2026-03-03T01:00:00.000Z') },
    ])
    await accept(alert('disk', { startsAt: '2026-03-03T02:00:00.000Z' }))
    await dispatched()
    expect(await select('SELECT status, ends_at, starts_at FROM incident_alerts')).toEqual([
      { status: 'firing', ends_at: null, starts_at: new Date('2026-03-03T02:00:00.000Z') },
    ])
    expect(decided).toHaveLength(3)
  })

  it('that fires after its incident was resolved opens a new one, linked to it', async () => {
    start()
    await accept(alert('disk'))
    await dispatched()
    await database.pool.query("UPDATE incidents SET state = 'resolved'")
    await accept(alert('disk', { startsAt: '2026-03-03T02:00:00.000Z' }))
    await dispatched()
    expect(await select('SELECT number, recurrence_of, state FROM incidents ORDER BY number')).toEqual([
      { number: 1, recurrence_of: null, state: 'resolved' },
      { number: 2, recurrence_of: 1, state: 'open' },
    ])
  })

  it('that is resolved without an incident only leaves the inbox', async () => {
    start()
    await accept(alert('disk', { status: 'resolved', endsAt: '2026-03-03T01:00:00.000Z' }))
    await dispatched()
    expect(await select('SELECT * FROM incidents')).toEqual([])
    expect(decided).toEqual([])
  })

  it('that starts after its end arrived opens nothing', async () => {
    await accept(alert('disk', { status: 'resolved', endsAt: '2026-03-03T01:00:00.000Z' }))
    await accept(alert('disk'))
    start()
    await dispatched()
    expect(await select('SELECT * FROM incidents')).toEqual([])
  })

  it('N05: that a cooldown mutes opens an incident all the same', async () => {
    start()
    await accept(alert('disk', { source: 'check/disk', annotations: { muted: 'cooldown until tomorrow' } }))
    await dispatched()
    expect(await select('SELECT service, state FROM incidents')).toEqual([{ service: 'feed', state: 'open' }])
    expect(decided).toEqual([1])
  })

  it('clears in the incident in which it fires, though its route or labels changed since', async () => {
    const first = start()
    await accept(alert('disk', { fingerprint: 'stable' }))
    await dispatched()
    await first.stop()
    const routes = configuration.routes.map((route) => ({ ...route, groupBy: ['mount'] }))
    start({ configuration: () => ({ ...configuration, routes }) })
    await accept(
      alert('disk', {
        fingerprint: 'stable',
        status: 'resolved',
        endsAt: '2026-03-03T01:00:00.000Z',
        labels: {},
      }),
    )
    await dispatched()
    expect(await select('SELECT incident, status FROM incident_alerts')).toEqual([
      { incident: 1, status: 'resolved' },
    ])
    expect(decided).toHaveLength(2)
  })
})

describe('ten thousand alerts at once', () => {
  it('become a handful of incidents with few signals, and none is lost', async () => {
    const storm = Array.from({ length: 10_000 }, (_, index) =>
      alert(`disk-${index % 5}`, { mount: `/${index}` }),
    )
    expect(await accept(...storm)).toEqual({ accepted: 10_000, duplicates: 0 })
    start()
    await dispatched()
    expect(await select('SELECT count(*) FROM incidents')).toEqual([{ count: 5 }])
    expect(await select("SELECT count(*) FROM incident_alerts WHERE status = 'firing'")).toEqual([
      { count: 10_000 },
    ])
    // Each batch decides once on each of its incidents.
    expect(decided.length).toBeLessThanOrEqual(100)
    expect((await select<{ count: number }>('SELECT count(*) FROM timeline'))[0]?.count).toBeLessThanOrEqual(
      100,
    )
  })

  it('are shared by two dispatchers without a double', async () => {
    const storm = Array.from({ length: 3_000 }, (_, index) =>
      alert(`disk-${index % 7}`, { mount: `/${index}` }),
    )
    start({ batch: 50 })
    start({ batch: 50 })
    await accept(...storm)
    await dispatched()
    expect(await select('SELECT count(*) FROM incidents')).toEqual([{ count: 7 }])
    expect(await select('SELECT count(*) FROM incident_alerts')).toEqual([{ count: 3_000 }])
  })
})

describe('when something breaks', () => {
  it('rows in the hand of a dispatcher that died are delivered by the next, and nothing is doubled', async () => {
    await accept(
      alert('disk'),
      alert('disk', { mount: '/var' }),
      alert('lag'),
      alert('lag', { status: 'resolved', endsAt: '2026-03-03T01:00:00.000Z' }),
    )
    // It took them all, applied one group, and died.
    const rows = await records.dispatch.claim(100, [], 60_000)
    const [first] = groupRows(rows, configuration).groups
    if (first === undefined) throw new Error('nothing waits')
    await records.dispatch.apply(
      first,
      { configRevision: configuration.revision, chartToken: 'x' },
      new Date(),
    )
    const before = await everythingStored()
    start()
    expect(await waiting()).toBe(2)
    await database.pool.query('UPDATE alert_inbox SET leased_until = now()')
    await accept(alert('disk', { mount: '/tmp' }))
    await dispatched()
    const after = await everythingStored()
    expect(after.incidents).toHaveLength(2)
    expect(after.alerts.map((one) => Object.values(one)[1])).toEqual(
      expect.arrayContaining(before.alerts.map((one) => Object.values(one)[1])),
    )
  })

  it('a repeat after the incident was resolved does not open another', async () => {
    start()
    await accept(alert('disk'))
    await dispatched()
    await database.pool.query("UPDATE incidents SET state = 'resolved'")
    await database.pool.query('UPDATE alert_inbox SET dispatched_at = NULL, leased_until = NULL')
    await accept(alert('other'))
    await dispatched()
    expect(
      (await select<{ title: string }>('SELECT title FROM incidents ORDER BY number')).map(
        ({ title }) => title,
      ),
    ).toEqual(['disk at / (feed)', 'other at / (feed)'])
  })

  it('rows wait while nothing can be applied, and it is said once', async () => {
    let away = true
    let tries = 0
    start({
      store: refusing(() => {
        tries++
        return away
      }),
    })
    await accept(alert('disk'), alert('lag'))
    await expect.poll(() => tries, { timeout: 5_000 }).toBeGreaterThanOrEqual(6)
    expect(await waiting()).toBe(2)
    expect(logged).toEqual(['alerts wait in the inbox: they cannot be dispatched now'])
    away = false
    await dispatched()
    expect(new Set(decided)).toEqual(new Set([1, 2]))
    expect(logged).toEqual([
      'alerts wait in the inbox: they cannot be dispatched now',
      'alerts are dispatched again',
    ])
  })

  it('a group that cannot be delivered does not hold up the others', async () => {
    start({ batch: 2, store: refusing((key) => key.includes('bad')) })
    await accept(
      alert('bad'),
      alert('good-1'),
      alert('bad', { mount: '/var' }),
      alert('good-2'),
      alert('good-3'),
    )
    await expect.poll(() => decided.length).toBe(3)
    expect(await waiting()).toBe(2)
  })

  it('not even when it fills whole batches', async () => {
    start({ batch: 2, store: refusing((key) => key.includes('bad')) })
    await accept(...['/a', '/b', '/c', '/d', '/e'].map((mount) => alert('bad', { mount })), alert('good'))
    await expect.poll(() => decided.length, { timeout: 5_000 }).toBe(1)
    await expect.poll(waiting).toBe(5)
  })

  it('a lost notification costs no more than the time between two looks', async () => {
    start({ listen: () => ({ stop: () => Promise.resolve() }), pollMs: 50 })
    await accept(alert('disk'))
    await dispatched()
    expect(decided).toHaveLength(1)
  })
})

async function everythingStored() {
  return {
    incidents: await select('SELECT * FROM incidents ORDER BY number'),
    alerts: await select('SELECT * FROM incident_alerts ORDER BY incident, fingerprint'),
    timeline: await select('SELECT * FROM timeline ORDER BY id'),
  }
}
