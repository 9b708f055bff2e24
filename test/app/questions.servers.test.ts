import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createIdentities } from '../../src/app/identities.ts'
import { createOnCallService } from '../../src/app/on-call.ts'
import { createRecords } from '../../src/app/records.ts'
import { loadConfiguration } from '../../src/config/load.ts'
import type { ConfigurationProcess } from '../../src/domain/configuration/process.ts'
import { migrate, type OpenDatabase, openDatabase } from '../../src/postgres/database.ts'
import { atTerminal, hasTerminal } from '../support/at-terminal.ts'
import { firewatch } from '../support/firewatch.ts'
import { onCallYaml, testFolder } from '../support/on-call-files.ts'
import { startPostgres, type TestPostgres } from '../support/servers.ts'
import { commandLineOf } from '../support/command-line.ts'
import { startWeb, type TestWeb } from '../web/world.ts'

const folder = testFolder()
const running = onCallYaml.replace('  ana:\n', '  ana:\n    role: admin\n')
let postgres: TestPostgres
let database: OpenDatabase
let web: TestWeb
let env: NodeJS.ProcessEnv
let edited: string
/** Revisions that were taken up. */
let applied: string[] = []

beforeAll(async () => {
  const configuration = await loadConfiguration(await folder.write('firewatch.yaml', running))
  edited = await folder.write('new.yaml', running.replace('ackTimeout: 15m', 'ackTimeout: 5m'))
  postgres = await startPostgres()
  database = openDatabase(postgres.url)
  await migrate(database.pool)
  const records = createRecords(database.db, () => new Date())
  const standing = { changes: [], incidents: [], pages: [], credentials: [] }
  const process: ConfigurationProcess = {
    id: '1',
    kind: 'server',
    host: 'h',
    pid: 1,
    runId: null,
    file: edited,
    revision: '',
    since: '2026-03-02T03:00:00.000Z',
    problem: null,
  }
  web = await startWeb({
    onCall: createOnCallService(() => configuration, records),
    credentials: createIdentities(records.credentials, () => configuration, undefined),
    now: () => new Date(),
    configuration: {
      read: async () => ({ configuration, standing, wanted: 1 }),
      apply: async ({ against, revision }) => {
        applied.push(revision)
        return { kind: 'switched', from: against, to: revision }
      },
      status: async () => ({
        wanted: null,
        processes: [{ ...process, revision: applied.at(-1) ?? '' }],
        file: { path: edited, revision: null, problems: [] },
      }),
    },
  })
  env = await commandLineOf('ana', web, records)
})
afterAll(async () => {
  await web?.app.close()
  await database?.close()
  await postgres?.stop()
})
beforeEach(async () => {
  applied = []
  await database.pool.query('TRUNCATE schedule_changes RESTART IDENTITY')
})

const kept = async () => (await database.pool.query('SELECT kind FROM schedule_changes')).rows.length
const temporary = ['oncall', 'temporary', 'primary', '--to', '+8h']
const [ctrlC, ctrlD] = ['\u0003', '\u0004']

describe.skipIf(!hasTerminal)('N38: config apply at a terminal', () => {
  it.each(['y\r', 'YES\r'])('N38: shows the plan, asks and applies it on %j', async (keys) => {
    const { code, stdout } = await atTerminal(['config', 'apply', edited], env, keys)
    expect(stdout).toMatch(/ackTimeout 15m -> 5m[^]*Apply revision \w{12}\? \[y\/N\][^]*applied: revision/)
    expect([code, applied.length]).toEqual([0, 1])
  })

  it.each(['\r', 'n\r', 'yesterday\r', ctrlC, ctrlD])('N38: changes nothing on %j', async (keys) => {
    const { code, stdout } = await atTerminal(['config', 'apply', edited], env, keys)
    expect(stdout).toMatch(/\nnothing was changed\r?\n$/)
    expect([code, applied]).toEqual([4, []])
  })
})

describe.skipIf(!hasTerminal)('N39: oncall temporary without shifts at a terminal', () => {
  it('N39: shows what it takes away, asks, and leaves the time empty on a yes', async () => {
    const { code, stdout } = await atTerminal(temporary, env, 'y\r')
    expect(stdout).toMatch(/This takes away 8 h of these shifts:[^]*nobody on call\? \[y\/N\]/)
    expect([code, await kept()]).toEqual([0, 1])
  })

  it.each(['\r', ctrlC, ctrlD])('N39: changes nothing on %j', async (keys) => {
    const { code, stdout } = await atTerminal(temporary, env, keys)
    expect(stdout).toMatch(/\nnothing was changed: say who is on call by --shifts FILE, or leave/)
    expect([code, await kept()]).toEqual([4, 0])
  })
})

describe('N39: where nobody can be asked', () => {
  it('N39: nothing is changed, and the option is named that answers', async () => {
    expect(await firewatch(temporary, env)).toMatchObject({
      code: 4,
      stderr: expect.stringMatching('--empty'),
    })
    const apply = await firewatch(['config', 'apply', edited], env)
    expect(apply).toMatchObject({ code: 2, stderr: expect.stringContaining('say --yes') })
    expect([applied, await kept()]).toEqual([[], 0])
  })
})
