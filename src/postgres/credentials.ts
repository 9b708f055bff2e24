import { randomBytes } from 'node:crypto'
import type { Holder } from '../domain/access/access.ts'
import { alive, createCredentialList, type CredentialKind, hashOf, holderOf } from './credential-list.ts'
import type { Database } from './database.ts'
import { createSharedWork } from './shared-work.ts'

/**
 * When a credential was used last is known to the minute. Noted at every request, it was a commit for each, on the one row that all senders
 * with the same token share.
 */
const usedWithinMs = 60_000

/**
 * API tokens, console sessions, one-time log-in codes and addresses of calendars: 256 random bits each, 128 in a sender's token, of which only the
 * SHA-256 is stored, as it is of links of pages. A credential names its holder; whether there still is one, and what they may do, is not known here.
 */
export function createCredentialRecords(db: Database, now: () => Date) {
  const found = createSharedWork<string, Found>({
    work: (requests) => findAll(db, requests.flat(), now()),
    ...lookUps,
  })
  async function rowOf(kind: CredentialKind, secret: string, incident: number | null = null) {
    const at = now()
    const { row } = await found.add([hashOf(secret)])
    if (row === undefined || row.kind !== kind || row.incident !== incident) return undefined
    const { used_at: usedAt } = row
    if (usedAt === null || at.getTime() - usedAt.getTime() >= usedWithinMs) await noteUse(db, secret, at)
    return row
  }
  return {
    /** Makes a credential and returns its secret, which cannot be read again. @param browser where a session begins */
    async issue(
      kind: Exclude<CredentialKind, 'page-link'>,
      { kind: holder, name }: Holder,
      validForMs: number | null,
      browser: string | null = null,
    ): Promise<string> {
      const secret = newSecret(kind, holder)
      const at = now()
      await db
        .insertInto('credentials')
        .values({
          secret_hash: hashOf(secret),
          kind,
          holder,
          person: name,
          browser,
          created_at: at,
          expires_at: validForMs === null ? null : new Date(at.getTime() + validForMs),
        })
        .execute()
      return secret
    },

    /** Whom this secret names, if it is known and not expired. */
    check: async (
      kind: Exclude<CredentialKind, 'page-link'>,
      secret: string,
    ): Promise<Holder | undefined> => {
      const row = await rowOf(kind, secret)
      return row === undefined ? undefined : holderOf(row)
    },

    /** Whom the link of a page names, if it opens this incident. */
    async checkPageLink(secret: string, incident: number): Promise<Holder | undefined> {
      const row = await rowOf('page-link', secret, incident)
      return row === undefined ? undefined : holderOf(row)
    },

    /** Takes a one-time code: a second try with the same code finds nothing. */
    async redeemLogin(secret: string): Promise<Holder | undefined> {
      const row = await db
        .deleteFrom('credentials')
        .where('secret_hash', '=', hashOf(secret))
        .where('kind', '=', 'login')
        .where('expires_at', '>', now())
        .returning(['person', 'holder'])
        .executeTakeFirst()
      return row === undefined ? undefined : holderOf(row)
    },

    ...createCredentialList(db, now),
  }
}

/** A sender's token is an integration key too, which PagerDuty's clients take only with 32 hexadecimal digits. */
function newSecret(kind: CredentialKind, holder: Holder['kind']): string {
  return kind === 'token' && holder === 'sender'
    ? randomBytes(16).toString('hex')
    : randomBytes(32).toString('base64url')
}

/** Each request looks up who asks; those of the same moment share a query. */
const lookUps = { atOnce: 3, mostTogether: 500, mostWaiting: 10_000, patienceMs: 3_000 }

type FoundRow = Parameters<typeof holderOf>[0] & {
  readonly kind: CredentialKind
  readonly incident: number | null
  readonly used_at: Date | null
}

interface Found {
  readonly row: FoundRow | undefined
}

/** In the order of the hashes. */
async function findAll(db: Database, hashes: readonly string[], at: Date): Promise<Found[]> {
  const rows = await alive(db, at)
    .select(['secret_hash', 'kind', 'person', 'holder', 'incident', 'used_at'])
    .where('secret_hash', 'in', [...new Set(hashes)])
    .execute()
  const byHash = new Map(rows.map((row) => [row.secret_hash, row]))
  return hashes.map((one) => ({ row: byHash.get(one) }))
}

/** Of requests at the same moment one notes it, and the others pass over the row that it holds. */
async function noteUse(db: Database, secret: string, at: Date): Promise<void> {
  const row = db
    .selectFrom('credentials')
    .select('secret_hash')
    .where('secret_hash', '=', hashOf(secret))
    .forUpdate()
    .skipLocked()
  await db.updateTable('credentials').set({ used_at: at }).where('secret_hash', 'in', row).execute()
}
