import { createHash, randomBytes } from 'node:crypto'
import type { Role } from '../domain/configuration.ts'
import type { Database } from './database.ts'
import { createSharedWork } from './shared-work.ts'

/** Who is asking, and what they may do. */
export interface Principal {
  readonly person: string
  readonly role: Role
}

export type CredentialKind = 'token' | 'session' | 'login' | 'calendar'

/**
 * When a credential was used last is known to the minute. Noted at every request, it was a commit for each, on the one row that all senders
 * with the same token share.
 */
const usedWithinMs = 60_000

/** API tokens, console sessions, one-time log-in codes and addresses of calendars: 256 random bits each, of which only the SHA-256 is stored. */
export function createCredentialRecords(db: Database, now: () => Date) {
  const found = createSharedWork<string, Found>({
    work: (requests) => findAll(db, requests.flat(), now()),
    ...lookUps,
  })
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
      const at = now()
      const { row } = await found.add([hash(secret)])
      if (row?.kind !== kind) return undefined
      const { person, role, used_at: usedAt } = row
      if (usedAt === null || at.getTime() - usedAt.getTime() >= usedWithinMs) await noteUse(db, secret, at)
      return { person, role }
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

/** Each request looks up who asks; those of the same moment share a query. */
const lookUps = { atOnce: 3, mostTogether: 500, mostWaiting: 10_000, patienceMs: 3_000 }

interface Found {
  readonly row: (Principal & { readonly kind: CredentialKind; readonly used_at: Date | null }) | undefined
}

/** In the order of the hashes. */
async function findAll(db: Database, hashes: readonly string[], at: Date): Promise<Found[]> {
  const rows = await db
    .selectFrom('credentials')
    .select(['secret_hash', 'kind', 'person', 'role', 'used_at'])
    .where('secret_hash', 'in', [...new Set(hashes)])
    .where((one) => one.or([one('expires_at', 'is', null), one('expires_at', '>', at)]))
    .execute()
  const byHash = new Map(rows.map((row) => [row.secret_hash, row]))
  return hashes.map((one) => ({ row: byHash.get(one) }))
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

function hash(secret: string): string {
  return createHash('sha256').update(secret).digest('hex')
}
