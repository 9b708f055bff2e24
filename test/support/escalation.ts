import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest'
import { type FakePagerDuty, startFakePagerDuty } from '../../examples/fakes/pagerduty.ts'
import { type FakeSlack, startFakeSlack } from '../../examples/fakes/slack.ts'
import { type FakeSmtp, startFakeSmtp } from '../../examples/fakes/smtp.ts'
import { type FakeTelegram, startFakeTelegram } from '../../examples/fakes/telegram.ts'
import { type FakeWebhook, startFakeWebhook } from '../../examples/fakes/webhook.ts'
import { createAnswerLinks } from '../../src/answers/links.ts'
import { createPageLinks } from '../../src/answers/page-links.ts'
import { createRecords, type Records } from '../../src/app/records.ts'
import type { Configuration } from '../../src/domain/configuration/configuration.ts'
import type { HttpPost } from '../../src/domain/page/delivery.ts'
import type { Command } from '../../src/domain/incident/messages.ts'
import type { Page } from '../../src/domain/page/page.ts'
import type { Severity } from '../../src/domain/values/severity.ts'
import { createEmailChannel } from '../../src/email/channel.ts'
import { createPost } from '../../src/http/post.ts'
import { createPagerDutyChannel } from '../../src/pagerduty/channel.ts'
import type { Channel, SenderDependencies } from '../../src/paging/dependencies.ts'
import { createPageSender, type PageSender } from '../../src/paging/sender.ts'
import { migrate, type OpenDatabase, openDatabase } from '../../src/postgres/database.ts'
import { settingsOf } from '../../src/postgres/incident-world.ts'
import { createSlackChannel } from '../../src/slack/channel.ts'
import { createTelegramChannel } from '../../src/telegram/channel.ts'
import { createWebhookChannel } from '../../src/webhook/channel.ts'
import { configuration, routingKey, smallPng, user } from './pages.ts'
import { startPostgres, type TestPostgres } from './servers.ts'

export const duty = { channel: 'pagerduty', routingKey: '${env:KEY}' } as const
const hook = { channel: 'webhook', url: '${env:HOOK}' } as const
/** The chat that the fake Telegram has. */
export const chat = {
  channel: 'telegram',
  chatId: '42',
  token: '${env:TOKEN}',
  apiUrl: '${env:TELEGRAM}',
} as const
/** The person and the channel that the fake Slack has, and the box that the fake mail server has. */
export const slackPerson = { channel: 'slack', to: 'U0123456789' } as const
export const mailbox = { channel: 'email', address: 'ana@example.org' } as const
export const accounts = {
  slack: {
    token: '${env:SLACK_TOKEN}',
    signingSecret: '${env:SLACK_SECRET}',
    apiUrl: '${env:SLACK}',
  },
  email: { url: '${env:SMTP_URL}', from: 'Firewatch <firewatch@example.org>' },
  telegram: { webhookSecret: '${env:TELEGRAM_SECRET}' },
} as const
export const linkKey = 'a-key-of-links-that-is-long-enough-for-tests'
export const publicUrl = 'https://firewatch.example.com'

export const backup = { channel: 'webhook', url: '${env:BACKUP}' } as const

/** Whom the world is configured with, unless a test says otherwise. */
export const atStart = configuration(
  [user('ana', [hook, duty]), user('ben', [hook]), user('carl', []), user('dora', [duty, backup])],
  { steps: [], repeat: 1, fallback: ['ben', 'carl'] },
)

/** The world's time stands still unless a test moves it. */
export const start = '2026-03-01T03:00:00.000Z'

interface NewIncident {
  readonly service?: string
  readonly severity?: Severity
  /** Whom its policy pages, step by step. */
  readonly steps?: readonly (readonly string[])[]
}

/** PostgreSQL, receivers, and the sender over them. Incidents are decided on as in earnest; nothing falls due but pages. */
export interface EscalationWorld {
  readonly records: Records
  readonly database: OpenDatabase
  readonly receiver: FakeWebhook
  readonly backupReceiver: FakeWebhook
  readonly pagerDuty: FakePagerDuty
  readonly telegram: FakeTelegram
  readonly slack: FakeSlack
  readonly smtp: FakeSmtp
  /** What the world's clock shows. */
  at: Date
  /** The users of the running configuration. */
  running: Configuration['users']
  /** The one that was opened last. */
  readonly incident: number
  /** What a reference stands for. */
  resolveSecret(reference: string): Promise<string>
  /** Opens an incident, which queues the pages of its first step; its policy pages ana and ben, then carl, then dora. */
  open(change?: NewIncident): Promise<number>
  /** Another process that sends pages, over the same channels. */
  sender(change?: Partial<SenderDependencies>): PageSender
  /** Lets time pass, 0 milliseconds of it unless told; everything that falls due is sent at its time. */
  pass(ms?: number, sender?: PageSender): Promise<void>
  /** What somebody tells an incident, by default the last. */
  command(actor: string, incident?: number): Command
  acknowledge(actor: string, incident?: number): Promise<void>
  resolve(actor: string, incident?: number): Promise<void>
  /** Pages of an incident, by default the last, by what is behind its name, such as `r0/s1/ana/c0`. */
  pages(incident?: number): Promise<Readonly<Record<string, Page>>>
  page(id: string, incident?: number): Promise<Page>
  /** Sentences of an incident's timeline. */
  said(incident?: number): Promise<readonly string[]>
}

/** Registers the hooks that make the world; its fields hold from the first test on. */
export function escalationWorld(): EscalationWorld {
  const { post, close } = createPost()
  let postgres: TestPostgres
  let database: OpenDatabase
  let channels: SenderDependencies['channels']
  const world = deedsOf(
    () => world,
    () => channels,
  ) as EscalationWorld

  beforeAll(async () => {
    postgres = await startPostgres()
    database = openDatabase(postgres.url)
    await migrate(database.pool)
  })
  afterAll(async () => {
    await close()
    await database.close()
    await postgres.stop()
  })
  beforeEach(async () => {
    // What another test left waiting for the same people would go along.
    await database.db.deleteFrom('pages').execute()
    const records = createRecords(database.db, () => world.at, {
      running: () => ({ ...atStart, revision: 'now', users: world.running }),
      newToken: () => crypto.randomUUID(),
    })
    Object.assign(world, {
      database,
      records,
      receiver: await startFakeWebhook(),
      backupReceiver: await startFakeWebhook(),
      pagerDuty: await startFakePagerDuty(),
      telegram: await startFakeTelegram(),
      slack: await startFakeSlack({ now: () => world.at }),
      smtp: await startFakeSmtp({ boxes: ['ana@example.org', 'ben@example.org'] }),
      at: new Date(start),
      running: atStart.users,
    })
    channels = channelsOf(world, post)
  })
  afterEach(() => {
    const { receiver, backupReceiver, pagerDuty, telegram, slack, smtp } = world
    const fakes = [receiver, backupReceiver, pagerDuty, telegram, slack, smtp]
    return Promise.all(fakes.map((fake) => fake.stop()))
  })
  return world
}

type Deeds = Omit<
  EscalationWorld,
  | 'records'
  | 'database'
  | 'receiver'
  | 'backupReceiver'
  | 'pagerDuty'
  | 'telegram'
  | 'slack'
  | 'smtp'
  | 'at'
  | 'running'
  | 'incident'
>

function deedsOf(world: () => EscalationWorld, channels: () => SenderDependencies['channels']): Deeds {
  let commands = 0
  const deeds: Deeds = {
    resolveSecret: (reference) => Promise.resolve(secretsOf(world())[reference] ?? reference),
    async open(change = {}) {
      const incident = await openIncident(world(), change)
      Object.assign(world(), { incident })
      return incident
    },
    sender: (change = {}) => createPageSender({ ...dependenciesOf(world(), channels()), ...change }),
    async pass(ms = 0, sender = deeds.sender()) {
      const { records } = world()
      const until = world().at.getTime() + ms
      for (let due = await records.sending.nextDue(); due !== null && due.getTime() <= until; ) {
        world().at = new Date(Math.max(due.getTime(), world().at.getTime()))
        await sender.sendDue()
        due = await records.sending.nextDue()
      }
      world().at = new Date(until)
    },
    command: (actor, incident = world().incident) => ({
      incident,
      actor,
      at: world().at.toISOString(),
      commandId: `command-${++commands}`,
    }),
    async acknowledge(actor, incident) {
      await world().records.commands.acknowledge(deeds.command(actor, incident))
    },
    async resolve(actor, incident) {
      await world().records.commands.resolve({ ...deeds.command(actor, incident), anyway: true })
    },
    async pages(incident = world().incident) {
      const pages = await world().records.pages.ofIncident(incident)
      return Object.fromEntries(pages.map((page) => [page.id.replace(/^INC-\d+\//, ''), page]))
    },
    async page(id, incident) {
      const page = (await deeds.pages(incident))[id]
      if (page === undefined) throw new Error(`there is no page ${id}`)
      return page
    },
    async said(incident = world().incident) {
      return (await world().records.timeline.ofIncident(incident)).map(({ summary }) => summary)
    },
  }
  return deeds
}

function secretsOf(world: EscalationWorld): Readonly<Record<string, string>> {
  return {
    '${env:HOOK}': world.receiver.url,
    '${env:BACKUP}': world.backupReceiver.url,
    '${env:KEY}': routingKey,
    '${env:TELEGRAM}': world.telegram.url,
    '${env:TOKEN}': world.telegram.token,
    '${env:TELEGRAM_SECRET}': world.telegram.webhookSecret,
    '${env:SLACK}': `${world.slack.url}/api`,
    '${env:SLACK_TOKEN}': world.slack.token,
    '${env:SLACK_SECRET}': world.slack.signingSecret,
    '${env:SMTP_URL}': world.smtp.url,
  }
}

function dependenciesOf(
  world: EscalationWorld,
  channels: SenderDependencies['channels'],
): SenderDependencies {
  const now = () => world.at
  return {
    outbox: world.records.sending,
    channels,
    running: () => ({ ...atStart, revision: 'now', users: world.running }),
    configurations: world.records.configurations,
    publicUrl,
    answerUrl: (page) => createAnswerLinks({ key: linkKey, publicUrl, now }).urlOf(page),
    pageLinks: createPageLinks({ key: linkKey, publicUrl, keep: world.records.pageLinks.keep, now }),
    listen: () => ({ stop: () => Promise.resolve() }),
    log: {
      info: () => undefined,
      warn: () => undefined,
      error: (fields) => expect.fail(JSON.stringify(fields)),
    },
    now,
  }
}

function channelsOf(world: EscalationWorld, post: HttpPost): SenderDependencies['channels'] {
  const now = () => world.at
  const resolveSecret = (reference: string) => world.resolveSecret(reference)
  const channel = { post, resolveSecret, now, timeoutMs: 300 }
  const chart = {
    chartOf: () => Promise.resolve(smallPng),
    onMissingChart: (incident: string, reason: string) => expect.fail(`no chart of ${incident}: ${reason}`),
  }
  const telegram = createTelegramChannel({
    ...channel,
    ...chart,
    buttons: true,
    onOldButtons: (incident, reason) => expect.fail(`old buttons of ${incident}: ${reason}`),
  })
  return {
    webhook: createWebhookChannel(channel) as Channel,
    pagerduty: createPagerDutyChannel({ ...channel, defaultUrl: world.pagerDuty.url }) as Channel,
    telegram: telegram as Channel,
    slack: createSlackChannel({ ...channel, integration: accounts.slack }) as Channel,
    email: createEmailChannel({
      ...channel,
      ...chart,
      timeoutMs: 2_000,
      integration: accounts.email,
    }) as Channel,
  }
}

let opened = 0

async function openIncident(world: EscalationWorld, change: NewIncident): Promise<number> {
  const { service = 'checkout', severity = 'P1', steps = [['ana', 'ben'], ['carl'], ['dora']] } = change
  const { records, database, at } = world
  const revision = `r${++opened}`
  const policy = {
    ...atStart.policies['default'],
    name: 'default',
    steps: steps.map((notify) => ({ notify: [...notify], ackTimeoutMs: 300_000 })),
    repeat: 1,
    fallback: ['ben', 'carl'],
  }
  const configured = { ...atStart, revision, policies: { default: policy } }
  await records.configurations.save(configured)
  const number = await insertIncident(database.db, { service, severity, revision, at })
  await records.machine.take(number, async ({ incident }) => {
    const get = () => Promise.resolve(configured)
    const known = {
      running: () => configured,
      get,
      schedules: () => Promise.resolve(new Map()),
      silences: async () => [],
      announced: async () => [],
    }
    const { settings } = await settingsOf(known, incident, severity)
    const counts = { firing: 1, total: 1 }
    return { event: { type: 'opened', at: at.getTime(), ...counts, severity, settings } }
  })
  return number
}

async function insertIncident(
  db: OpenDatabase['db'],
  { service, severity, revision, at }: { service: string; severity: Severity; revision: string; at: Date },
): Promise<number> {
  const { number } = await db
    .insertInto('incidents')
    .values({
      grouping_key: `key-${revision}`,
      title: `${service}: error-rate`,
      service,
      labels: JSON.stringify({ service, alertname: 'error-rate' }),
      severity,
      state: 'open',
      config_revision: revision,
      chart_token: `token-${revision}`,
      started_at: at,
    })
    .returning('number')
    .executeTakeFirstOrThrow()
  const annotations = JSON.stringify({ summary: 'Error rate of ios is 12 %, usually 1 %' })
  await db
    .insertInto('incident_alerts')
    .values({
      incident: number,
      source: 'check/feed',
      fingerprint: 'ios',
      status: 'firing',
      labels: '{}',
      annotations,
      starts_at: at,
      ends_at: null,
    })
    .execute()
  return number
}
