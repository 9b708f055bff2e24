import type { Logger } from 'pino'
import type { AnswerServiceOptions } from '../answers/options.ts'
import { createAnswerService } from '../answers/answer-service.ts'
import { createAnswerLinks } from '../answers/links.ts'
import { pageLinkSecret } from '../answers/page-links.ts'
import { createAnswerLinkHandler } from '../answers/link-handler.ts'
import type { Configuration } from '../domain/configuration/configuration.ts'
import type { ChannelAnswers } from '../domain/page/channel-answers.ts'
import type { HttpPost } from '../domain/page/delivery.ts'
import { own } from '../domain/values/own.ts'
import { zoneOf } from '../domain/configuration/people.ts'
import { canonicalJson } from '../domain/values/canonical-json.ts'
import { createSlackWebhookHandler } from '../slack/webhook-handler.ts'
import { createTelegramWebhookHandler } from '../telegram/webhook-handler.ts'
import type { IncidentCommands, WebDependencies } from '../web/dependencies.ts'
import type {
  AnswerLinkHandler,
  SlackWebhookHandler,
  TelegramWebhookHandler,
} from '../web/channel-handlers.ts'
import {
  auditedCommands,
  auditedDeclare,
  auditedMaintenance,
  auditedSilencing,
  auditLoginLink,
  auditRefusal,
  type ChannelAudit,
} from './channel-audit.ts'
import { createLoginLinks } from './login-links.ts'
import { currentSchedules, whoIsOnCall } from './on-call.ts'
import { exchangeTimeoutMs } from './outside.ts'
import type { Records } from './records.ts'
import type { Settings } from './settings.ts'
import { loaded } from './loaded.ts'

export interface ChannelHandlerParts extends ChannelAudit {
  readonly settings: Pick<Settings, 'publicUrl' | 'linkKey'>
  /** As configured now: asked at each use. */
  readonly running: () => Configuration
  readonly records: Pick<Records, 'incidents' | 'pages' | 'credentials'> & {
    readonly scheduleChanges: Pick<Records['scheduleChanges'], 'list'>
  }
  readonly commands: IncidentCommands
  readonly declare: AnswerServiceOptions['declare']
  readonly maintenance: AnswerServiceOptions['maintenance']
  readonly silencing: AnswerServiceOptions['silencing']
  readonly resolveSecret: (reference: string) => Promise<string>
  readonly log: Pick<Logger, 'warn' | 'error'>
}

export interface ChannelHandlers {
  /** `undefined` while it is not among the integrations. */
  readonly slack: () => SlackWebhookHandler | undefined
  readonly telegram: () => TelegramWebhookHandler | undefined
  readonly mail?: AnswerLinkHandler
  readonly loginLinks: NonNullable<WebDependencies['loginLinks']>
}

/** A handler for each integration that can bring answers, as configured now. `idle` waits for what they have begun. */
export function createChannelHandlers(parts: ChannelHandlerParts): {
  handlers: ChannelHandlers
  idle: () => Promise<void>
} {
  const { settings, running, records, resolveSecret, now, log } = parts
  const accounts = () => running().integrations ?? {}
  const schedules = currentSchedules(running, records.scheduleChanges)
  const post = createLazyPost(accounts().slack !== undefined || accounts().telegram !== undefined)
  const { publicUrl, linkKey: key } = settings
  const loginLinks = createLoginLinks({ ...parts, credentials: records.credentials, publicUrl, post })
  const answers = createAnswerService({
    users: () => running().users,
    incidents: records.incidents,
    commands: auditedCommands(parts.commands, parts),
    bundle: (incident, name) => records.pages.bundle(incident, name),
    zoneOf: (person) => zoneOf(person, running()),
    services: () => Object.keys(running().services),
    declare: auditedDeclare(parts.declare, parts),
    maintenance: auditedMaintenance(parts.maintenance, parts),
    silencing: auditedSilencing(parts.silencing, parts),
    whoIsOnCall: (schedule) => whoIsOnCall(schedules, now().getTime(), schedule),
    loginLink: async (person) => {
      auditLoginLink(person, parts)
      return loginLinks.linkFor(person)
    },
    publicUrl,
    now,
    refused: (refusal) => {
      log.warn({ audit: 'answer-refused', ...refusal }, 'an answer from a channel was refused')
      auditRefusal(refusal, parts)
    },
    log: (message, error) => log.error({ err: error }, message),
  })
  const common = { resolveSecret, answers, post, timeoutMs: exchangeTimeoutMs, now }
  const warn = (message: string, reason: unknown) => log.warn({ reason }, message)
  const slack = perAccount(
    () => accounts().slack,
    (integration) => createSlackWebhookHandler({ ...common, integration, log: warn }),
  )
  const telegram = perAccount(
    () => accounts().telegram,
    (integration) =>
      createTelegramWebhookHandler({ ...common, integration, users: () => running().users, log: warn }),
  )
  const mail = key === undefined ? undefined : mailAnswers(key, parts, answers)
  return {
    handlers: {
      slack: () => slack.current(),
      telegram: () => telegram.current(),
      ...(mail === undefined ? {} : { mail }),
      loginLinks,
    },
    idle: async () => void (await Promise.all([slack.idle(), telegram.idle(), loginLinks.idle()])),
  }
}

/** One handler for as long as its account stays as it is. One that was replaced finishes what it has begun. */
function perAccount<Account extends object, Handler extends { idle(): Promise<unknown> }>(
  account: () => Account | undefined,
  create: (account: Account) => Handler,
) {
  let made: { readonly of: string; readonly handler: Handler } | undefined
  const replaced = new Set<Handler>()

  function replace(): void {
    const handler = made?.handler
    made = undefined
    if (handler === undefined) return
    replaced.add(handler)
    void handler.idle().finally(() => replaced.delete(handler))
  }

  return {
    current(): Handler | undefined {
      const wanted = account()
      const of = canonicalJson(wanted)
      if (made?.of !== of) replace()
      if (wanted === undefined) return undefined
      made ??= { of, handler: create(wanted) }
      return made.handler
    },
    async idle(): Promise<void> {
      const all = made === undefined ? [...replaced] : [made.handler, ...replaced]
      await Promise.all(all.map((handler) => handler.idle()))
    },
  }
}

function mailAnswers(
  key: string,
  { settings, running, records, now }: ChannelHandlerParts,
  answers: ChannelAnswers,
): AnswerLinkHandler {
  return createAnswerLinkHandler({
    ...records,
    links: createAnswerLinks({ key, publicUrl: settings.publicUrl, now }),
    isGood: async (page, incident) => {
      const holder = await records.credentials.checkPageLink(
        pageLinkSecret(key, page.id, incident),
        incident.number,
      )
      return holder !== undefined && own(running().users, holder.name) !== undefined
    },
    answers,
  })
}

/** The HTTP client takes 15 MiB of a server: it is loaded where Slack or Telegram is configured. */
function createLazyPost(isNeeded: boolean): HttpPost {
  const client = loaded(isNeeded, () => import('../http/post.ts').then(({ createPost }) => createPost()))
  return async (request) => (await client()).post(request)
}
