import { hashOf } from './credential-list.ts'
import type { Database } from './database.ts'

/** A link that opens one incident for one person; of its secret only the hash is stored. */
export interface NewPageLink {
  readonly secret: string
  readonly person: string
  readonly incident: number
  readonly expiresAt: Date
}

/** Links of pages. They are looked up, listed and ended like every credential. */
export function createPageLinkRecords(db: Database, now: () => Date) {
  return {
    /** A link that was made before, for an earlier try of its page, stays as it is: also one that was ended. */
    keep: async (links: readonly NewPageLink[]): Promise<void> => {
      if (links.length === 0) return
      const at = now()
      const rows = links.map(({ secret, person, incident, expiresAt }) => ({
        secret_hash: hashOf(secret),
        kind: 'page-link' as const,
        holder: 'person' as const,
        person,
        incident,
        browser: null,
        created_at: at,
        expires_at: expiresAt,
      }))
      await db
        .insertInto('credentials')
        .values(rows)
        .onConflict((on) => on.column('secret_hash').doNothing())
        .execute()
    },
  }
}
