import { sql } from 'kysely'
import type { Configuration } from '../domain/configuration/configuration.ts'
import type { Database } from './database.ts'

/** Revisions that are held in memory. */
const mostKnown = 20

/**
 * Every configuration that ran, by revision, so that an incident keeps the one it started with. Secrets are in it only as
 * references.
 */
export function createConfigurationRecords(db: Database) {
  const known = new Map<string, Configuration>()

  /** The newest few: each may be megabytes, and hardly an open incident refers to an older one. */
  function remember(configuration: Configuration): void {
    known.delete(configuration.revision)
    known.set(configuration.revision, configuration)
    const [oldest] = known.keys()
    if (known.size > mostKnown && oldest !== undefined) known.delete(oldest)
  }

  return {
    /** Also notes that it was started with now. */
    async save(configuration: Configuration): Promise<void> {
      await db
        .insertInto('config_revisions')
        .values({ revision: configuration.revision, content: JSON.stringify(configuration) })
        .onConflict((conflict) => conflict.column('revision').doUpdateSet({ applied_at: sql`now()` }))
        .execute()
      remember(configuration)
    },

    /** The revision that open incidents were told of last; `null` before the first. */
    async announced(): Promise<string | null> {
      const row = await db
        .selectFrom('config_revisions')
        .select('revision')
        .where('announced_at', 'is not', null)
        .orderBy('announced_at', 'desc')
        .executeTakeFirst()
      return row?.revision ?? null
    },

    async noteAnnounced(revision: string, at: Date): Promise<void> {
      const set = { announced_at: at }
      await db.updateTable('config_revisions').set(set).where('revision', '=', revision).execute()
    },

    /** @throws when this installation never ran that revision */
    async get(revision: string): Promise<Configuration> {
      const kept = known.get(revision)
      if (kept !== undefined) return kept
      const row = await db
        .selectFrom('config_revisions')
        .select('content')
        .where('revision', '=', revision)
        .executeTakeFirst()
      if (row === undefined) throw new Error(`configuration revision ${revision} was never saved here`)
      const configuration = row.content as Configuration
      remember(configuration)
      return configuration
    },
  }
}
