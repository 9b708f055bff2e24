import { createHash, randomBytes } from 'node:crypto'
import { sql } from 'kysely'
import type { Holder } from '../domain/access/access.ts'
import type { Database } from './database.ts'
import { createSharedWork } from './shared-work.ts'

export type CredentialKind = 'token' | 'session' | 'login' | 'calendar'

/** What is known of a credential beside its secret, which nobody can read again. */
export interface StoredCredential {
  readonly id: string
  readonly kind: CredentialKind
  readonly holder: Holder
  readonly createdAt: string
  readonly expiresAt: string | null
  /** To the minute. */
  readonly usedAt: string | null
}

/**
 * When a credential was used last is known to the minute. Noted at every request, it was a commit for each, on the one row that all senders
 * with the same token share.
 */
const usedWithinMs = 60_000

/** Hex digits of the hash by which people tell credentials apart: they lead back to no secret, and two alike do not occur. */
const idLength = 12

/**
 * API tokens, console sessions, one-time log-in codes and addresses of calendars: 256 random bits each, of which only the SHA-256 is stored. A
 * credential names its holder; whether there still is one, and what they may do, is not known here.
 */
export function createCredentialRecords(db: Database, now: () => Date) {
  const found = createSharedWork<string, Found>({
    work: (requests) => findAll(db, requests.flat(), now()),
    ...lookUps,
  })
  return {
    /** Makes a credential and returns its secret, which cannot be read again. */
    async issue(
      kind: CredentialKind,
      { kind: holder, name }: Holder,
      validForMs: number | null,
    ): Promise<string> {
      const secret = randomBytes(32).toString('base64url')
      const at = now()
      await db
        .insertInto('credentials')
        .values({
          secret_hash: hash(secret),
          kind,
          holder,
          person: name,
          created_at: at,
          expires_at: validForMs === null ? null : new Date(at.getTime() + validForMs),
        })
        .execute()
      return secret
    },

    /** Whom this secret names, if it is known and not expired. */
    async check(kind: CredentialKind, secret: string): Promise<Holder | undefined> {
      const at = now()
      const { row } = await found.add([hash(secret)])
      if (row?.kind !== kind) return undefined
      const { used_at: usedAt } = row
      if (usedAt === null || at.getTime() - usedAt.getTime() >= usedWithinMs) await noteUse(db, secret, at)
      return holderOf(row)
    },

    /** Takes a one-time code: a second try with the same code finds nothing. */
    async redeemLogin(secret: string): Promise<Holder | undefined> {
      const row = await db
        .deleteFrom('credentials')
        .where('secret_hash', '=', hash(secret))
        .where('kind', '=', 'login')
        .where('expires_at', '>', now())
        .returning(['person', 'holder'])
        .executeTakeFirst()
      return row === undefined ? undefined : holderOf(row)
    },

    ...createCredentialList(db, now),
  }
}

/** What people see of credentials, and how they end them. */
function createCredentialList(db: Database, now: () => Date) {
  return {
    /** Those that have not expired, newest first. @param name only of this holder */
    async list(name?: string): Promise<StoredCredential[]> {
      const rows = await alive(db, now())
        .selectAll()
        .where((one) => (name === undefined ? one.lit(true) : one('person', '=', name)))
        .orderBy('created_at', 'desc')
        .execute()
      return rows.map((row) => ({
        id: row.secret_hash.slice(0, idLength),
        kind: row.kind,
        holder: holderOf(row),
        createdAt: row.created_at.toISOString(),
        expiresAt: row.expires_at?.toISOString() ?? null,
        usedAt: row.used_at?.toISOString() ?? null,
      }))
    },

    /** Ends the credential of this id. False when there is none, or it is not of that holder. */
    async revoke(id: string, name?: string): Promise<boolean> {
      const { numDeletedRows } = await db
        .deleteFrom('credentials')
        .where(sql`left(secret_hash, ${sql.lit(idLength)})`, '=', id)
        .where((one) => (name === undefined ? one.lit(true) : one('person', '=', name)))
        .executeTakeFirst()
      return numDeletedRows > 0n
    },

    async revokeAll(kind: CredentialKind, { kind: holder, name }: Holder): Promise<void> {
      await db
        .deleteFrom('credentials')
        .where('kind', '=', kind)
        .where('holder', '=', holder)
        .where('person', '=', name)
        .execute()
    },

    /** Ends whatever operators of former runs had. */
    async revokeOperators(): Promise<void> {
      await db.deleteFrom('credentials').where('holder', '=', 'operator').execute()
    },
  }
}

/** Each request looks up who asks; those of the same moment share a query. */
const lookUps = { atOnce: 3, mostTogether: 500, mostWaiting: 10_000, patienceMs: 3_000 }

type FoundRow = Parameters<typeof holderOf>[0] & {
  readonly kind: CredentialKind
  readonly used_at: Date | null
}

interface Found {
  readonly row: FoundRow | undefined
}

/** In the order of the hashes. */
async function findAll(db: Database, hashes: readonly string[], at: Date): Promise<Found[]> {
  const rows = await alive(db, at)
    .select(['secret_hash', 'kind', 'person', 'holder', 'used_at'])
    .where('secret_hash', 'in', [...new Set(hashes)])
    .execute()
  const byHash = new Map(rows.map((row) => [row.secret_hash, row]))
  return hashes.map((one) => ({ row: byHash.get(one) }))
}

function alive(db: Database, at: Date) {
  return db
    .selectFrom('credentials')
    .where((one) => one.or([one('expires_at', 'is', null), one('expires_at', '>', at)]))
}

/** By what people tell the credential of this secret from others, in lists and in the audit log. */
export function credentialId(secret: string): string {
  return hash(secret).slice(0, idLength)
}

/** Of requests at the same moment one notes it, and the others pass over the row that it holds. */
async function noteUse(db: Database, secret: string, at: Date): Promise<void> {
  const row = db
    .selectFrom('credentials')
    .select('secret_hash')
    .where('secret_hash', '=', hash(secret))
    .forUpdate()
    .skipLocked()
  await db.updateTable('credentials').set({ used_at: at }).where('secret_hash', 'in', row).execute()
}

function holderOf({ holder, person }: { holder: Holder['kind']; person: string }): Holder {
  return { kind: holder, name: person }
}

function hash(secret: string): string {
  return createHash('sha256').update(secret).digest('hex')
}
