import { ApplicationFailure } from '@temporalio/common'
import { MockActivityEnvironment } from '@temporalio/testing'
import { DefaultLogger } from '@temporalio/worker'
import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest'
import { createEscalateActivities, type EscalateDependencies } from '../../activities/escalate.ts'
import { type FakePagerDuty, startFakePagerDuty } from '../../examples/fakes/pagerduty.ts'
import { type FakeSlack, startFakeSlack } from '../../examples/fakes/slack.ts'
import { type FakeSmtp, startFakeSmtp } from '../../examples/fakes/smtp.ts'
import { type FakeTelegram, startFakeTelegram } from '../../examples/fakes/telegram.ts'
import { type FakeWebhook, startFakeWebhook } from '../../examples/fakes/webhook.ts'
import { createAnswerLinks } from '../../src/answers/links.ts'
import type { Configuration } from '../../src/domain/configuration.ts'
import type { HttpPost } from '../../src/domain/delivery.ts'
import type { PageRef } from '../../src/domain/escalate.ts'
import type { PageResult } from '../../src/domain/escalate-messages.ts'
import type { Severity } from '../../src/domain/severity.ts'
import type { TimelineEntry } from '../../src/domain/timeline.ts'
import { createEmailChannel } from '../../src/email/channel.ts'
import { createPost } from '../../src/http/post.ts'
import { createPagerDutyChannel } from '../../src/pagerduty/channel.ts'
import { createConfigurationRecords } from '../../src/postgres/configurations.ts'
import { type Database, migrate, type OpenDatabase, openDatabase } from '../../src/postgres/database.ts'
import { createIncidentRecords, type IncidentRecords } from '../../src/postgres/incidents.ts'
import { createPageRecords, type PageRecords } from '../../src/postgres/pages.ts'
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

/** What every incident of the world started with. */
export const atStart = configuration(
  [user('ana', [hook, duty]), user('ben', [hook]), user('carl', []), user('dora', [duty, backup])],
  {
    steps: [
      { notify: ['ana', 'ben'], ackTimeoutMs: 300_000 },
      { notify: ['carl'], ackTimeoutMs: 300_000 },
      { notify: ['dora'], ackTimeoutMs: 600_000 },
    ],
    repeat: 1,
    fallback: ['ben', 'carl'],
  },
)

/** The world's time stands still unless a test moves it. */
export const start = '2026-03-01T03:00:00.000Z'

/** PostgreSQL, receivers and one open incident per test, and the activities over them. */
export interface EscalationWorld {
  readonly pages: PageRecords
  readonly incidents: IncidentRecords
  readonly receiver: FakeWebhook
  readonly backupReceiver: FakeWebhook
  readonly pagerDuty: FakePagerDuty
  readonly telegram: FakeTelegram
  readonly slack: FakeSlack
  readonly smtp: FakeSmtp
  /** What the world's clock shows. */
  at: Date
  /** By event key. */
  readonly timeline: Map<string, TimelineEntry>
  readonly incident: number
  /** The users of the running configuration. */
  running: Configuration['users']
  /** What a reference stands for. */
  resolveSecret(reference: string): Promise<string>
  activities(change?: Partial<EscalateDependencies>): ReturnType<typeof createEscalateActivities>
  /** Summaries of the timeline. */
  said(): string[]
  enter(step: number): Promise<readonly PageRef[]>
  onlyPageOf(step: number, person: string): Promise<string>
  deliver(page: string, by?: ReturnType<typeof createEscalateActivities>): Promise<PageResult>
  /** Another open incident, which is the world's from now on. */
  openAnother(change?: { readonly service?: string; readonly severity?: Severity }): Promise<void>
  /** Somebody acknowledged the incident of this page before it was sent. */
  callOff(page: string): Promise<void>
  /** What a workflow does: tries until the last attempt, then gives up. */
  deliverOrFail(page: string, attempts?: number): Promise<PageResult>
}

/** Failed tries are what these tests are about. */
const quiet = new DefaultLogger('ERROR')

/** Registers the hooks that make the world; its fields hold from the first test on. */
export function escalationWorld(): EscalationWorld {
  const { post, close } = createPost()
  let postgres: TestPostgres
  let database: OpenDatabase
  const world = {
    running: atStart.users,
    ...deedsOf(
      () => world,
      () => database.db,
      post,
    ),
  } as EscalationWorld

  beforeAll(async () => {
    postgres = await startPostgres()
    database = openDatabase(postgres.url)
    await migrate(database.pool)
    await createConfigurationRecords(database.db).save(atStart)
  })
  afterAll(async () => {
    await close()
    await database.close()
    await postgres.stop()
  })
  beforeEach(async () => {
    // What another test left waiting for the same people would go along.
    await database.db.deleteFrom('pages').execute()
    Object.assign(world, {
      pages: createPageRecords(database.db),
      incidents: createIncidentRecords(database.db),
      receiver: await startFakeWebhook(),
      backupReceiver: await startFakeWebhook(),
      pagerDuty: await startFakePagerDuty(),
      telegram: await startFakeTelegram(),
      slack: await startFakeSlack({ now: () => world.at }),
      smtp: await startFakeSmtp({ boxes: ['ana@example.org', 'ben@example.org'] }),
      at: new Date(start),
      timeline: new Map(),
      running: atStart.users,
      incident: await openIncident(database.db),
    })
  })
  afterEach(() => {
    const { receiver, backupReceiver, pagerDuty, telegram, slack, smtp } = world
    const fakes = [receiver, backupReceiver, pagerDuty, telegram, slack, smtp]
    return Promise.all(fakes.map((fake) => fake.stop()))
  })
  return world
}

type Deeds = Pick<
  EscalationWorld,
  | 'resolveSecret'
  | 'activities'
  | 'said'
  | 'enter'
  | 'onlyPageOf'
  | 'openAnother'
  | 'callOff'
  | 'deliver'
  | 'deliverOrFail'
>

function deedsOf(world: () => EscalationWorld, db: () => Database, post: HttpPost): Deeds {
  return {
    resolveSecret: (reference) => Promise.resolve(secretsOf(world())[reference] ?? reference),
    activities: (change = {}) =>
      createEscalateActivities({ ...dependenciesOf(world(), db(), post), ...change }),
    said: () => [...world().timeline.values()].map(({ summary }) => summary),
    async enter(step) {
      return (
        await world()
          .activities()
          .queueStepPages({ incident: world().incident, step, round: 0, urged: false })
      ).pages
    },
    async onlyPageOf(step, person) {
      const page = (await world().enter(step)).find((one) => one.person === person)
      if (page === undefined) throw new Error(`step ${step} pages nobody called ${person}`)
      return page.id
    },
    async openAnother(change = {}) {
      Object.assign(world(), { incident: await openIncident(db(), change) })
    },
    async callOff(page) {
      const incident = Number(/^INC-(\d+)/.exec(page)?.[1])
      await world().pages.cancelUnsent(incident, { reason: 'ana acknowledged', except: [] }, start)
    },
    deliver(page, by = world().activities()) {
      return new MockActivityEnvironment({}, { logger: quiet }).run(by.deliverPage, { page })
    },
    async deliverOrFail(page, attempts = 3) {
      for (let attempt = 1; attempt <= attempts; attempt++) {
        try {
          return await world().deliver(page)
        } catch (error) {
          expect(error).toBeInstanceOf(ApplicationFailure)
        }
      }
      return world().activities().failPage({ page, reason: 'no try is left' })
    },
  }
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

function dependenciesOf(world: EscalationWorld, db: Database, post: HttpPost): EscalateDependencies {
  const now = () => world.at
  const resolveSecret = (reference: string) => world.resolveSecret(reference)
  const channel = { post, resolveSecret, now, timeoutMs: 300 }
  return {
    incidents: world.incidents,
    configurations: createConfigurationRecords(db),
    running: () => ({ ...atStart, users: world.running }),
    schedules: { current: () => Promise.resolve(new Map()) },
    pages: world.pages,
    timeline: {
      append: (entry) => {
        if (!world.timeline.has(entry.eventKey)) world.timeline.set(entry.eventKey, entry)
        return Promise.resolve()
      },
    },
    channels: {
      webhook: createWebhookChannel(channel),
      pagerduty: createPagerDutyChannel({ ...channel, defaultUrl: world.pagerDuty.url }),
      telegram: createTelegramChannel({
        ...channel,
        chartOf: () => Promise.resolve(smallPng),
        onMissingChart: (incident, reason) => expect.fail(`no chart of ${incident}: ${reason}`),
        buttons: true,
        onOldButtons: (incident, reason) => expect.fail(`old buttons of ${incident}: ${reason}`),
      }),
      slack: createSlackChannel({ ...channel, integration: accounts.slack }),
      email: createEmailChannel({
        ...channel,
        timeoutMs: 2_000,
        integration: accounts.email,
        chartOf: () => Promise.resolve(smallPng),
        onMissingChart: (incident, reason) => expect.fail(`no chart of ${incident}: ${reason}`),
      }),
    },
    publicUrl,
    answerUrl: (page) => createAnswerLinks({ key: linkKey, publicUrl, now }).urlOf(page),
    now,
  }
}

let opened = 0

async function openIncident(
  db: Database,
  { service = 'checkout', severity = 'P1' }: { service?: string; severity?: Severity } = {},
): Promise<number> {
  opened++
  const { number } = await db
    .insertInto('incidents')
    .values({
      grouping_key: `key-${opened}`,
      title: `${service}: error-rate`,
      service,
      labels: JSON.stringify({ service, alertname: 'error-rate' }),
      severity,
      severity_set_by: null,
      state: 'open',
      config_revision: atStart.revision,
      runbook: null,
      recurrence_of: null,
      chart_token: `token-${opened}`,
      started_at: new Date(start),
      acknowledged_at: null,
      acknowledged_by: null,
      mitigated_at: null,
      resolved_at: null,
      resolved_by: null,
      now_doing: 'Restarting checkout-2',
    })
    .returning('number')
    .executeTakeFirstOrThrow()
  const annotations = JSON.stringify({ summary: 'Error rate of ios is 12 %, usually 1 %' })
  await db
    .insertInto('alerts')
    .values({
      incident: number,
      fingerprint: 'ios',
      status: 'firing',
      labels: '{}',
      annotations,
      starts_at: new Date(start),
      ends_at: null,
    })
    .execute()
  return number
}
