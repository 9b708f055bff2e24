import { copyFile, mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { evidenceKey, type EvidenceSubject } from '../../src/domain/investigate/evidence.ts'
import { everything, incidentScope, type SwitchScope } from '../../src/domain/remediate/kill-switch.ts'
import { createAttemptRecords } from '../../src/postgres/attempts.ts'
import { type OpenDatabase, openDatabase } from '../../src/postgres/database.ts'
import { createPageRecords } from '../../src/postgres/pages.ts'
import { migrate } from '../../src/postgres/migrate.ts'
import { thrown } from '../support/kill-switch.ts'
import { openIncidentWithoutAlerts } from '../support/remediation.ts'
import { startPostgres, type TestPostgres } from '../support/servers.ts'

const ours = new URL('../../src/postgres/migrations/', import.meta.url)
let postgres: TestPostgres
let database: OpenDatabase
let path: string
let folder: URL

beforeAll(async () => {
  postgres = await startPostgres()
  database = openDatabase(postgres.url)
})
afterAll(async () => {
  await database?.close()
  await postgres?.stop()
})
beforeEach(async () => {
  await database.pool.query('DROP SCHEMA public CASCADE; CREATE SCHEMA public')
  path = await mkdtemp(join(tmpdir(), 'firewatch-migrations-'))
  folder = pathToFileURL(`${path}/`)
  for (const name of await readdir(ours)) await copyFile(new URL(name, ours), new URL(name, folder))
  return () => rm(path, { recursive: true })
})

/** Applies those before one; the others wait in the folder for the next time. */
async function migrateBefore(first: string): Promise<void> {
  const later = (await readdir(ours)).filter((name) => name >= first)
  for (const name of later) await rename(new URL(name, folder), new URL(`${name}.later`, folder))
  await migrate(database.pool, folder)
  for (const name of later) await rename(new URL(`${name}.later`, folder), new URL(name, folder))
}

describe('migrations', () => {
  it('are applied once, by however many processes at the same time', async () => {
    const applied = await Promise.all(Array.from({ length: 4 }, () => migrate(database.pool)))
    expect(applied.flat()).toEqual((await readdir(ours)).toSorted())
    expect(await migrate(database.pool)).toEqual([])
  })

  it('refuse to start when one was changed after it was applied', async () => {
    await migrate(database.pool, folder)
    await writeFile(new URL('0002-page-unknown-tries.sql', folder), 'SELECT 1;')
    await expect(migrate(database.pool, folder)).rejects.toThrow(
      /^migration 0002-page-unknown-tries\.sql of this Firewatch is not the one that the database was made with \(SHA-256 [0-9a-f]{64}, not [0-9a-f]{64}\); undo/,
    )
  })

  it('refuse to start on a database of a newer version', async () => {
    await writeFile(new URL('9999-future.sql', folder), 'SELECT 1;')
    await migrate(database.pool, folder)
    await expect(migrate(database.pool)).rejects.toThrow(
      'the database is newer than this Firewatch: it has 9999-future.sql; start the version that made it, or a later one',
    )
  })

  it('take a database from before checksums as it is, and go on from there', async () => {
    await migrate(database.pool, folder)
    await database.pool.query('ALTER TABLE schema_migrations DROP COLUMN sha256')
    await writeFile(new URL('9999-future.sql', folder), 'CREATE TABLE future ()')
    expect(await migrate(database.pool, folder)).toEqual(['9999-future.sql'])
  })

  it('take from the keys of former evidence, this once, what it is of', async () => {
    const series = { check: 'feed', metric: 'likes', slice: 'os', group: 'iOS/iPadOS' }
    const former: readonly (readonly [string, EvidenceSubject | null])[] = [
      ['opened/chart', { kind: 'chart', stage: 'opened' }],
      ['opened/verdicts/feed/likes/os/iOS/iPadOS', { kind: 'verdicts', stage: 'opened', series }],
      ['mitigated/os-split', { kind: 'query', stage: 'mitigated', name: 'os-split' }],
      ['remediation/INC-1/a1', { kind: 'attempt', attempt: 'INC-1/a1' }],
      ['remediation/INC-1/a1/answer', { kind: 'answer', attempt: 'INC-1/a1' }],
      ['said', null],
    ]
    for (const [key, about] of former) if (about !== null) expect(evidenceKey(about)).toBe(key)
    await migrateBefore('0010-evidence-subject.sql')
    await openIncidentWithoutAlerts(database.db, 1)
    await database.pool.query(
      `INSERT INTO evidence (incident, number, evidence_key, kind, title, result, hash, collected_at)
       SELECT 1, number, key, 'metric-result', 't', '{}', 'h', now() FROM unnest($1::text[]) WITH ORDINALITY AS given (key, number)`,
      [former.map(([key]) => key)],
    )
    await migrate(database.pool, folder)
    const { rows } = await database.pool.query('SELECT about FROM evidence ORDER BY number')
    expect(rows).toEqual(former.map(([, about]) => ({ about })))
  })

  it('keep the sentences of attempts from before they were typed', async () => {
    await migrateBefore('0011-typed-decisions.sql')
    await openIncidentWithoutAlerts(database.db, 1)
    await database.pool.query(
      `INSERT INTO remediation_attempts (id, incident, rung, action, target, state, decision, explanation) VALUES
       ('INC-1/a1', 1, 1, 'flush', 'feed', 'done', 'Allowed: so it was.', 'It helped.'),
       ('INC-1/a2', 1, 2, 'restart', 'feed', 'done', 'Refused (breaker): it is open.', DEFAULT)`,
    )
    await migrate(database.pool, folder)
    expect(await createAttemptRecords(database.db).ofIncident(1)).toMatchObject([
      {
        decision: { recorded: 'Allowed: so it was.' },
        explanation: { kind: 'recorded', text: 'It helped.' },
      },
      { decision: { recorded: 'Refused (breaker): it is open.' }, explanation: null },
    ])
  })

  it('take from the ids of former pages, this once, after which time a rule asked for them', async () => {
    const former = {
      'INC-1/r0/s1/ana/c0': 0,
      'INC-1/r0/s1/a%2Ft5/c0': 0,
      'INC-1/r0/s1/ana/c1/t1800': 1_800_000,
    }
    await migrateBefore('0012-page-rule.sql')
    await openIncidentWithoutAlerts(database.db, 1)
    await database.pool.query(
      `INSERT INTO pages (id, incident, kind, step, round, person, channel, contact, state)
       SELECT id, 1, 'page', 1, 0, 'ana', 'webhook', 0, 'sent' FROM unnest($1::text[]) AS given (id)`,
      [Object.keys(former)],
    )
    await migrate(database.pool, folder)
    const pages = await createPageRecords(database.db).ofIncident(1)
    expect(Object.fromEntries(pages.map(({ id, ruleAfterMs }) => [id, ruleAfterMs]))).toEqual(former)
  })

  it('type, this once, what the switches are for that guards found', async () => {
    await migrateBefore('0013-switch-scope.sql')
    await openIncidentWithoutAlerts(database.db, 1)
    const refused = (...scopes: readonly (string | SwitchScope)[]) => {
      const found = scopes.map((scope) => ({ ...thrown('everything'), scope }))
      const findings = [{ guard: 'kill-switch', allowed: false, thrown: found }]
      return { allowed: false, findings, guard: 'kill-switch', next: 'hand-over' }
    }
    const proposed = (decision: unknown) => ({ type: 'attempt', step: 'refused', decision })
    const former = refused('everything', 'service/a/b', 'incident/INC-1')
    await database.pool.query(
      `INSERT INTO remediation_attempts (id, incident, rung, action, target, state, decision, explanation) VALUES
       ('INC-1/a1', 1, 1, 'flush', 'feed', 'done', $1, $2), ('INC-1/a2', 1, 2, 'flush', 'feed', 'done', $1, NULL)`,
      [JSON.stringify(former), JSON.stringify({ kind: 'refused', decision: former })],
    )
    await database.pool.query(
      "INSERT INTO timeline (incident, event_key, at, actor, fact) VALUES (1, 'a', now(), 'firewatch', $1)",
      [JSON.stringify(proposed(former))],
    )
    await migrate(database.pool, folder)
    const typed = refused(everything, { kind: 'service', name: 'a/b' }, incidentScope(1))
    expect(await createAttemptRecords(database.db).ofIncident(1)).toMatchObject([
      { decision: typed, explanation: { kind: 'refused', decision: typed } },
      { decision: typed, explanation: null },
    ])
    const { rows } = await database.pool.query("SELECT fact FROM timeline WHERE event_key = 'a'")
    expect(rows).toEqual([{ fact: proposed(typed) }])
  })

  it('leave the database as it was when one fails', async () => {
    await writeFile(new URL('9999-future.sql', folder), 'CREATE TABLE future (); SELECT 1/0')
    await expect(migrate(database.pool, folder)).rejects.toThrow('migration 9999-future.sql failed')
    await expect(database.pool.query('SELECT FROM future')).rejects.toThrow('does not exist')
  })
})
