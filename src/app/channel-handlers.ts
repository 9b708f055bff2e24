import type { Logger } from 'pino'
import type { AnswerServiceOptions } from '../answers/options.ts'
import { createAnswerService } from '../answers/answer-service.ts'
import { createAnswerLinks } from '../answers/links.ts'
import { createAnswerLinkHandler } from '../answers/link-handler.ts'
import type { Configuration } from '../domain/configuration/configuration.ts'
import type { HttpPost } from '../domain/page/delivery.ts'
import { createSlackWebhookHandler } from '../slack/webhook-handler.ts'
import { createTelegramWebhookHandler } from '../telegram/webhook-handler.ts'
import type { IncidentCommands } from '../web/dependencies.ts'
import type {
  AnswerLinkHandler,
  SlackWebhookHandler,
  TelegramWebhookHandler,
} from '../web/channel-handlers.ts'
import { auditedCommands, auditRefusal, type ChannelAudit } from './channel-audit.ts'
import { currentSchedules, whoIsOnCall } from './on-call.ts'
import { exchangeTimeoutMs } from './outside.ts'
import type { Records } from './records.ts'
import type { Settings } from './settings.ts'
import { loaded } from './loaded.ts'

export interface ChannelHandlerParts extends ChannelAudit {
  readonly settings: Pick<Settings, 'publicUrl' | 'linkKey'>
  readonly configuration: Configuration
  readonly records: Pick<Records, 'incidents' | 'pages'> & {
    readonly scheduleChanges: Pick<Records['scheduleChanges'], 'list'>
  }
  readonly commands: IncidentCommands
  readonly declare: AnswerServiceOptions['declare']
  readonly maintenance: AnswerServiceOptions['maintenance']
  readonly resolveSecret: (reference: string) => Promise<string>
  readonly log: Pick<Logger, 'warn' | 'error'>
}

export interface ChannelHandlers {
  readonly slack?: SlackWebhookHandler
  readonly telegram?: TelegramWebhookHandler
  readonly mail?: AnswerLinkHandler
}

/** A handler for each integration that can bring answers. `idle` waits for what they have begun. */
export function createChannelHandlers(parts: ChannelHandlerParts): {
  handlers: ChannelHandlers
  idle: () => Promise<void>
} {
  const { settings, configuration, records, resolveSecret, now, log } = parts
  const { slack: slackAccount, telegram: telegramAccount } = configuration.integrations ?? {}
  const schedules = currentSchedules(configuration, records.scheduleChanges)
  const answers = createAnswerService({
    users: () => configuration.users,
    incidents: records.incidents,
    commands: auditedCommands(parts.commands, parts),
    bundle: (incident, name) => records.pages.bundle(incident, name),
    services: () => Object.keys(configuration.services),
    declare: parts.declare,
    maintenance: parts.maintenance,
    whoIsOnCall: (schedule) => whoIsOnCall(schedules, now().getTime(), schedule),
    publicUrl: settings.publicUrl,
    now,
    refused: (refusal) => {
      log.warn({ audit: 'answer-refused', ...refusal }, 'an answer from a channel was refused')
      auditRefusal(refusal, parts)
    },
    log: (message, error) => log.error({ err: error }, message),
  })
  const post = createLazyPost(slackAccount !== undefined || telegramAccount !== undefined)
  const common = { resolveSecret, answers, post, timeoutMs: exchangeTimeoutMs, now }
  const warn = (message: string, reason: unknown) => log.warn({ reason }, message)
  const slack =
    slackAccount === undefined
      ? undefined
      : createSlackWebhookHandler({ ...common, integration: slackAccount, log: warn })
  const telegram =
    telegramAccount === undefined
      ? undefined
      : createTelegramWebhookHandler({
          ...common,
          integration: telegramAccount,
          users: () => configuration.users,
          log: warn,
        })
  const { linkKey: key, publicUrl } = settings
  const mail =
    key === undefined
      ? undefined
      : createAnswerLinkHandler({ ...records, links: createAnswerLinks({ key, publicUrl, now }), answers })
  return {
    handlers: {
      ...(slack === undefined ? {} : { slack }),
      ...(telegram === undefined ? {} : { telegram }),
      ...(mail === undefined ? {} : { mail }),
    },
    idle: async () => void (await Promise.all([slack?.idle(), telegram?.idle()])),
  }
}

/** The HTTP client takes 15 MiB of a server: it is loaded where Slack or Telegram is configured. */
function createLazyPost(isNeeded: boolean): HttpPost {
  const client = loaded(isNeeded, () => import('../http/post.ts').then(({ createPost }) => createPost()))
  return async (request) => (await client()).post(request)
}
