import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it, vi } from 'vitest'
import { firewatch } from '../support/firewatch.ts'
import type { ConfigurationStatus } from '../../src/domain/configuration/process.ts'
import { crashWorld, incidentsIn, pagesOf, soon } from './crash-world.ts'
import { shopAlerts, twoPeople } from './two-people.ts'

const world = crashWorld()

/** Cleo, who hears where ben does, is the one whom the first step pages. */
const withCleo = twoPeople()
  .replace(
    'users:\n',
    "users:\n  cleo: { title: Cleo, role: responder, contacts: [{ channel: webhook, url: '${env:JOURNEY_BEN_URL}' }] }\n",
  )
  .replace('notify: [ana]', 'notify: [cleo]')

const fileOf = () => join(world.up.dataDir, 'firewatch.yaml')
/** Replaces the file of the running Firewatch. */
const write = (yaml: string) => writeFile(fileOf(), yaml)
const config = (...args: readonly string[]) => firewatch(['config', ...args, '--data', world.up.dataDir])

/** What `up` has said on standard error since this was called. */
function stderr(): () => string {
  let text = ''
  world.up.child.stderr?.on('data', (chunk: Buffer) => (text += chunk.toString()))
  return () => text
}

function status(): Promise<ConfigurationStatus> {
  return world.up.api<ConfigurationStatus>('GET', '/api/v1/configuration/status')
}

describe('N38: configuration without a restart', () => {
  it('a person who was added is paged after SIGHUP; a file that is not valid changes nothing and ends no process', async () => {
    const { ana, ben, up } = world
    const told = stderr()
    const before = (await up.run()).processes
    await write(twoPeople().replace('notify: [ana]', 'notify: [cleo]'))
    up.child.kill('SIGHUP')
    await vi.waitFor(() => expect(told()).toContain('goes on running'), soon)
    expect(told()).toMatch(/firewatch\.yaml:\d+:\d+ policies\.wake\.steps\[0\]\.notify\[0\]: no user "cleo"/)
    for (const name of ['server', 'worker']) process.kill(before[name] ?? Number.NaN, 'SIGHUP')
    await up.api('POST', '/api/v1/alerts', shopAlerts(['First']))
    await vi.waitFor(() => expect(pagesOf(ana)).toHaveLength(1), soon)

    await write(withCleo)
    up.child.kill('SIGHUP')
    const reloaded = /configuration reloaded: revision \w+ -> \w+, run by server and worker/
    await vi.waitFor(() => expect(told()).toMatch(reloaded), soon)
    await up.api('POST', '/api/v1/alerts', shopAlerts(['Second']))
    await vi.waitFor(
      () => expect(pagesOf(ben).flatMap(({ body }) => incidentsIn(body))).toContain('INC-2'),
      soon,
    )
    expect((await up.run()).processes).toEqual(before)
    const { entries } = await up.api<{ entries: { action: string; outcome: string }[] }>(
      'GET',
      '/api/v1/audit-log',
    )
    const hangups = entries.filter(({ action }) => action.startsWith('SIGHUP to up '))
    expect(hangups.map(({ outcome }) => outcome)).toEqual(['done', 'refused'])
  })

  it('plan, apply and status from the command line; a stale plan, a pipe and an invalid file are refused', async () => {
    const { ben, up } = world
    const old = (await status()).wanted?.revision
    expect(await config('plan', fileOf(), '--check')).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('changes nothing'),
    })

    await write(withCleo)
    const plan = await config('plan', fileOf(), '--check')
    expect(plan).toMatchObject({
      code: 4,
      stdout: expect.stringContaining('  now: wake pages cleo first, instead of ana'),
    })
    expect(await config('apply', fileOf())).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('say --yes'),
    })
    expect((await status()).wanted?.revision).toBe(old)

    const applied = await config('apply', fileOf(), '--yes')
    expect(applied.code, applied.stderr).toBe(0)
    const { wanted, processes } = await status()
    expect(processes.map(({ kind, revision }) => [kind, revision])).toEqual([
      ['server', wanted?.revision],
      ['worker', wanted?.revision],
    ])
    expect(applied.stdout).toContain(`applied: revision ${old} -> ${wanted?.revision}`)
    await up.api('POST', '/api/v1/alerts', shopAlerts(['Paid']))
    await vi.waitFor(() => expect(pagesOf(ben)).toHaveLength(1), soon)

    const { url, token } = await up.run()
    const stale = await fetch(new URL('/api/v1/configuration/apply', url), {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ revision: old, against: old, insteadOf: 0 }),
    })
    expect(stale.status).toBe(409)

    await write(`${withCleo}\ntimeZone: Europe/Atlantis\n`)
    expect(await config('apply', fileOf(), '--yes')).toMatchObject({
      code: 5,
      stderr: expect.stringContaining('timeZone'),
    })
    await write(withCleo.replace('JOURNEY_BEN_URL', 'NOT_SET_ANYWHERE'))
    const unreadable = await config('apply', fileOf(), '--yes')
    expect(unreadable).toMatchObject({ code: 5, stderr: expect.stringContaining('${env:NOT_SET_ANYWHERE}') })
    expect(unreadable.stderr).toContain(`revision ${wanted?.revision} goes on running`)
    const { entries } = await up.api<{ entries: { action: string; target: string }[] }>(
      'GET',
      '/api/v1/audit-log',
    )
    expect(entries).toContainEqual(
      expect.objectContaining({
        action: 'POST /api/v1/configuration/apply',
        target: `${old} -> ${wanted?.revision}`,
        outcome: 'done',
      }),
    )
  })

  it('whoever is taken out of it is no longer let in, and what was killed while the file is broken comes back with what ran', async () => {
    const { up, ana } = world
    const token = await firewatch(['token', 'ben', '--json', '--data', up.dataDir])
    const headers = { authorization: `Bearer ${(JSON.parse(token.stdout) as { token: string }).token}` }
    const { url, processes } = await up.run()
    const asBen = () => fetch(new URL('/api/v1/incidents', url), { headers })
    expect((await asBen()).status).toBe(200)
    await write(
      twoPeople()
        .replace(/ {2}ben: .*\n/, '')
        .replace('notify: [ben]', 'notify: [ana]'),
    )
    expect(await config('apply', fileOf(), '--yes')).toMatchObject({
      code: 0,
      stderr: expect.stringContaining('- ben; 1 token ends'),
    })
    expect((await asBen()).status).toBe(401)

    await write('services: [')
    process.kill(processes['worker'] ?? Number.NaN, 'SIGKILL')
    await up.api('POST', '/api/v1/alerts', shopAlerts(['Broken']))
    await vi.waitFor(() => expect(pagesOf(ana)).toHaveLength(1), soon)
  })

  it('no alert is lost and nobody is paged twice while it is reloaded again and again', async () => {
    const { ana, up } = world
    const titled = (turn: number) => twoPeople().replace('title: Primary', `title: Primary ${turn}`)
    const names: string[] = []
    for (let turn = 1; turn <= 12; turn += 1) {
      await write(titled(turn))
      const { processes } = await up.run()
      for (const name of ['server', 'worker']) process.kill(processes[name] ?? Number.NaN, 'SIGHUP')
      const some = Array.from({ length: 5 }, (_, index) => `Alert${turn}-${index}`)
      await Promise.all(some.map((name) => up.api('POST', '/api/v1/alerts', shopAlerts([name]))))
      names.push(...some)
    }
    const told = () =>
      ana
        .effects()
        .filter(({ body }) => body['kind'] === 'page')
        .flatMap(({ body }) => incidentsIn(body))
    await vi.waitFor(() => expect(new Set(told()).size).toBe(names.length), soon)
    expect(told()).toHaveLength(names.length)
    await vi.waitFor(async () => {
      const { wanted, processes, file } = await status()
      expect(processes.map(({ revision }) => revision)).toEqual([file.revision, file.revision])
      expect(wanted?.revision).toBe(file.revision)
    }, soon)
  })

  it('F31: groups that wait for more alerts lose none and page once when a changed route is applied; an invalid file changes nothing', async () => {
    const { ana, up } = world
    const waiting = (stableFor: string) =>
      twoPeople().replace('    stableFor: 1s', `    groupWait: 10s\n    stableFor: ${stableFor}`)
    await write(waiting('1s'))
    expect(await config('apply', fileOf(), '--yes')).toMatchObject({ code: 0 })
    const names = Array.from({ length: 20 }, (_, index) => `Waiting${index}`)
    await up.api('POST', '/api/v1/alerts', shopAlerts(names))
    await vi.waitFor(async () => {
      const { incidents } = await up.api<{ incidents: { nowDoing: string }[] }>(
        'GET',
        '/api/v1/incidents?state=open',
      )
      const held = incidents.filter(({ nowDoing }) => nowDoing.includes('for more alerts of its group'))
      expect(held).toHaveLength(names.length)
    }, soon)

    await write(waiting('2s'))
    expect(await config('apply', fileOf(), '--yes')).toMatchObject({ code: 0 })
    const applied = (await status()).wanted?.revision
    await write(waiting('soon'))
    expect(await config('apply', fileOf(), '--yes')).toMatchObject({
      code: 5,
      stderr: expect.stringMatching(/firewatch\.yaml:\d+:\d+ routes\[0\]\.stableFor/),
    })
    expect((await status()).wanted?.revision).toBe(applied)

    const told = () =>
      ana
        .effects()
        .filter(({ body }) => body['kind'] === 'page')
        .flatMap(({ body }) => incidentsIn(body))
    await vi.waitFor(() => expect(new Set(told()).size).toBe(names.length), soon)
    expect(told()).toHaveLength(names.length)
  })

  it('a check that was added is judged without a restart, and one that was removed is not looked at any more', async () => {
    const { up } = world
    const check = `
sources: { requests: { table: web.requests, timeColumn: at } }
metrics: { errors: { title: Errors, kind: count, sql: 'count()', source: requests } }
checks:
  errors: { service: shop, metrics: [errors], detector: { kind: threshold, op: '>', value: 100 }, bucket: 1m, severity: critical }
`
    const judged = async () => {
      const { checks } = await up.api<{ checks: { check: string }[] }>('GET', '/api/v1/checks')
      return checks.map((one) => one.check)
    }
    expect(await judged()).toEqual([])
    await write(twoPeople() + check)
    expect(await config('apply', fileOf(), '--yes')).toMatchObject({
      code: 0,
      stderr: expect.stringContaining('+ errors; what fires is known after its first run'),
    })
    await vi.waitFor(async () => expect(await judged()).toEqual(['errors']), soon)
    await write(twoPeople())
    expect(await config('apply', fileOf(), '--yes')).toMatchObject({
      code: 0,
      stderr: expect.stringContaining('- errors; no longer runs'),
    })
    const log = await readFile(join(up.dataDir, 'logs', 'worker.log'), 'utf8')
    expect(log).not.toContain('what follows the new configuration failed')
  })
})
