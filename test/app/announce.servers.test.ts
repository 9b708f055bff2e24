import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { announceConfiguration } from '../../src/app/announce.ts'
import { createConfigurationRecords } from '../../src/postgres/configurations.ts'
import { migrate, type OpenDatabase, openDatabase } from '../../src/postgres/database.ts'
import { configuration, incident } from '../support/pages.ts'
import { startPostgres, type TestPostgres } from '../support/servers.ts'

describe('a new configuration', () => {
  let postgres: TestPostgres
  let database: OpenDatabase

  beforeAll(async () => {
    postgres = await startPostgres()
    database = openDatabase(postgres.url, 2)
    await migrate(database.pool)
  })
  afterAll(async () => {
    await database.close()
    await postgres.stop()
  })

  it('is told to open incidents once, and again when it changes, also back', async () => {
    const configurations = createConfigurationRecords(database.db)
    const policy = { steps: [], repeat: 0, fallback: [] }
    const told: number[] = []
    let isAway = false
    let instant = Date.parse('2026-03-01T03:00:00Z')
    const start = async (revision: string) => {
      const running = { ...configuration([], policy), revision }
      await configurations.save(running)
      const before = told.length
      const incidents = { list: async () => [incident(), incident({ number: 43 })] }
      const machine = {
        async take(number: number) {
          if (isAway) throw new Error('PostgreSQL is away')
          told.push(number)
        },
      }
      const log = { info: () => undefined }
      await announceConfiguration({ configurations, incidents, machine } as never, running, {
        now: () => new Date((instant += 1_000)),
        log: log as never,
      })
      return told.length - before
    }
    expect(await start('a')).toBe(2)
    expect(await start('a')).toBe(0)
    expect(await start('b')).toBe(2)
    expect(await start('a')).toBe(2)
    isAway = true
    await expect(start('b')).rejects.toThrow('PostgreSQL is away')
    isAway = false
    expect(await start('b')).toBe(2)
  })
})
