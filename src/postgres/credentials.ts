import { createHash, randomBytes } from 'node:crypto'
import type { Role } from '../domain/configuration.ts'
import type { Database } from './database.ts'

/** Who is asking, and what they may do. */
export interface Principal {
  readonly person: string
  readonly role: Role
}

export type CredentialKind = 'token' | 'session' | 'login' | 'calendar'

/** API tokens, console sessions, one-time log-in codes and addresses of calendars: 256 random bits each, of which only the SHA-256 is stored. */
export function createCredentialRecords(db: Database, now: () => Date) {
  return {
    /** Makes a credential and returns its secret, which cannot be read again. */
    async issue(kind: CredentialKind, principal: Principal, validForMs: number | null): Promise<string> {
      const secret = randomBytes(32).toString('base64url')
      await db
        .insertInto('credentials')
        .values({
          secret_hash: hash(secret),
          kind,
          person: principal.person,
          role: principal.role,
          expires_at: validForMs === null ? null : new Date(now().getTime() + validForMs),
        })
        .execute()
      return secret
    },

    /** Whose secret this is, if it is known and not expired. */
    async check(kind: CredentialKind, secret: string): Promise<Principal | undefined> {
      const row = await db
        .updateTable('credentials')
        .set({ used_at: now() })
        .where('secret_hash', '=', hash(secret))
        .where('kind', '=', kind)
        .where((row) => row.or([row('expires_at', 'is', null), row('expires_at', '>', now())]))
        .returning(['person', 'role'])
        .executeTakeFirst()
      return row
    },

    /** Takes a one-time code: a second try with the same code finds nothing. */
    async redeemLogin(secret: string): Promise<Principal | undefined> {
      return db
        .deleteFrom('credentials')
        .where('secret_hash', '=', hash(secret))
        .where('kind', '=', 'login')
        .where('expires_at', '>', now())
        .returning(['person', 'role'])
        .executeTakeFirst()
    },

    async revokeAll(kind: CredentialKind, person: string): Promise<void> {
      await db.deleteFrom('credentials').where('kind', '=', kind).where('person', '=', person).execute()
    },
  }
}

function hash(secret: string): string {
  return createHash('sha256').update(secret).digest('hex')
}
