import type { Logger } from 'pino'
import { type AnswerDeskOptions, createAnswerDesk } from '../answers/desk.ts'
import { createAnswerLinks } from '../answers/links.ts'
import { createMailDoor } from '../answers/mail-door.ts'
import type { Configuration } from '../domain/configuration/configuration.ts'
import { createPost } from '../http/post.ts'
import { createSlackDoor } from '../slack/door.ts'
import { createTelegramDoor } from '../telegram/door.ts'
import type { IncidentCommands, MailDoor, SlackDoor, TelegramDoor } from '../web/dependencies.ts'
import { auditedCommands, auditRefusal, type ChannelAudit } from './channel-audit.ts'
import { pageTimeoutMs } from './edges.ts'
import { currentSchedules, whoIsOnCall } from './on-call.ts'
import type { Records } from './records.ts'
import type { Settings } from './settings.ts'

export interface ChannelDoorParts extends ChannelAudit {
  readonly settings: Pick<Settings, 'publicUrl' | 'linkKey'>
  readonly configuration: Configuration
  readonly records: Pick<Records, 'incidents' | 'pages'> & {
    readonly scheduleChanges: Pick<Records['scheduleChanges'], 'list'>
  }
  readonly commands: IncidentCommands
  readonly declare: AnswerDeskOptions['declare']
  readonly resolveSecret: (reference: string) => Promise<string>
  readonly log: Pick<Logger, 'warn' | 'error'>
}

export interface ChannelDoors {
  readonly slack?: SlackDoor
  readonly telegram?: TelegramDoor
  readonly mail?: MailDoor
}

/** A door for each integration that can bring answers. `idle` waits for what they have begun. */
export function createChannelDoors(parts: ChannelDoorParts): {
  doors: ChannelDoors
  idle: () => Promise<void>
} {
  const { settings, configuration, records, resolveSecret, now, log } = parts
  const { slack: slackAccount, telegram: telegramAccount } = configuration.integrations ?? {}
  const schedules = currentSchedules(configuration, records.scheduleChanges)
  const answers = createAnswerDesk({
    users: () => configuration.users,
    incidents: records.incidents,
    commands: auditedCommands(parts.commands, parts),
    bundle: (incident, name) => records.pages.bundle(incident, name),
    services: () => Object.keys(configuration.services),
    declare: parts.declare,
    whoIsOnCall: (schedule) => whoIsOnCall(schedules, now().getTime(), schedule),
    publicUrl: settings.publicUrl,
    now,
    refused: (refusal) => {
      log.warn({ audit: 'answer-refused', ...refusal }, 'an answer from a channel was refused')
      auditRefusal(refusal, parts)
    },
    log: (message, error) => log.error({ err: error }, message),
  })
  const common = { resolveSecret, answers, post: createPost().post, timeoutMs: pageTimeoutMs, now }
  const warn = (message: string, reason: unknown) => log.warn({ reason }, message)
  const slack =
    slackAccount === undefined
      ? undefined
      : createSlackDoor({ ...common, integration: slackAccount, log: warn })
  const telegram =
    telegramAccount === undefined
      ? undefined
      : createTelegramDoor({
          ...common,
          integration: telegramAccount,
          users: () => configuration.users,
          log: warn,
        })
  const { linkKey: key, publicUrl } = settings
  const mail =
    key === undefined
      ? undefined
      : createMailDoor({ ...records, links: createAnswerLinks({ key, publicUrl, now }), answers })
  return {
    doors: {
      ...(slack === undefined ? {} : { slack }),
      ...(telegram === undefined ? {} : { telegram }),
      ...(mail === undefined ? {} : { mail }),
    },
    idle: async () => void (await Promise.all([slack?.idle(), telegram?.idle()])),
  }
}
