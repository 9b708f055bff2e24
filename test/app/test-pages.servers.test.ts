import { randomUUID } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type FakePagerDuty, startFakePagerDuty } from '../../examples/fakes/pagerduty.ts'
import { type FakeSlack, startFakeSlack } from '../../examples/fakes/slack.ts'
import { type FakeSmtp, startFakeSmtp } from '../../examples/fakes/smtp.ts'
import { type FakeTelegram, startFakeTelegram } from '../../examples/fakes/telegram.ts'
import { type FakeWebhook, startFakeWebhook } from '../../examples/fakes/webhook.ts'
import { secretsOf } from '../../src/app/outside.ts'
import { createChannels } from '../../src/app/edges.ts'
import { createRecords, type Records } from '../../src/app/records.ts'
import { createTestPages } from '../../src/app/test-pages.ts'
import { loadConfiguration } from '../../src/config/load.ts'
import type { Configuration } from '../../src/domain/configuration/configuration.ts'
import { testOutcomeSentence } from '../../src/domain/page/test-page.ts'
import { watchQueue } from '../../src/paging/queue-watch.ts'
import { createTestPageSender } from '../../src/paging/test-page-sender.ts'
import { migrate, type OpenDatabase, openDatabase } from '../../src/postgres/database.ts'
import { type Listening, listenTo } from '../../src/postgres/listen.ts'
import { messagesChannel } from '../../src/postgres/on-call-notices.ts'
import type { TestPages } from '../../src/web/test-pages.ts'
import { startPostgres, type TestPostgres } from '../support/servers.ts'

const written = `
users:
  ana:
    contacts:
      - { channel: webhook, url: '\${env:HOOK}', secret: '\${env:HOOK_SECRET}' }
      - { channel: pagerduty, routingKey: '\${env:PD_KEY}', url: '\${env:PD_URL}' }
      - { channel: telegram, chatId: '4711', token: '\${env:TG_TOKEN}', apiUrl: '\${env:TG_URL}' }
      - { channel: slack, to: U0123456789 }
      - { channel: email, address: ana@example.org }
  ben:
    contacts:
      - { channel: webhook, url: '\${env:HOOK}', secret: '\${env:WRONG}' }
      - { channel: email, address: nobody@example.org }
      - { channel: webhook, url: '\${env:NOWHERE}' }
      - { channel: webhook, url: '\${env:UNSET}' }
  cy: {}
channels:
  room: { contact: { channel: slack, to: C0123456789 } }
integrations:
  slack: { token: '\${env:SLACK_TOKEN}', signingSecret: '\${env:SLACK_SECRET}', apiUrl: '\${env:SLACK_API}' }
  telegram: { webhookSecret: '\${env:TG_SECRET}' }
  email: { url: '\${env:SMTP_URL}', from: 'Firewatch <firewatch@example.org>' }
policies:
  wake: { steps: [{ notify: [ana] }] }
routes: [{ policies: { default: wake } }]
`

let hook: FakeWebhook
let pagerduty: FakePagerDuty
let telegram: FakeTelegram
let slack: FakeSlack
let smtp: FakeSmtp
let configuration: Configuration
let folder: string
let at = Date.parse('2026-03-10T12:00:00Z')
let tests: TestPages
let postgres: TestPostgres
let database: OpenDatabase
let records: Records
let env: NodeJS.ProcessEnv
let stopping: (() => Promise<void>)[] = []

const fail = (error: unknown) => {
  throw error
}

beforeAll(async () => {
  postgres = await startPostgres()
  database = openDatabase(postgres.url)
  await migrate(database.pool)
  records = createRecords(database.db, () => new Date(at))
  folder = await mkdtemp(join(tmpdir(), 'firewatch-test-pages-'))
  await writeFile(join(folder, 'firewatch.yaml'), written)
  configuration = await loadConfiguration(join(folder, 'firewatch.yaml'))
  ;[hook, pagerduty, telegram, slack, smtp] = await Promise.all([
    startFakeWebhook({ secret: 'right', now: () => new Date(at) }),
    startFakePagerDuty(),
    startFakeTelegram({ chats: ['4711'] }),
    startFakeSlack(),
    startFakeSmtp({ boxes: ['ana@example.org'] }),
  ])
})
afterAll(async () => {
  await Promise.all([hook, pagerduty, telegram, slack, smtp].map((one) => one?.stop()))
  await database.close()
  await postgres.stop()
  await rm(folder, { recursive: true, force: true })
})
beforeEach(() => {
  at += 3_600_000
  env = {
    HOOK: hook.url,
    HOOK_SECRET: 'right',
    WRONG: 'wrong',
    NOWHERE: 'http://127.0.0.1:1/hook',
    PD_KEY: '0123456789abcdef0123456789abcdef',
    PD_URL: `${pagerduty.url}/v2/enqueue`,
    TG_TOKEN: telegram.token,
    TG_URL: telegram.url,
    TG_SECRET: 'x',
    SLACK_TOKEN: slack.token,
    SLACK_SECRET: slack.signingSecret,
    SLACK_API: `${slack.url}/api`,
    SMTP_URL: smtp.url,
  }
  tests = server()
  stopping = []
})
afterEach(async () => {
  await Promise.all(stopping.map((stop) => stop()))
})

/** Waits as long as the tests need to see it give up. */
function server(timeouts = { claimMs: 6_000, answerMs: 13_000 }): TestPages {
  return createTestPages({
    configuration: () => configuration,
    testPages: records.testPages,
    now: () => new Date(at),
    newId: randomUUID,
    timeouts,
  })
}

/** Another process, with secrets and a configuration of its own. */
function startWorker(running: Configuration = configuration): void {
  const log = { info: () => undefined, warn: () => undefined, error: () => undefined }
  const sender = createTestPageSender({
    testPages: records.testPages,
    channels: createChannels(
      secretsOf(env),
      () => new Date(at),
      async () => undefined,
      log,
      () => running.integrations,
    ),
    running: () => running,
    publicUrl: 'https://firewatch.example',
    log,
    now: () => new Date(at),
  })
  const watch = watchQueue(sender, fail)
  const listening: Listening = listenTo(database.pool, messagesChannel, watch.ring, fail)
  stopping.push(async () => {
    await listening.stop()
    await watch.stop()
  })
}

const send = (name: string, channel?: string) => tests.send({ name, channel, by: 'root' })

async function sentences(name: string, channel?: string): Promise<string[]> {
  const answer = await send(name, channel)
  return answer.kind === 'tried'
    ? answer.contacts.map((one) => testOutcomeSentence(name, one))
    : [answer.kind]
}

describe('N37: a test page', () => {
  it('reaches every channel, says that it is a test, and asks for no answer', async () => {
    startWorker()
    expect(await sentences('ana')).toEqual([
      'contact 1, webhook: sent. Did it arrive?',
      'contact 2, pagerduty: sent. Did it arrive? Resolve it in PagerDuty then.',
      'contact 3, telegram: sent. Did it arrive?',
      'contact 4, slack: sent. Did it arrive?',
      'contact 5, email: sent. Did it arrive?',
    ])
    const marked = 'Test page from Firewatch: nothing is wrong'
    expect(hook.effects()[0]?.body).toMatchObject({ kind: 'test', incident: 'TEST', title: marked })
    expect(pagerduty.incidents).toMatchObject([{ status: 'triggered', summary: `TEST P3 ${marked}` }])
    expect(telegram.messages[0]?.text).toContain(marked)
    expect(telegram.messages[0]?.buttons).toEqual([])
    expect(slack.messages[0]?.shown).toContain(marked)
    expect(slack.messages[0]?.buttons).toEqual([])
    expect(smtp.mails[0]?.text).toContain(marked)
    expect(smtp.mails[0]?.text).toContain('root asked whether pages reach ana. This one did.')
    expect(smtp.mails[0]?.text).not.toMatch(/Acknowledge|Chart|INC-/)
  })

  it('says of each contact what went wrong and what to do', async () => {
    startWorker()
    const told = await sentences('ben')
    expect(told[0]).toBe(
      'contact 1, webhook: failed: answered 401. Check the address and secret in users.ben.contacts, and what the receiver answers.',
    )
    expect(told[1]).toMatch(
      /^contact 2, email: failed: .*55\d.*Check integrations\.email and the address in users\.ben\.contacts\.$/,
    )
    expect(told[2]).toMatch(/^contact 3, webhook: failed: .*ECONNREFUSED.*A page would be tried again/)
    expect(told[3]).toMatch(/^contact 4, webhook: failed: .*UNSET.*Check the address/)
    expect(told.join('\n')).not.toContain('wrong')
  })

  it('goes to one channel, and to a shared one', async () => {
    startWorker()
    const before = slack.messages.length
    expect(await sentences('ana', 'email')).toEqual(['contact 5, email: sent. Did it arrive?'])
    expect(slack.messages).toHaveLength(before)
    expect(await sentences('room')).toEqual(['slack: sent. Did it arrive?'])
  })

  it('knows nobody else, and says who is meant', async () => {
    expect(await send('anna')).toEqual({ kind: 'unknown-name', hint: '; did you mean "ana"?' })
    expect(await send('constructor')).toEqual({ kind: 'unknown-name', hint: '' })
    expect(await send('cy')).toEqual({ kind: 'no-contact', channels: [] })
    expect(await send('room', 'email')).toEqual({ kind: 'no-contact', channels: ['slack'] })
  })

  it('goes out once in ten seconds to one person, whichever server and however many at once, and at once to another', async () => {
    startWorker()
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => server().send({ name: 'ana', channel: 'email', by: 'root' })),
    )
    expect(answers.filter(({ kind }) => kind === 'tried')).toHaveLength(1)
    expect(await send('ana')).toEqual({ kind: 'too-often', retryAfterMs: 10_000 })
    expect((await send('room')).kind).toBe('tried')
    at += 10_000
    expect((await send('ana', 'email')).kind).toBe('tried')
  })

  it('is sent by one of several workers', async () => {
    startWorker()
    startWorker()
    const before = smtp.mails.length
    expect(await sentences('ana', 'email')).toEqual(['contact 5, email: sent. Did it arrive?'])
    expect(smtp.mails).toHaveLength(before + 1)
  })

  it('says that no worker runs, and is not sent once one does', async () => {
    tests = server({ claimMs: 200, answerMs: 13_000 })
    const before = smtp.mails.length
    expect(await sentences('ana', 'email')).toEqual([
      'contact 5, email: not sent: no worker took it, so pages wait too. Is one running (firewatch worker)? Its log says what keeps it.',
    ])
    tests = server()
    startWorker()
    // Nothing was sent, so nobody has to wait for the next one.
    expect(await sentences('ana', 'email')).toEqual(['contact 5, email: sent. Did it arrive?'])
    expect(smtp.mails).toHaveLength(before + 1)
  })

  it('goes nowhere when the worker runs another configuration, in which the contact may be another one', async () => {
    startWorker({ ...configuration, revision: 'an-older-one', users: {} })
    expect(await sentences('ana', 'email')).toEqual([
      'contact 5, email: not sent: the worker runs revision an-older-one, the server another one. Try again in a minute; firewatch config status says what runs where.',
    ])
  })

  it('says who did not answer, beside those that did', async () => {
    tests = server({ claimMs: 6_000, answerMs: 2_000 })
    startWorker()
    hook.next({ kind: 'hang' })
    expect(await sentences('ana')).toEqual([
      'contact 1, webhook: no answer within 2 s. Is the receiver reachable from where the workers run?',
      'contact 2, pagerduty: sent. Did it arrive? Resolve it in PagerDuty then.',
      'contact 3, telegram: sent. Did it arrive?',
      'contact 4, slack: sent. Did it arrive?',
      'contact 5, email: sent. Did it arrive?',
    ])
  })
})
