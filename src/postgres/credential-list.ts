import { createHash } from 'node:crypto'
import { sql } from 'kysely'
import type { Holder } from '../domain/access/access.ts'
import type { Database } from './database.ts'

export type CredentialKind = 'token' | 'session' | 'login' | 'calendar' | 'page-link'

/** What is known of a credential beside its secret, which nobody can read again. */
export interface StoredCredential {
  readonly id: string
  readonly kind: CredentialKind
  readonly holder: Holder
  /** What a page link opens. */
  readonly incident: number | null
  /** `Firefox on Linux`: where a session was begun. */
  readonly browser: string | null
  readonly createdAt: string
  readonly expiresAt: string | null
  /** To the minute. */
  readonly usedAt: string | null
}

/** Hex digits of the hash by which people tell credentials apart: they lead back to no secret, and two alike do not occur. */
const idLength = 12

/** What people see of credentials, and how they end them. */
export function createCredentialList(db: Database, now: () => Date) {
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
        incident: row.incident,
        browser: row.browser,
        createdAt: row.created_at.toISOString(),
        expiresAt: row.expires_at?.toISOString() ?? null,
        usedAt: row.used_at?.toISOString() ?? null,
      }))
    },

    /**
     * Ends the credential of this id; of a page link all that open this incident for this person, in whichever message they stand. False when
     * there is none, or it is not of that holder.
     */
    async revoke(id: string, name?: string): Promise<boolean> {
      const row = await alive(db, now())
        .select(['secret_hash', 'kind', 'person', 'incident'])
        .where(sql`left(secret_hash, ${sql.lit(idLength)})`, '=', id)
        .where((one) => (name === undefined ? one.lit(true) : one('person', '=', name)))
        .executeTakeFirst()
      if (row === undefined) return false
      const { incident, person } = row
      if (row.kind === 'page-link' && incident !== null) return endPageLinks(db, now(), { person, incident })
      const ended = db.deleteFrom('credentials').where('secret_hash', '=', row.secret_hash)
      return (await ended.executeTakeFirst()).numDeletedRows > 0n
    },

    async revokeAll(
      kind: Exclude<CredentialKind, 'page-link'>,
      { kind: holder, name }: Holder,
    ): Promise<void> {
      await db
        .deleteFrom('credentials')
        .where('kind', '=', kind)
        .where('holder', '=', holder)
        .where('person', '=', name)
        .execute()
    },

    /** Ends every session of somebody, whatever log-in is on its way to them, and the links of their pages. */
    async logOutEverywhere({ kind: holder, name }: Holder): Promise<void> {
      await db
        .deleteFrom('credentials')
        .where('kind', 'in', ['session', 'login'])
        .where('holder', '=', holder)
        .where('person', '=', name)
        .execute()
      await endPageLinks(db, now(), { person: name })
    },

    /** Ends whatever operators of former runs had. */
    async revokeOperators(): Promise<void> {
      await db.deleteFrom('credentials').where('holder', '=', 'operator').execute()
    },
  }
}

/** Those that have not expired. */
export function alive(db: Database, at: Date) {
  return db
    .selectFrom('credentials')
    .where((one) => one.or([one('expires_at', 'is', null), one('expires_at', '>', at)]))
}

/** By what people tell the credential of this secret from others, in lists and in the audit log. */
export function credentialId(secret: string): string {
  return hashOf(secret).slice(0, idLength)
}

export function holderOf({ holder, person }: { holder: Holder['kind']; person: string }): Holder {
  return { kind: holder, name: person }
}

/** As which a secret is stored. */
export function hashOf(secret: string): string {
  return createHash('sha256').update(secret).digest('hex')
}

/** They stay as ended: deleted, the next try of the same page would make one anew. */
async function endPageLinks(
  db: Database,
  at: Date,
  { person, incident }: { readonly person: string; readonly incident?: number },
): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('credentials')
    .set({ expires_at: at })
    .where('kind', '=', 'page-link')
    .where('person', '=', person)
    .where('expires_at', '>', at)
    .where((one) => (incident === undefined ? one.lit(true) : one('incident', '=', incident)))
    .executeTakeFirst()
  return numUpdatedRows > 0n
}
