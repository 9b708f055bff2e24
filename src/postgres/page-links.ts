import { sql } from 'kysely'
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
    /**
     * A link that was made before, for an earlier try of its page, stays as it is: also one that was ended. The page waits for this, so its commit
     * waits for no disk: a link that a crash of PostgreSQL takes along leads to the log-in.
     */
    keep: async (links: readonly NewPageLink[]): Promise<void> => {
      if (links.length === 0) return
      await sql`
        WITH quick AS MATERIALIZED (SELECT set_config('synchronous_commit', 'off', true))
        INSERT INTO credentials (secret_hash, kind, holder, person, incident, created_at, expires_at)
        SELECT hash, 'page-link', 'person', link.person, link.incident, ${now()}::timestamptz, ends_at
        FROM quick, unnest(
          ${links.map(({ secret }) => hashOf(secret))}::text[],
          ${links.map(({ person }) => person)}::text[],
          ${links.map(({ incident }) => incident)}::bigint[],
          ${links.map(({ expiresAt }) => expiresAt)}::timestamptz[]
        ) AS link (hash, person, incident, ends_at)
        ON CONFLICT (secret_hash) DO NOTHING`.execute(db)
    },
  }
}
