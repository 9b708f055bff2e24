import { writeFile } from 'node:fs/promises'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { ConfigurationReload } from '../../src/app/configuration-reload.ts'
import { createRecords, type Records } from '../../src/app/records.ts'
import { holdConfiguration, listenForConfigurations } from '../../src/app/running-configuration.ts'
import type { AuditEntry } from '../../src/domain/access/audit-entry.ts'
import { loadConfiguration } from '../../src/config/load.ts'
import { migrate, type OpenDatabase, openDatabase } from '../../src/postgres/database.ts'
import { onCallYaml, testFolder } from '../support/on-call-files.ts'
import { startPostgres, type TestPostgres } from '../support/servers.ts'

const folder = testFolder()
const env = { ANA: 'http://ana', ANA_KEY: 'key', BEN: 'http://ben', CY: 'http://cy', BOSS: 'http://boss' }
const titled = (title: string) => onCallYaml.replace('  cy: {', `  cy: { title: ${title},`)
const soon = { timeout: 15_000, interval: 20 }

let postgres: TestPostgres
let database: OpenDatabase
let records: Records
const stopping: (() => Promise<void>)[] = []

beforeAll(async () => {
  postgres = await startPostgres()
  database = openDatabase(postgres.url, 4)
  await migrate(database.pool)
  records = createRecords(database.db, () => new Date())
})
beforeEach(async () => {
  for (const stop of stopping.splice(0)) await stop()
})
afterAll(async () => {
  for (const stop of stopping.splice(0)) await stop()
  await database.close()
  await postgres.stop()
})

interface Logged {
  readonly level: string
  readonly message: string
  readonly problems?: readonly string[]
}

/** A server or worker, as far as it keeps a configuration, with a file of its own. */
async function start(kind: 'server' | 'worker', name: string, yaml: string) {
  const file = await folder.write(`${name}.yaml`, yaml)
  const configuration = holdConfiguration(await loadConfiguration(file))
  await records.configurations.save(configuration.current())
  const logged: Logged[] = []
  const settled: string[] = []
  const audited: AuditEntry[] = []
  const at = (level: string) => (fields: object, message: string) =>
    void logged.push({ level, message, ...fields })
  const log = { info: at('info'), warn: at('warn'), error: at('error') } as never
  const reload = new ConfigurationReload({
    kind,
    settings: { configPath: file },
    env,
    configuration,
    records,
    auditLog: { append: async (entry) => void audited.push(entry) },
    listen: (onNotify) => listenForConfigurations(database.pool, onNotify, log),
    log,
    now: () => new Date(),
  })
  await reload.start()
  await reload.settleBy(async () => void settled.push(configuration.current().revision))
  stopping.push(() => reload.stop())
  const revision = () => configuration.current().revision
  return { file, reload, revision, logged, settled, audited, write: (text: string) => writeFile(file, text) }
}

const wanted = async () => (await records.runningConfigurations.wanted())?.number ?? 0
const problems = async () =>
  (await records.runningConfigurations.processes(new Date())).map((one) => one.problem)

describe('N38: several processes', () => {
  it('take up what one server applied, each from its own file, and do what follows', async () => {
    const server = await start('server', 'server', titled('one'))
    const worker = await start('worker', 'worker', titled('one'))
    const against = server.revision()
    await Promise.all([server, worker].map((one) => one.write(titled('two'))))
    const { revision } = await loadConfiguration(server.file)
    expect(await server.reload.apply({ revision, against, insteadOf: await wanted(), by: 'ana' })).toEqual({
      kind: 'switched',
      from: against,
      to: revision,
    })
    await vi.waitFor(() => expect(worker.settled).toEqual([against, revision]), soon)
    expect(await records.runningConfigurations.wanted()).toMatchObject({ revision, by: 'ana' })
  })

  it('a worker whose file gives another revision keeps what it has and says so, until its file is there', async () => {
    const server = await start('server', 'server', titled('one'))
    const worker = await start('worker', 'worker', titled('one'))
    const against = server.revision()
    await server.write(titled('two'))
    const { revision } = await loadConfiguration(server.file)
    await server.reload.apply({ revision, against, insteadOf: await wanted(), by: 'ana' })
    const gives = `revision ${revision} is wanted (ana), and ${worker.file} gives ${against}`
    await vi.waitFor(async () => expect(await problems()).toEqual([null, gives]), soon)
    expect(worker.revision()).toBe(against)
    expect(worker.logged.filter(({ level }) => level === 'warn').map(({ message }) => message)).toEqual([
      gives,
    ])

    await worker.write(titled('two'))
    await worker.reload.hangUp()
    expect(worker.revision()).toBe(revision)
    expect(await problems()).toEqual([null, null])
  })

  it('a file that is not valid, and a secret that cannot be read, leave the old one running and are logged as validate says them', async () => {
    const server = await start('server', 'server', titled('one'))
    const before = server.revision()
    await server.write(titled('two').replace('participants: [ana, ben]', 'participants: [ana, bob]'))
    await server.reload.hangUp()
    await server.write(titled('two').replaceAll('${env:BEN}', '${env:NOWHERE}'))
    await server.reload.hangUp()
    await server.write('services: [')
    await server.reload.hangUp()
    expect(server.revision()).toBe(before)
    const errors = server.logged.filter(({ level }) => level === 'error')
    expect(errors.map(({ message }) => message.split('\n')[0])).toEqual([
      `The configuration has 1 problem; revision ${before} goes on running.`,
      `The configuration has 1 problem; revision ${before} goes on running.`,
      expect.stringMatching(/problem/),
    ])
    expect(errors[0]?.problems).toEqual([expect.stringMatching(/server\.yaml:\d+:\d+ .*no user "bob"/)])
    expect(errors[1]?.problems).toEqual([expect.stringContaining('${env:NOWHERE}')])
  })

  it('N38: SIGHUP is in the audit log: what it changed, and what was wrong with the file', async () => {
    for (const kind of ['server', 'worker'] as const) {
      const one = await start(kind, kind, titled('one'))
      const before = one.revision()
      await one.reload.hangUp()
      await one.write(titled('two'))
      await one.reload.hangUp()
      await one.write('services: [')
      await one.reload.hangUp()
      expect(one.audited).toMatchObject([
        { actor: null, target: `${before} -> ${one.revision()}`, outcome: 'done', reason: null },
        { target: one.revision(), outcome: 'refused', reason: expect.stringContaining(`${kind}.yaml:1:`) },
      ])
      expect(one.audited[0]?.action).toMatch(new RegExp(`^SIGHUP to ${kind} \\S+/${process.pid}$`))
    }
  })

  it('of two who apply at once against the same revision one is refused', async () => {
    const one = await start('server', 'one', titled('one'))
    const other = await start('server', 'other', titled('one'))
    const against = one.revision()
    await one.write(titled('two'))
    await other.write(titled('three'))
    const insteadOf = await wanted()
    const apply = async (server: typeof one, by: string) => {
      const { revision } = await loadConfiguration(server.file)
      return server.reload.apply({ revision, against, insteadOf, by })
    }
    const kinds = (await Promise.all([apply(one, 'ana'), apply(other, 'ben')])).map(({ kind }) => kind)
    expect(kinds.toSorted()).toEqual(['moved', 'switched'])
  })

  it('is refused where another revision runs, or the file of the server is not the planned one', async () => {
    const server = await start('server', 'server', titled('one'))
    const against = server.revision()
    const planned = { revision: '0123456789ab', against, insteadOf: await wanted(), by: 'ana' }
    expect(await server.reload.apply(planned)).toMatchObject({ kind: 'other-file', revision: against })
    expect(await server.reload.apply({ ...planned, against: 'ba9876543210' })).toEqual({
      kind: 'moved',
      revision: against,
    })
  })
})
