import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { change, feed, shiftsFile } from '../../src/cli/on-call-changing.ts'
import { tellDiff } from '../../src/cli/on-call-diff.ts'
import { tellPreview, tellWho } from '../../src/cli/on-call-reading.ts'
import { openOnCallView } from '../../src/cli/on-call-source.ts'
import { createIdentities } from '../../src/app/identities.ts'
import { createOnCallService, currentSchedules } from '../../src/app/on-call.ts'
import { createRecords, type Records } from '../../src/app/records.ts'
import { loadConfiguration } from '../../src/config/load.ts'
import type { Configuration } from '../../src/domain/configuration/configuration.ts'
import { migrate, type OpenDatabase, openDatabase } from '../../src/postgres/database.ts'
import { pagedAtFirst } from '../support/first-step.ts'
import { onCallYaml, testFolder } from '../support/on-call-files.ts'
import { startPostgres, type TestPostgres } from '../support/servers.ts'
import { commandLineOf } from '../support/command-line.ts'
import { startWeb, type TestWeb } from '../web/world.ts'

const folder = testFolder()
const now = Date.parse('2026-11-27T12:00:00Z')
let postgres: TestPostgres
let database: OpenDatabase
let records: Records
let configuration: Configuration
let web: TestWeb
let env: NodeJS.ProcessEnv
const options = { data: '/nowhere', timeZone: 'Europe/Berlin' }

beforeAll(async () => {
  configuration = await loadConfiguration(await folder.write('firewatch.yaml', onCallYaml))
  postgres = await startPostgres()
  database = openDatabase(postgres.url)
  await migrate(database.pool)
  records = createRecords(database.db, () => new Date(now))
  const onCall = createOnCallService(() => configuration, records)
  const credentials = createIdentities(records.credentials, () => configuration, undefined)
  web = await startWeb({ onCall, credentials, now: () => new Date(now) })
  env = await commandLineOf('ana', web, records)
})
afterAll(async () => {
  await web?.app.close()
  await database?.close()
  await postgres?.stop()
})
beforeEach(() => database.pool.query('TRUNCATE schedule_changes RESTART IDENTITY'))

const view = () => openOnCallView(options, env, now)

/** Whom the paging engine pages in a step of an incident that begins then. */
function paged(at: string): Promise<string[]> {
  const schedules = currentSchedules(() => configuration, records.scheduleChanges)
  return pagedAtFirst(configuration, schedules, Date.parse(at))
}

describe('a schedule that people change from the command line', () => {
  it('pages whoever is put in, for as long, and tells it everywhere', async () => {
    const told = await change(
      ['primary', 'overrides'],
      { remove: 'ana', add: 'cy' },
      { ...options, from: '2026-11-28T10:00', to: '2026-11-28T18:00', reason: 'wedding' },
      env,
      now,
    )
    expect(told.text).toBe(
      [
        'override 1, Sat 2026-11-28 10:00+01:00 to Sat 2026-11-28 18:00+01:00',
        'from                        to                          before -> after',
        'Sat 2026-11-28 10:00+01:00  Sat 2026-11-28 18:00+01:00  ana -> cy',
        'cy is told by webhook',
      ].join('\n'),
    )
    expect(await paged('2026-11-28T12:00:00Z')).toEqual(['cy'])
    expect(await paged('2026-11-28T17:00:00Z')).toEqual(['ana'])
    expect(tellWho(await view(), 'primary', '2026-11-28T12:00').value).toMatchObject({
      onCall: [{ people: ['cy'], until: '2026-11-28T18:00+01:00' }],
    })
    expect(tellPreview(await view(), 'primary', {}).text).toContain('ana: wedding')
    const same = tellDiff(await view(), configuration, { to: '+2w' })
    expect(same.text).toContain('primary: nothing changes hands')
  })

  it('refuses what contradicts it, and goes back when it is ended', async () => {
    const until = { ...options, to: '+8h' }
    await change(['primary', 'overrides'], { remove: 'ana', add: 'cy' }, until, env, now)
    await expect(change(['primary', 'overrides'], { add: 'cy' }, until, env, now)).rejects.toThrow(
      /override "new" and override "1" .* both name "cy"/,
    )
    expect(await paged('2026-11-27T12:00:00Z')).toEqual(['cy'])
    const ended = await change(['primary', 'changes', '1', 'end'], {}, options, env, now)
    expect(ended.text).toContain('cy -> ana')
    expect(await paged('2026-11-27T12:00:00Z')).toEqual(['ana'])
    await expect(change(['primary', 'changes', '1', 'end'], {}, options, env, now)).rejects.toThrow(
      'was ended by ana',
    )
  })

  it('takes a temporary schedule from a file, and tells of its gaps', async () => {
    const path = await folder.write(
      'shifts.yaml',
      '- { from: 2026-12-01T09:00, to: 2026-12-01T17:00, people: [cy] }',
    )
    const times = { from: '2026-12-01T09:00', to: '2026-12-02T09:00' }
    const shifts = await shiftsFile(path)
    const told = await change(['primary', 'temporary'], { shifts }, { ...options, ...times }, env, now)
    expect(told.text).toContain(
      'nobody is on call from Tue 2026-12-01 17:00+01:00 to Wed 2026-12-02 09:00+01:00',
    )
    await expect(shiftsFile(await folder.write('none.yaml', 'people: [cy]'))).rejects.toThrow(
      'has no list of shifts',
    )
    await expect(shiftsFile('/nowhere.yaml')).rejects.toThrow(
      '/nowhere.yaml cannot be read: there is no such file',
    )
    await expect(shiftsFile(await folder.write('tab.yaml', '- a:\n\t- b'))).rejects.toThrow(/tab\.yaml:2:1/)
    await expect(shiftsFile(await folder.write('old.yaml', '%YAML 1.1\n---\n- 0123'))).rejects.toThrow(
      /old\.yaml:1:1: %YAML 1\.1: Firewatch reads YAML 1\.2/,
    )
  })

  it('gives a shift away to somebody else', async () => {
    const times = { from: '2026-11-28T10:00', to: '2026-11-28T18:00' }
    const offered = await change(['primary', 'swaps'], {}, { ...options, ...times }, env, now)
    expect(offered.text).toContain('nothing changes hands by it now')
    await change(['primary', 'swaps', '1', 'take'], { taker: 'cy' }, options, env, now)
    expect(await paged('2026-11-28T12:00:00Z')).toEqual(['cy'])
  })

  it('is read by calendar programs, until the address is ended', async () => {
    const first = (await feed({ ...options, schedule: 'primary' }, env)).text
    const calendar = await fetch(first)
    expect(await calendar.text()).toContain('SUMMARY:ana')
    const own = (await feed(options, env)).text
    expect(own).toMatch(/\/person\/ana\.ics$/)
    const secret = /calendars\/([\w-]+)\//.exec(own)?.[1] ?? ''
    expect(await records.credentials.check('token', secret)).toBeUndefined()
    expect(await records.credentials.check('session', secret)).toBeUndefined()
    const { rows } = await database.pool.query('SELECT * FROM credentials')
    expect(JSON.stringify(rows)).not.toContain(secret)
    const next = (await feed({ ...options, schedule: 'primary', replace: true }, env)).text
    expect([(await fetch(first)).status, (await fetch(own)).status, (await fetch(next)).status]).toEqual([
      404, 404, 200,
    ])
    await expect(feed({ ...options, schedule: 'primary', person: 'ana' }, env)).rejects.toThrow('not both')
  })
})
