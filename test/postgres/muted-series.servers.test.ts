import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { clearState, type SeriesState } from '../../src/domain/check/alert-state.ts'
import { checkMutes } from '../../src/domain/check/mutes.ts'
import { migrate, openDatabase, type OpenDatabase } from '../../src/postgres/database.ts'
import { storeStandings } from '../../src/postgres/series-states.ts'
import { createVerdictRecords } from '../../src/postgres/verdict-records.ts'
import { startPostgres, type TestPostgres } from '../support/servers.ts'

let postgres: TestPostgres
let database: OpenDatabase

beforeAll(async () => {
  postgres = await startPostgres()
  database = openDatabase(postgres.url)
  await migrate(database.pool)
})
afterAll(async () => {
  await database?.close()
  await postgres?.stop()
})

const told = (hour: number) => `2026-03-01T0${hour}:00:00.000Z`

describe('N05 what is muted', () => {
  it('is what fires within the cooldown of its check, until the last of its cooldowns ends', async () => {
    const standing = (check: string, group: string, state: Partial<SeriesState>) => ({
      check,
      metric: 'likes',
      slice: 'os',
      group,
      state: { ...clearState, ...state },
    })
    await storeStandings(database.db, [
      standing('feed', 'iOS', { phase: 'firing', muted: true, messagedAt: told(1) }),
      standing('feed', 'Android', { phase: 'firing', muted: true, messagedAt: told(2) }),
      standing('feed', 'web', { phase: 'firing', messagedAt: told(5) }),
      standing('feed', 'tv', { messagedAt: told(6) }),
      standing('gone', 'iOS', { phase: 'firing', muted: true, messagedAt: told(1) }),
      standing('quiet', 'iOS', { phase: 'firing', messagedAt: told(1) }),
    ])
    const muted = await createVerdictRecords(database.db).muted()
    expect(muted).toEqual([
      { check: 'feed', series: 2, messagedAt: told(2) },
      { check: 'gone', series: 1, messagedAt: told(1) },
    ])
    const hour = 3_600_000
    expect(checkMutes(muted, { feed: { cooldownMs: hour }, quiet: { cooldownMs: hour } })).toEqual([
      { check: 'feed', series: 2, until: told(3) },
    ])
  })
})
