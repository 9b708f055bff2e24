import { sql } from 'kysely'
import type { ConfigurationProcess, WantedConfiguration } from '../domain/configuration/process.ts'
import type { Database } from './database.ts'

/** Notified when another configuration is wanted. */
export const configurationChannel = 'firewatch_configuration'

/** Says so of itself every ten seconds; three times unheard, it is not there any more. */
export const heardEveryMs = 10_000
const goneAfterMs = 3 * heardEveryMs

/** Which configuration processes are to run, and which they do run. */
export function createRunningConfigurationRecords(db: Database) {
  return { ...wantedRevision(db), ...processes(db) }
}

function wantedRevision(db: Database) {
  return {
    /** `undefined` before the first process was started. */
    async wanted(): Promise<WantedConfiguration | undefined> {
      const row = await db.selectFrom('config_wanted').selectAll().executeTakeFirst()
      if (row === undefined) return undefined
      const { number, revision, wanted_by: by, wanted_at, run_id: runId } = row
      return { number, revision, by, at: wanted_at.toISOString(), runId }
    },

    /**
     * Wants a stored revision of every process, and tells them.
     * @param insteadOf number of the wanted one that this takes the place of, 0 for none; absent: whatever it is
     * @returns what is wanted now; `undefined` when somebody else was first
     */
    async want(
      { revision, by, at, runId }: Omit<WantedConfiguration, 'number'>,
      insteadOf?: number,
    ): Promise<WantedConfiguration | undefined> {
      const { rows } = await sql<{ number: number; told: unknown }>`
        WITH wanted AS (
          INSERT INTO config_wanted (number, revision, wanted_by, wanted_at, run_id)
          VALUES (1, ${revision}, ${by}, ${new Date(at)}, ${runId})
          ON CONFLICT (only_row) DO UPDATE SET number = config_wanted.number + 1, revision = excluded.revision,
            wanted_by = excluded.wanted_by, wanted_at = excluded.wanted_at, run_id = excluded.run_id
          WHERE ${insteadOf ?? null}::bigint IS NULL OR config_wanted.number = ${insteadOf ?? null}::bigint
          RETURNING number)
        SELECT number, pg_notify(${configurationChannel}, '') AS told FROM wanted`.execute(db)
      const number = rows[0]?.number
      return number === undefined ? undefined : { number, revision, by, at, runId }
    },
  }
}

function processes(db: Database) {
  return {
    /** What a process says of itself. Those that nobody heard of for a day are forgotten. */
    async note(process: ConfigurationProcess, at: Date): Promise<void> {
      const { id, runId, since, ...rest } = process
      const row = { ...rest, run_id: runId, since: new Date(since), heard_at: at }
      await db
        .insertInto('config_processes')
        .values({ id, ...row })
        .onConflict((conflict) => conflict.column('id').doUpdateSet(row))
        .execute()
      await db
        .deleteFrom('config_processes')
        .where('heard_at', '<', new Date(at.getTime() - 86_400_000))
        .execute()
    },

    /** Those that this one takes the place of: `up` keeps one server and one worker, and one that was killed said no goodbye. */
    async forgetFormer({
      id,
      kind,
      runId,
    }: Pick<ConfigurationProcess, 'id' | 'kind' | 'runId'>): Promise<void> {
      if (runId === null) return
      await db
        .deleteFrom('config_processes')
        .where('run_id', '=', runId)
        .where('kind', '=', kind)
        .where('id', '<>', id)
        .execute()
    },

    /** One that ends. */
    async forget(id: string): Promise<void> {
      await db.deleteFrom('config_processes').where('id', '=', id).execute()
    },

    /** Those that run, servers first. */
    async processes(at: Date): Promise<ConfigurationProcess[]> {
      const rows = await db
        .selectFrom('config_processes')
        .select(['id', 'kind', 'host', 'pid', 'run_id', 'file', 'revision', 'since', 'problem'])
        .where('heard_at', '>', new Date(at.getTime() - goneAfterMs))
        .orderBy('kind')
        .orderBy('host')
        .orderBy('pid')
        .execute()
      return rows.map(({ run_id: runId, since, ...row }) => ({ ...row, runId, since: since.toISOString() }))
    },
  }
}
