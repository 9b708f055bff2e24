import fc from 'fast-check'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { canonicalJson } from '../../src/domain/values/canonical-json.ts'
import { evidenceKey, type EvidenceSubject } from '../../src/domain/investigate/evidence.ts'
import { migrate, openDatabase, type OpenDatabase } from '../../src/postgres/database.ts'
import {
  createEvidenceRecords,
  hashOf,
  type EvidenceRecords,
  type NewEvidence,
} from '../../src/postgres/evidence.ts'
import { openIncident } from '../support/remediation.ts'
import { startPostgres, type TestPostgres } from '../support/servers.ts'

let postgres: TestPostgres
let database: OpenDatabase
let evidence: EvidenceRecords
const collectedAt = '2026-11-24T03:17:00.000Z'

beforeAll(async () => {
  postgres = await startPostgres()
  database = openDatabase(postgres.url)
  await migrate(database.pool)
  await openIncident(database.db, 1)
  await openIncident(database.db, 2)
  evidence = createEvidenceRecords(database.db, () => new Date(collectedAt))
})
afterAll(async () => {
  await database?.close()
  await postgres?.stop()
})
beforeEach(() => database.pool.query('TRUNCATE evidence, reviews'))

function asked(name: string): EvidenceSubject {
  return { kind: 'query', stage: 'opened', name }
}

function question(name: string, change: Partial<NewEvidence> = {}): NewEvidence {
  return {
    incident: 1,
    about: asked(name),
    kind: 'metric-result',
    title: 'Split',
    result: { rows: [{ os: 'iOS', now: 12 }] },
    ...change,
  }
}

describe('evidence', () => {
  it('is stored with its number, its hash and the time', async () => {
    const window = { from: '2026-11-24T03:00:00.000Z', to: '2026-11-24T03:15:00.000Z' }
    const stored = await evidence.add(question('os-split', { query: 'SELECT 1', window }))
    expect(stored).toEqual({
      incident: 1,
      number: 1,
      about: asked('os-split'),
      kind: 'metric-result',
      title: 'Split',
      query: 'SELECT 1',
      window,
      result: { rows: [{ os: 'iOS', now: 12 }] },
      hash: hashOf({
        kind: 'metric-result',
        query: 'SELECT 1',
        window,
        result: { rows: [{ now: 12, os: 'iOS' }] },
      }),
      collectedAt,
    })
    expect(await evidence.list(1)).toEqual([stored])
    expect(stored.hash).toMatch(/^[0-9a-f]{64}$/)
  })

  it('keeps the first answer to a question that is asked again', async () => {
    const first = await evidence.add(question('a'))
    expect(await evidence.add(question('a', { title: 'Other', result: 'other' }))).toEqual(first)
    expect(await evidence.list(1)).toEqual([first])
  })

  it('counts without gaps and without doubles when many collect at once, incident by incident', async () => {
    const questions = Array.from({ length: 30 }, (_, index) =>
      question(`q${index % 20}`, { incident: 1 + (index % 2) }),
    )
    await Promise.all(questions.map((one) => evidence.add(one)))
    for (const incident of [1, 2]) {
      const kept = await evidence.list(incident)
      expect(kept.map(({ number }) => number)).toEqual(kept.map((_, index) => index + 1))
      expect(new Set(kept.map(({ about }) => about && evidenceKey(about))).size).toBe(kept.length)
    }
  })

  it('takes any result, and its hash can be computed again from what is stored', async () => {
    let count = 0
    const property = fc.asyncProperty(
      fc.anything({ withBigInt: true, withDate: true }),
      fc.string({ unit: 'binary' }),
      async (result, title) => {
        const {
          about,
          kind,
          result: stored,
          hash,
        } = await evidence.add(question(`p${count++}`, { result, title: `t${title}` }))
        expect(about).toEqual(asked(`p${count - 1}`))
        expect(canonicalJson(stored)).toBe(canonicalJson(result))
        expect(hashOf({ kind, result: stored })).toBe(hash)
      },
    )
    await fc.assert(property, { numRuns: 60 })
  })

  it('of an incident that is not there is refused', async () => {
    await expect(evidence.add(question('a', { incident: 99 }))).rejects.toThrow(/foreign key/)
  })
})
