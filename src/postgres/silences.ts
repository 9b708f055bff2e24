import { type Selectable, sql } from 'kysely'
import {
  changeOfSilence,
  expiredAt,
  type Silence,
  type SilenceChange,
  type SilenceDraft,
  silenceState,
} from '../domain/alert/silence.ts'
import type { FiringAlert } from '../domain/alert/silence-effect.ts'
import type { Database } from './database.ts'
import type { Schema } from './schema.ts'

export interface SilenceToSet {
  readonly draft: SilenceDraft
  /** Of the silence that is changed; `null` for a new one. */
  readonly previous: string | null
  /** A UUID, should it be a new one. */
  readonly newId: string
  /** The same over repeats of one request. */
  readonly requestKey: string
  /** Epoch milliseconds. */
  readonly at: number
}

/** Silences, as rows that are never deleted, and what they would silence. */
export function createSilenceRecords(db: Database) {
  return {
    ...reading(db),

    /**
     * Makes a silence, or changes one by Alertmanager's rules: where that would rewrite what was silenced before, the old one is expired and a
     * new one is made. A repeated request finds the silence that it made.
     * @returns `undefined` when there is none to change
     */
    set: (asked: SilenceToSet): Promise<SilenceChange | undefined> =>
      db.transaction().execute((transaction) => setIn(transaction, asked)),

    /** @returns the silence as it stands, and whether this expired it; `undefined` when there is none */
    expire: (
      id: string,
      at: number,
    ): Promise<{ readonly silence: Silence; readonly expired: boolean } | undefined> =>
      db.transaction().execute(async (transaction) => {
        const silence = await locked(transaction, id)
        if (silence === undefined) return undefined
        if (silenceState(silence, at) === 'expired') return { silence, expired: false }
        const expired = expiredAt(silence, at)
        await update(transaction, expired)
        return { silence: expired, expired: true }
      }),
  }
}

function reading(db: Database) {
  const endingAfter = (at: number) =>
    db.selectFrom('silences').selectAll().where('ends_at', '>', new Date(at)).orderBy('ends_at').orderBy('id')
  return {
    /** By a whole id, or its beginning where that is of one silence alone. */
    async find(id: string): Promise<Silence | undefined> {
      if (!idOrBeginning.test(id)) return undefined
      const rows = await db
        .selectFrom('silences')
        .selectAll()
        .where(sql<string>`id::text`, 'like', `${id.toLowerCase()}%`)
        .limit(2)
        .execute()
      const [row] = rows
      return row === undefined || rows.length > 1 ? undefined : fromRow(row)
    },

    /** Active at this instant, epoch milliseconds. */
    async active(at: number): Promise<Silence[]> {
      return (await endingAfter(at).where('starts_at', '<=', new Date(at)).execute()).map(fromRow)
    },

    /** Active at this instant or pending. */
    async notExpired(at: number): Promise<Silence[]> {
      return (await endingAfter(at).execute()).map(fromRow)
    },

    /** Expired at this instant, the latest first. */
    async expired(at: number, limit: number): Promise<Silence[]> {
      const rows = db
        .selectFrom('silences')
        .selectAll()
        .where('ends_at', '<=', new Date(at))
        .orderBy('ends_at', 'desc')
        .orderBy('id')
        .limit(limit)
      return (await rows.execute()).map(fromRow)
    },

    firingAlerts: () => firingAlerts(db),
  }
}

/** Of a UUID. Nothing else is put before a `%`. */
const idOrBeginning = /^[0-9a-f]{8}[0-9a-f-]{0,28}$/i

/** As many as a preview looks at. */
const mostAlerts = 50_000

/** What fires in incidents that are not over, the newest incident first. */
async function firingAlerts(db: Database): Promise<FiringAlert[]> {
  const rows = await db
    .selectFrom('incident_alerts as alerts')
    .innerJoin('incidents', 'incidents.number', 'alerts.incident')
    .select([
      'alerts.source',
      'alerts.fingerprint',
      'alerts.labels',
      'alerts.annotations',
      'alerts.starts_at',
      'incidents.number',
      'incidents.title',
      'incidents.severity',
      'incidents.acknowledged_by',
    ])
    .where('alerts.status', '=', 'firing')
    .where('incidents.state', '<>', 'resolved')
    .orderBy('incidents.number', 'desc')
    .limit(mostAlerts)
    .execute()
  return rows.map(({ number, title, severity, acknowledged_by, starts_at, ...alert }) => ({
    ...alert,
    startsAt: starts_at.getTime(),
    incident: { incident: number, title, severity, owner: acknowledged_by },
  }))
}

async function setIn(transaction: Database, asked: SilenceToSet): Promise<SilenceChange | undefined> {
  const { draft, newId, requestKey, at } = asked
  // Two of one request wait for each other.
  await sql`SELECT pg_advisory_xact_lock(hashtextextended(${`silence ${requestKey}`}, 0))`.execute(
    transaction,
  )
  const made = await transaction
    .selectFrom('silences')
    .selectAll()
    .where('request_key', '=', requestKey)
    .executeTakeFirst()
  if (made !== undefined) return { kind: 'create', silence: fromRow(made), expired: null }
  const previous = asked.previous === null ? null : await locked(transaction, asked.previous)
  if (previous === undefined) return undefined
  const change = changeOfSilence(previous, draft, newId, at)
  if (change.kind === 'update') await update(transaction, change.silence)
  else {
    if (change.expired !== null) await update(transaction, change.expired)
    await insert(transaction, change.silence, requestKey, previous?.id ?? null)
  }
  return change
}

async function locked(transaction: Database, id: string): Promise<Silence | undefined> {
  if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(id)) return undefined
  const row = transaction.selectFrom('silences').selectAll().where('id', '=', id).forUpdate()
  const found = await row.executeTakeFirst()
  return found && fromRow(found)
}

async function insert(
  transaction: Database,
  silence: Silence,
  requestKey: string,
  replaces: string | null,
): Promise<void> {
  const row = { ...columnsOf(silence), id: silence.id, request_key: requestKey, replaces }
  await transaction.insertInto('silences').values(row).execute()
}

async function update(transaction: Database, silence: Silence): Promise<void> {
  await transaction.updateTable('silences').set(columnsOf(silence)).where('id', '=', silence.id).execute()
}

function columnsOf({ matchers, startsAt, endsAt, createdBy, comment, updatedAt }: Silence) {
  return {
    matchers: JSON.stringify(matchers),
    starts_at: new Date(startsAt),
    ends_at: new Date(endsAt),
    created_by: createdBy,
    comment,
    updated_at: new Date(updatedAt),
  }
}

function fromRow(row: Selectable<Schema['silences']>): Silence {
  return {
    id: row.id,
    matchers: row.matchers.map(({ name, operator, value }) => ({ name, operator, value })),
    startsAt: row.starts_at.getTime(),
    endsAt: row.ends_at.getTime(),
    updatedAt: row.updated_at.getTime(),
    createdBy: row.created_by,
    comment: row.comment,
  }
}
