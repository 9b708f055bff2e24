import { sql } from 'kysely'
import type { Standing } from '../domain/configuration/plan.ts'
import type { Database } from './database.ts'

/** More are told by nobody. */
const mostPages = 10_000

/** Pages on their way and credentials, for those who plan another configuration. */
export function createConfigurationStanding(db: Database) {
  return {
    async pages(): Promise<Standing['pages']> {
      const rows = db
        .selectFrom('pages')
        .select(['incident', 'person'])
        .distinct()
        .where('finished_at', 'is', null)
      return rows.limit(mostPages).execute()
    },

    /** Those that have not expired, of people and senders. */
    async credentials(at: Date): Promise<Standing['credentials']> {
      const { rows } = await sql<Standing['credentials'][number]>`
        SELECT person AS name, kind, count(*) AS count FROM credentials
        WHERE holder <> 'operator' AND (expires_at IS NULL OR expires_at > ${at})
        GROUP BY person, kind ORDER BY person, kind`.execute(db)
      return rows
    },
  }
}
