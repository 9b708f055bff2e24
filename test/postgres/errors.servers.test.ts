import { ApplicationFailure } from '@temporalio/common'
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { endFinalFailures } from '../../src/app/activity-interceptor.ts'
import { migrate, type OpenDatabase, openDatabase } from '../../src/postgres/database.ts'
import { faultOf, StoreError, type StoreFault } from '../../src/postgres/errors.ts'
import { freePort, startPostgres, type TestPostgres } from '../support/servers.ts'

let postgres: TestPostgres
let database: OpenDatabase

beforeAll(async () => {
  postgres = await startPostgres()
  database = openDatabase(postgres.url, 4, { statementMs: 300, lockMs: 100, heldMs: 1_000 })
  await migrate(database.pool)
})
afterAll(async () => {
  await database?.close()
  await postgres?.stop()
})

describe('N01 what a failure of PostgreSQL means', () => {
  it.each<[string | null, StoreFault, StoreFault]>([
    // code, within a statement, at COMMIT
    ['22021', 'final', 'final'],
    ['22P02', 'final', 'final'],
    ['22003', 'final', 'final'],
    ['23505', 'final', 'final'],
    ['23503', 'final', 'final'],
    ['42P01', 'final', 'final'],
    ['42501', 'final', 'final'],
    ['40001', 'retry', 'retry'],
    ['40P01', 'retry', 'retry'],
    ['40003', 'unknown', 'unknown'],
    ['08007', 'unknown', 'unknown'],
    ['08006', 'retry', 'retry'],
    ['53100', 'retry', 'retry'],
    ['53300', 'retry', 'retry'],
    ['55P03', 'retry', 'retry'],
    ['57014', 'retry', 'retry'],
    ['57P01', 'retry', 'unknown'],
    ['57P03', 'retry', 'unknown'],
    ['25006', 'retry', 'retry'],
    ['25P03', 'retry', 'retry'],
    ['0A000', 'retry', 'retry'],
    ['XX000', 'retry', 'retry'],
    ['ECONNREFUSED', 'retry', 'unknown'],
    ['ECONNRESET', 'retry', 'unknown'],
    ['EPIPE', 'retry', 'unknown'],
    [null, 'retry', 'unknown'],
  ])('%s is %s, and %s at COMMIT', (code, within, committing) => {
    expect([faultOf(code, false), faultOf(code, true)]).toEqual([within, committing])
  })

  const ends = (work: Promise<unknown>) =>
    work.then(
      () => 'ended well',
      (error: unknown) => (error instanceof StoreError ? [error.fault, error.code] : error),
    )

  it('is told of real ones', async () => {
    const { db } = database
    expect(await ends(sql`SELECT 1/0`.execute(db))).toEqual(['final', '22012'])
    expect(await ends(sql`SELECT chr(0)`.execute(db))).toEqual(['final', '54000'].with(0, 'retry'))
    expect(await ends(sql`SELECT * FROM nowhere`.execute(db))).toEqual(['final', '42P01'])
    expect(await ends(sql`SELECT pg_sleep(5)`.execute(db))).toEqual(['retry', '57014'])
    const nobody = openDatabase(`postgres://firewatch@127.0.0.1:${await freePort()}/postgres`)
    expect(await ends(sql`SELECT 1`.execute(nobody.db))).toEqual(['retry', 'ECONNREFUSED'])
    await nobody.close()
  })

  it('is told of a lock that somebody else holds', async () => {
    const { db } = database
    await sql`CREATE TABLE held (id int PRIMARY KEY)`.execute(db)
    await db.transaction().execute(async (transaction) => {
      await sql`INSERT INTO held VALUES (1)`.execute(transaction)
      expect(await ends(sql`INSERT INTO held VALUES (1)`.execute(db))).toEqual(['retry', '55P03'])
    })
  })

  it('is unknown when the connection breaks while COMMIT is under way', async () => {
    const { db } = database
    await sql`CREATE TABLE late (id int)`.execute(db)
    await sql`CREATE FUNCTION slowly() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); PERFORM pg_sleep(1); RETURN NULL; END $$`.execute(
      db,
    )
    await sql`CREATE CONSTRAINT TRIGGER late AFTER INSERT ON late DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION slowly()`.execute(
      db,
    )
    const work = db
      .transaction()
      .execute((transaction) => sql`INSERT INTO late VALUES (1)`.execute(transaction))
    expect(await ends(work)).toEqual(['unknown', '57P01'])
    expect(await ends(sql`SELECT pg_terminate_backend(pg_backend_pid())`.execute(db))).toEqual([
      'retry',
      '57P01',
    ])
    // Its connection may be taken once more before its end is noticed.
    await expect.poll(() => ends(sql`SELECT 1`.execute(db))).toBe('ended well')
  })
})

describe('N06 a server process that hangs', () => {
  it('holds no connection of the pool for ever: it is dropped, and the others go on', async () => {
    const held = database.db.transaction().execute(async (transaction) => {
      const { rows } = await sql<{ pid: number }>`SELECT pg_backend_pid() AS pid`.execute(transaction)
      const pid = rows[0]?.pid ?? 0
      process.kill(pid, 'SIGSTOP')
      try {
        await sql`SELECT 1`.execute(transaction)
      } finally {
        process.kill(pid, 'SIGCONT')
      }
    })
    await expect(held).rejects.toMatchObject({
      name: 'StoreError',
      fault: 'retry',
      message: expect.stringContaining('did not answer within 1000 ms'),
    })
    const { rows } = await sql`SELECT 1 AS one`.execute(database.db)
    expect(rows).toEqual([{ one: 1 }])
  })
})

describe('N01 an activity', () => {
  const run = (work: () => Promise<unknown>): Promise<unknown> => {
    const { inbound } = endFinalFailures()({} as never)
    return inbound?.execute?.({ args: [], headers: {} }, work) ?? Promise.reject(new Error('no interceptor'))
  }

  it('ends for good on what PostgreSQL will refuse again, also when it was wrapped', async () => {
    const failure = expect.objectContaining({ nonRetryable: true, message: expect.stringContaining('22012') })
    const work = () => sql`SELECT 1/0`.execute(database.db)
    await expect(run(work)).rejects.toEqual(failure)
    await expect(
      run(() => work().catch((cause: unknown) => Promise.reject(new Error('a step failed', { cause })))),
    ).rejects.toEqual(failure)
  })

  it('is tried again on everything else', async () => {
    await expect(run(() => sql`SELECT pg_sleep(5)`.execute(database.db))).rejects.toBeInstanceOf(StoreError)
    await expect(run(() => Promise.reject(new Error('else')))).rejects.not.toBeInstanceOf(ApplicationFailure)
    await expect(run(() => Promise.resolve(7))).resolves.toBe(7)
  })
})
