import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { readEntry } from '../../src/domain/incident/timeline.ts'
import { firewatch, main } from '../support/firewatch.ts'
import { page } from '../support/pages.ts'
import { checkReading } from '../web/story.ts'
import { startWeb, type TestWeb } from '../web/world.ts'
import { writeScope } from '../../src/domain/remediate/kill-switch.ts'

let web: TestWeb
let env: NodeJS.ProcessEnv

beforeAll(async () => {
  web = await startWeb()
  await web.app.listen({ host: '127.0.0.1', port: 0 })
  const { port } = web.app.server.address() as AddressInfo
  env = { FIREWATCH_URL: `http://127.0.0.1:${port}`, FIREWATCH_TOKEN: 'responder-secret' }
})
beforeEach(() => void (web.given.length = 0))
afterAll(() => web?.app.close())

const run = (words: string) => firewatch(words.split(' '), env)

describe('commands to an incident', () => {
  it.each([
    ['take INC-42', 'take-over', {}],
    ['hand-over INC-42 --to ben', 'hand-over', { to: 'ben' }],
    ['snooze INC-42 --for 1h', 'snooze', { forMs: 3_600_000 }],
    ['severity INC-42 P0', 'severity', { severity: 'P0' }],
    ['apply-policy INC-42', 'apply-policy', { keep: false }],
    ['apply-policy INC-42 --policy quiet --keep', 'apply-policy', { policy: 'quiet', keep: true }],
    ['escalate INC-42', 'escalate', {}],
    ['escalate INC-42 --as-of r0/s2', 'escalate', { asOf: { round: 0, step: 2 } }],
  ])('%s', async (words, verb, expected) => {
    expect(await run(words)).toMatchObject({ code: 0, stdout: `${verb} taken\n` })
    expect(web.given).toMatchObject([{ verb, command: { incident: 42, actor: 'ana', ...expected } }])
  })

  it('say what is wrong and end with 4; without what they need, with 2', async () => {
    expect(await run('hand-over INC-42 --to mallory')).toMatchObject({
      code: 4,
      stderr: 'there is no user "mallory"; there is ana, ben\n',
    })
    expect((await run('snooze INC-42')).code).toBe(2)
    expect(web.given).toEqual([])
  })
})

describe('N39: serve and worker without their settings', () => {
  it.each(['serve', 'worker'])('%s names the variables in one line and ends with 2', async (command) => {
    const without = { TEMPORAL_ADDRESS: '', DATABASE_URL: '', CLICKHOUSE_URL: '' }
    const { code, stderr } = await firewatch([command], without)
    expect(code).toBe(2)
    expect(stderr).toBe(
      'settings: TEMPORAL_ADDRESS is not set; DATABASE_URL is not set; CLICKHOUSE_URL is not set; "firewatch up" sets them all by itself\n',
    )
  })
})

describe('N39: what up, serve and worker cannot do without', () => {
  const configured = async (folder: string) => {
    const file = join(folder, 'firewatch.yaml')
    await writeFile(
      file,
      'users: { ana: { contacts: [{ channel: webhook, url: "http://127.0.0.1:1/" }] } }\npolicies: { p: { steps: [{ notify: [ana] }] } }\nroutes: [{ policies: { default: p } }]\n',
    )
    return file
  }

  it.each(['serve', 'worker'])(
    '%s ends by itself, in one line, where PostgreSQL is away',
    async (command) => {
      const folder = await mkdtemp(join(tmpdir(), 'firewatch-away-'))
      try {
        const { code, stderr } = await firewatch([command], {
          FIREWATCH_CONFIG: await configured(folder),
          FIREWATCH_DATA: folder,
          TEMPORAL_ADDRESS: '127.0.0.1:1',
          DATABASE_URL: 'postgres://ana:secret@127.0.0.1:1/x',
          CLICKHOUSE_URL: 'http://127.0.0.1:1',
        })
        expect([code, stderr]).toEqual([3, 'PostgreSQL at 127.0.0.1:1 does not answer: ECONNREFUSED\n'])
      } finally {
        await rm(folder, { recursive: true })
      }
    },
  )

  it('up says what is wrong with a data directory', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'firewatch-data-'))
    try {
      const file = await configured(folder)
      const up = (data: string) => firewatch(['up', '--config', file, '--data', data], {})
      expect(await up(file)).toMatchObject({
        code: 4,
        stderr: expect.stringContaining(`${file} cannot be the data directory: it is not a folder; --data`),
      })
      expect(await up(join(file, 'below'))).toMatchObject({
        code: 4,
        stderr: expect.stringContaining('it lies below a file; --data names another one'),
      })
      // Only Linux has a folder in which even root makes none.
      if (process.platform === 'linux')
        expect(await up('/proc/firewatch/data')).toMatchObject({
          code: 4,
          stderr: expect.stringContaining('nothing can be made there; --data names another one'),
        })
    } finally {
      await rm(folder, { recursive: true })
    }
  })
})

describe('N39: a token that is not known', () => {
  it.each(['wrong-secret', 'wrong+secret/with=signs'])('%s is told as that', async (token) => {
    const { code, stderr } = await firewatch(['incidents'], { ...env, FIREWATCH_TOKEN: token })
    expect(code).toBe(4)
    expect(stderr).toMatch(/this token is not known: .*put it into FIREWATCH_TOKEN/)
    expect(stderr).not.toContain(token)
  })
})

describe('N39: where no Firewatch is found', () => {
  it.each([
    [
      { FIREWATCH_URL: 'firewatch.example.org' },
      2,
      /^FIREWATCH_URL "firewatch\.example\.org" is not an address/,
    ],
    [{ FIREWATCH_URL: 'ftp://example.org' }, 2, /is not an address/],
    [{ FIREWATCH_TOKEN: 'first\nsecond' }, 2, /^FIREWATCH_TOKEN has characters that no token has/],
    [{ FIREWATCH_TOKEN: '' }, 2, /^FIREWATCH_URL is set, and FIREWATCH_TOKEN is not/],
    [{ FIREWATCH_URL: '', FIREWATCH_TOKEN: '' }, 3, /^no Firewatch runs on \/nowhere/],
  ])('N39: %j ends with %i and says why', async (variables, code, message) => {
    const ended = await firewatch(['incidents', '--data', '/nowhere'], { ...env, ...variables })
    expect([ended.code, ended.stderr]).toEqual([code, expect.stringMatching(message)])
    expect(ended.stderr.trimEnd().split('\n')).toHaveLength(1)
    expect(ended.stderr).not.toContain('second')
  })

  it('N39: a token with a line break at its end is that token', async () => {
    const token = `${env['FIREWATCH_TOKEN']}\r\n`
    expect((await firewatch(['incidents'], { ...env, FIREWATCH_TOKEN: token })).code).toBe(0)
  })

  it.each(['{', '{"pid": 1}', '[]'])('N39: run.json that says %s is told in a line', async (text) => {
    const dir = await mkdtemp(join(tmpdir(), 'firewatch-run-'))
    await writeFile(join(dir, 'run.json'), text)
    const without = { FIREWATCH_URL: '', FIREWATCH_TOKEN: '' }
    const { code, stderr } = await firewatch(['incidents', '--data', dir], without)
    expect([code, stderr]).toEqual([
      3,
      `${dir}/run.json is not what "firewatch up" of this version writes: start it again\n`,
    ])
    const inFile = await firewatch(['incidents', '--data', join(dir, 'run.json')], without)
    expect(inFile).toMatchObject({ code: 3, stderr: expect.stringContaining('no Firewatch runs on') })
    await rm(dir, { recursive: true })
  })

  it.each([
    'show ..',
    'ack .',
    'verdicts ..',
    'token revoke ..',
    'maintenance end ..',
    'silence expire ..',
    'silence show .',
  ])('N39: %s asks for nothing else', async (words) => {
    expect(await run(words)).toMatchObject({
      code: 4,
      stderr: expect.stringMatching(/^nothing is called "\.\.?"\n$/),
    })
    expect(web.given).toEqual([])
  })

  it('N39: ends as it does where nobody reads what it says', async () => {
    const child = spawn(process.execPath, [main, 'config', 'validate', '/nowhere.yaml'])
    child.stderr.destroy()
    child.stdout.destroy()
    expect(await once(child, 'exit')).toEqual([5, null])
  })
})

describe('resolve', () => {
  it('names its option when it is asked whether it is meant while alerts fire', async () => {
    const message = '2 alerts of INC-42 still fire; resolve it anyway?'
    const { commands } = web.dependencies
    const asking = () =>
      Promise.reject(Object.assign(new Error(message), { name: 'CommandRefused', asks: true }))
    Object.assign(web.dependencies, { commands: { ...commands, resolve: asking } })
    expect(await run('resolve INC-42')).toMatchObject({ code: 4, stderr: `${message} Then say --anyway.\n` })
    Object.assign(web.dependencies, { commands })
    expect(await run('resolve INC-42 --anyway')).toMatchObject({ code: 0 })
    expect(web.given).toMatchObject([{ verb: 'resolve', command: { anyway: true } }])
  })
})

describe('checks', () => {
  it('N05: says until when something of a check is muted', async () => {
    web.state.mutes = [{ check: 'feed-activity', series: 2, until: '2026-03-01T06:30:00.000Z' }]
    expect((await run('checks')).stdout).toContain('no check is configured')
    web.state.checks = [checkReading()]
    expect((await run('checks')).stdout).toContain(
      'feed-activity: messages of 2 firing series are muted by its cooldown until 2026-03-01 06:30:00 UTC',
    )
    expect(JSON.parse((await run('checks --json')).stdout)).toMatchObject({ muted: web.state.mutes })
  })
})

describe('N33: maintenance', () => {
  it('N33: is listed by the clock of whoever asks, with the zone beside it', async () => {
    const ends = async (words: string) => (await run(words)).stdout.split('\n')[1]
    expect(await ends('maintenance list')).toContain('2030-01-01 00:00 UTC')
    const inTokyo = 'maintenance list --time-zone Asia/Tokyo'
    expect(await ends(inTokyo)).toContain('1970-01-01 09:00 UTC+9  2030-01-01 09:00 UTC+9')
    expect(JSON.parse((await run(`${inTokyo} --json`)).stdout)).toMatchObject([
      { to: '2030-01-01T00:00:00.000Z' },
    ])
  })

  it('N33: is announced by that clock too', async () => {
    const until = '--to 2026-05-01T12:00 --time-zone Asia/Tokyo --reason disks'
    expect((await run(`maintenance start feed ${until}`)).code).toBe(0)
    expect(web.given).toMatchObject([{ command: { timeZone: 'Asia/Tokyo', to: '2026-05-01T12:00' } }])
  })
})

describe('N37: silences', () => {
  it('N37: one check or series is silenced, by the words that Alertmanager takes', async () => {
    const add = ['silence', 'add', 'likes', 'os=~"ios|android"', '--for', '2h', '--reason', 'new disks']
    const added = await firewatch(add, env)
    expect(added).toMatchObject({ code: 0, stdout: 'alertname="likes", os=~"ios|android" is silenced\n' })
    expect(web.given).toMatchObject([
      { verb: 'silence', command: { actor: 'ana', for: '2h', reason: 'new disks' } },
    ])
    expect((await run('silence preview os=ios')).stdout).toBe('os=ios would be silenced\n')
    expect(web.given).toHaveLength(1)
    expect((await run('silence update 5f0c1d2e --to 2026-05-01')).code).toBe(0)
    expect(web.given).toMatchObject([{}, { command: { id: '5f0c1d2e', to: '2026-05-01', matchers: [] } }])
  })

  it('N33: are listed and shown by the clock of whoever asks', async () => {
    const listed = await run('silence list --expired --time-zone Asia/Tokyo')
    expect(listed.stdout).toContain('5f0c1d2e  active')
    expect(listed.stdout).toContain('2030-01-01 09:00 UTC+9')
    expect(listed.stdout).toContain('6f0c1d2e  expired')
    const id = '5f0c1d2e-0000-4000-8000-000000000000'
    expect((await run(`silence show ${id}`)).stdout).toBe(
      `Silence ${id}, active\n  from 1970-01-01 00:00 UTC until 2030-01-01 00:00 UTC, by ben: new disks\n  os="<b>ios"\n`,
    )
    expect(JSON.parse((await run('silence list --json')).stdout)).toMatchObject([{ id, state: 'active' }])
    expect((await run(`silence expire ${id}`)).stdout).toBe('expired\n')
  })

  it.each([
    ['silence add os=ios --reason x', 2, 'say --for or --to: a silence has one end'],
    ['silence add os=ios --for 1h', 2, "required option '--reason <text>' not specified"],
    ['silence add --for 1h --reason x', 2, "missing required argument 'matchers'"],
    ['silence update 5f0c1d2e', 2, 'say what changes'],
    ['silence expire 7f0c1d2e', 4, 'there is no silence 7f0c1d2e'],
    ['silence show 7f0c1d2e', 4, 'there is no silence 7f0c1d2e'],
  ])('%s ends with %i', async (words, code, said) => {
    const answer = await run(words)
    expect([answer.code, answer.stderr]).toEqual([code, expect.stringContaining(said)])
    expect(web.given).toEqual([])
  })
})

describe('N12 automation', () => {
  it('is stopped, looked at and resumed from the command line', async () => {
    expect((await run('automation status')).stdout).toBe('nothing is stopped\n')
    const stopped = await run('automation stop --target feed-1 --reason migration')
    expect(stopped).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('stopped for target feed-1 until'),
    })
    expect((await run('automation status')).stdout).toMatch(
      /^target feed-1 +ana +2026-03-02 03:04 UTC +migration$/m,
    )
    expect((await run('automation stop --reason everything')).code).toBe(0)
    expect(web.state.switches.map(({ scope }) => writeScope(scope))).toEqual(['target/feed-1', 'everything'])
    for (const words of ['automation resume', 'automation resume --target feed-1'])
      expect(await run(words)).toMatchObject({ code: 0, stdout: expect.stringContaining('may work again') })
    expect(web.state.switches).toEqual([])
    expect((await run('stop-automation INC-42')).code).toBe(0)
    expect((await run('automation resume --incident INC-42')).stdout).toContain('may work again for INC-42')
  })

  it('says what is wrong: 2 for usage, 4 for what there is not', async () => {
    expect((await run('automation stop')).code).toBe(2)
    expect((await run('automation stop --target feed-1 --service feed --reason x')).code).toBe(2)
    expect(await run('automation stop --target nowhere --reason x')).toMatchObject({
      code: 4,
      stderr: 'there is no target "nowhere"; there is feed-1\n',
    })
  })
})

describe('N08 tokens', () => {
  it('are listed and revoked from the command line; making them is for admins', async () => {
    expect((await run('token list')).stdout).toBe('no tokens\n')
    expect((await run('token revoke 0123456789ab')).stdout).toBe('0123456789ab opens nothing any more\n')
    expect((await run('token revoke nonsense')).code).toBe(4)
    for (const words of ['token ana', 'token create ana --expires 1h', 'audit-log'])
      expect(await run(words)).toMatchObject({
        code: 4,
        stderr: expect.stringContaining('permission administer'),
      })
  })
})

describe('why', () => {
  it('tells of the paging, for people and for programs', async () => {
    const at = '2026-03-01T03:00:00.000Z'
    const step = {
      type: 'step-entered',
      step: 1,
      round: 0,
      notified: [{ person: 'ana', via: 'schedule primary' }],
      paged: ['ana'],
      empty: [],
      ackTimeoutMs: 60_000,
      following: [],
    } as const
    web.state.records = {
      ...web.state.records,
      timeline: [readEntry({ incident: 42, eventKey: 'step', at, actor: 'firewatch', fact: step })],
      pages: [page({ state: 'sent', attempts: 1, sentAt: at, finishedAt: at })],
    }
    const { code, stdout } = await run('why INC-42')
    expect(code).toBe(0)
    expect(stdout).toContain(
      'INC-42  P1  open  feed: feed-activity\nnobody has acknowledged it\nnow: Flushing the cache\n',
    )
    expect(stdout).toContain('ana (schedule primary), webhook: sent at 03:00:00')
    expect((await run('incident why INC-42 --paging')).stdout).toBe(stdout)
    const told = JSON.parse((await run('why INC-42 --json')).stdout) as object
    expect(told).toMatchObject({ incident: { number: 42 }, moments: [{ kind: 'step', title: 'Step 1' }] })
  })
})
