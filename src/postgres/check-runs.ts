import { sql } from 'kysely'
import type { CheckRun, Conclusion, RunConclusion, SeriesStanding, Standings } from '../domain/check/run.ts'
import { storeAlerts } from './alert-inbox.ts'
import type { Database } from './database.ts'
import { forgetStandings, orphanedStandings, standingsOf, storeStandings } from './series-states.ts'
import { judgedSince, storeVerdicts } from './verdicts.ts'

export type CheckRunRecords = ReturnType<typeof createCheckRunRecords>

/** What check runs leave behind. Verdicts, standings and alerts of a run are stored together or not at all. */
export function createCheckRunRecords(db: Database) {
  return {
    /**
     * Lets `decide` say what a run changes, and stores it. Runs of one check wait for each other, so that a worker thought dead cannot
     * decide on standings that another is just changing.
     */
    record(run: CheckRun, decide: (before: Standings) => RunConclusion): Promise<RunConclusion> {
      return db.transaction().execute(async (transaction) => {
        const checks = run.checks.map(({ name }) => name)
        const sources = run.sources.map(({ source }) => source)
        await lock(transaction, checks, sources)
        const known = await standingsOf(transaction, checks, sources)
        const conclusion = decide({ known, judged: await judged(transaction, run, checks) })
        await storeVerdicts(transaction, conclusion.verdicts)
        await store(transaction, conclusion)
        return conclusion
      })
    },

    /** Lets `decide` end what is known of checks and sources other than these. */
    retire(
      configured: { readonly checks: readonly string[]; readonly sources: readonly string[] },
      decide: (orphans: readonly SeriesStanding[]) => Conclusion,
    ): Promise<Conclusion> {
      return db.transaction().execute(async (transaction) => {
        const conclusion = decide(await orphanedStandings(transaction, configured.checks, configured.sources))
        await store(transaction, conclusion)
        return conclusion
      })
    },
  }
}

async function store(transaction: Database, { changed, forgotten, alerts }: Conclusion): Promise<void> {
  await storeStandings(transaction, changed)
  await forgetStandings(transaction, forgotten)
  await storeAlerts(transaction, alerts)
}

async function judged(transaction: Database, run: CheckRun, checks: readonly string[]) {
  const oldest = run.verdicts.map(({ bucketAt }) => bucketAt).toSorted()[0]
  return oldest === undefined ? [] : judgedSince(transaction, checks, oldest)
}

/** Any number that no other lock of this database begins with. */
const lockClass = 420_721

/** Taken in the order of the names, so that two runs cannot wait for each other. */
async function lock(
  transaction: Database,
  checks: readonly string[],
  sources: readonly string[],
): Promise<void> {
  const names = [
    ...checks.map((name) => `check/${name}`),
    ...sources.map((name) => `source/${name}`),
  ].toSorted()
  await sql`
    SELECT pg_advisory_xact_lock(${lockClass}, hashtext(name)) FROM unnest(${names}::text[]) WITH ORDINALITY AS wanted (name, place)
    ORDER BY place
  `.execute(transaction)
}
