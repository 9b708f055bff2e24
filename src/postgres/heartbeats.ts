import { type Selectable, sql } from 'kysely'
import {
  type Beat,
  type HeartbeatLook,
  type HeartbeatStanding,
  lookAtHeartbeat,
  nextLookAt,
  unseenHeartbeat,
} from '../domain/alert/heartbeat.ts'
import type { Configuration, HeartbeatMonitor } from '../domain/configuration/configuration.ts'
import { own } from '../domain/values/own.ts'
import { storeAlerts } from './alert-inbox.ts'
import type { Database } from './database.ts'
import { storeErrorIn } from './errors.ts'
import type { Schema } from './schema.ts'

type Watched = Pick<Configuration, 'revision' | 'heartbeats'>

/** Nobody looked for longer than this: nobody could beat either. Servers look every 30 s. */
const unwatchedAfterMs = 60_000
/** Of two beats that overtook each other the later one counts. One that lies further ahead than this was received by a clock that was wrong. */
const wrongClockMs = 5 * 60_000

/**
 * Beats of jobs, and what comes of them.
 * @param intake where beats are written, apart from what else is read
 */
export function createHeartbeatRecords(db: Database, intake: Database = db) {
  return { ...ofBeats(intake), ...ofLooks(db) }
}

function ofBeats(db: Database) {
  return {
    /**
     * Keeps a beat; returns when it is committed.
     * @returns whether the heartbeat may have changed its state by it, so that somebody should look
     */
    async beat(name: string, { receivedAt, status, message }: Beat): Promise<boolean> {
      const received = new Date(receivedAt)
      const { rows } = await sql<Pick<Row, 'state'>>`
        INSERT INTO heartbeats (name, last_beat_at, last_status, message)
        VALUES (${name}, ${received}, ${status}, ${message})
        ON CONFLICT (name) DO UPDATE SET
          last_beat_at = excluded.last_beat_at, last_status = excluded.last_status, message = excluded.message
        WHERE heartbeats.last_beat_at IS NULL OR heartbeats.last_beat_at <= excluded.last_beat_at
          OR heartbeats.last_beat_at > ${new Date(receivedAt + wrongClockMs)}
        RETURNING state`.execute(db)
      return rows.some(({ state }) => state !== (status === 'ok' ? 'healthy' : 'unhealthy'))
    },
  }
}

function ofLooks(db: Database) {
  return {
    /** All that were ever heard of. */
    standings: () => standingsIn(db),

    /** What looking now goes by, without changing anything. */
    async watch({ revision }: Watched, at: Date): Promise<HeartbeatLook> {
      const { rows } = await sql<WatchRow>`
        SELECT looked_at, since, (SELECT revision FROM config_wanted) AS wanted FROM heartbeat_watch`.execute(
        db,
      )
      return lookOf(rows[0], revision, at)
    },

    /**
     * Looks at every heartbeat. What changed is decided under the row's lock, and stored with the alert's event or not at all, so that many may
     * look at once.
     * @returns when the next may become unhealthy, epoch milliseconds; `undefined`: none, unless it beats
     */
    async look(configuration: Watched, at: Date): Promise<number | undefined> {
      const monitors = configuration.heartbeats ?? {}
      const look = await noteLook(db, configuration, at)
      const stored = await standingsIn(db)
      const problems: unknown[] = []
      const standings = new Map(stored.map((one) => [one.name, one]))
      for (const standing of stored) {
        const monitor = own(monitors, standing.name)
        if (lookAtHeartbeat(standing, monitor, look).standing === standing) continue
        try {
          standings.set(standing.name, await change(db, standing.name, monitor, look))
        } catch (error) {
          // What is wrong with one keeps no other from being looked at; a database that is away does.
          if (storeErrorIn(error)?.fault !== 'final') throw error
          problems.push(error)
        }
      }
      if (problems.length > 0) throw problems[0]
      const next = Object.values(monitors).flatMap(
        (monitor) =>
          nextLookAt(standings.get(monitor.name) ?? unseenHeartbeat(monitor.name), monitor, look) ?? [],
      )
      return next.length === 0 ? undefined : Math.min(...next)
    },
  }
}

/** Decides again on what is there now: another server may have been first, and a beat may have come. */
function change(
  db: Database,
  name: string,
  monitor: HeartbeatMonitor | undefined,
  look: HeartbeatLook,
): Promise<HeartbeatStanding> {
  return db.transaction().execute(async (transaction) => {
    const row = await transaction
      .selectFrom('heartbeats')
      .selectAll()
      .where('name', '=', name)
      .forUpdate()
      .executeTakeFirst()
    const before = row === undefined ? unseenHeartbeat(name) : fromRow(row)
    const { standing, event } = lookAtHeartbeat(before, monitor, look)
    if (standing === before) return before
    await transaction.updateTable('heartbeats').set(toRow(standing)).where('name', '=', name).execute()
    await storeAlerts(transaction, event === undefined ? [] : [event])
    return standing
  })
}

interface WatchRow {
  readonly looked_at: Date
  readonly since: Date
  readonly wanted: string | null
}

async function noteLook(db: Database, { revision }: Watched, at: Date): Promise<HeartbeatLook> {
  const { rows } = await sql<WatchRow>`
    INSERT INTO heartbeat_watch AS watch (looked_at, since) VALUES (${at}, ${at})
    ON CONFLICT (only_row) DO UPDATE SET
      since = CASE WHEN watch.looked_at < ${new Date(at.getTime() - unwatchedAfterMs)} THEN excluded.since ELSE watch.since END,
      looked_at = greatest(watch.looked_at, excluded.looked_at)
    RETURNING looked_at, since, (SELECT revision FROM config_wanted) AS wanted`.execute(db)
  return lookOf(rows[0], revision, at)
}

function lookOf(row: WatchRow | undefined, revision: string, at: Date): HeartbeatLook {
  const isUnwatched = row === undefined || at.getTime() - row.looked_at.getTime() > unwatchedAfterMs
  return {
    at: at.getTime(),
    watchedSince: (isUnwatched ? at : row.since).getTime(),
    isCurrent: (row?.wanted ?? revision) === revision,
  }
}

type Row = Selectable<Schema['heartbeats']>

async function standingsIn(db: Database): Promise<HeartbeatStanding[]> {
  return (await db.selectFrom('heartbeats').selectAll().orderBy('name').execute()).map(fromRow)
}

function fromRow(row: Row): HeartbeatStanding {
  const { name, last_beat_at: received, last_status: status, message, state, alert, alerts } = row
  return {
    name,
    lastBeat:
      received === null || status === null ? null : { receivedAt: received.getTime(), status, message },
    state,
    since: row.since?.getTime() ?? null,
    judgedBeatAt: row.judged_beat_at?.getTime() ?? null,
    alert,
    alerts,
    endedAt: row.ended_at?.getTime() ?? null,
  }
}

/** All that looking changes. */
function toRow({ lastBeat, state, since, judgedBeatAt, alert, alerts, endedAt }: HeartbeatStanding) {
  return {
    ...(lastBeat === null ? { last_beat_at: null, last_status: null, message: null } : {}),
    state,
    since: dateOf(since),
    judged_beat_at: dateOf(judgedBeatAt),
    alert: alert === null ? null : JSON.stringify(alert),
    alerts,
    ended_at: dateOf(endedAt),
  }
}

function dateOf(ms: number | null): Date | null {
  return ms === null ? null : new Date(ms)
}
