import type { EmailChannelOptions } from '../email/channel.ts'
import { createHeartbeat } from '../heartbeat/heartbeat.ts'
import { createPost } from '../http/post.ts'
import { createPagerDutyChannel } from '../pagerduty/channel.ts'
import { createSlackChannel } from '../slack/channel.ts'
import { createTelegramChannel } from '../telegram/channel.ts'
import { createWebhookChannel } from '../webhook/channel.ts'
import type { Logger } from 'pino'
import { channelTraits, type ChannelTraits } from '../domain/page/channel-traits.ts'
import type { Contact } from '../domain/configuration/people.ts'
import type { Integrations } from '../domain/configuration/integrations.ts'
import type { Channel } from '../paging/dependencies.ts'
import { exchangeTimeoutMs } from './outside.ts'
import { loaded } from './loaded.ts'

/**
 * Every way to reach people: one row per channel. They live as long as the process, with the turns that they keep of each place.
 * @param integrations as configured now: asked at each send
 */
export function createChannels(
  resolve: (reference: string) => Promise<string>,
  now: () => Date,
  chartOf: (incident: string, timeZone: string) => Promise<Uint8Array | undefined>,
  log: Pick<Logger, 'warn'>,
  integrations: () => Integrations | undefined = () => undefined,
): Readonly<Record<Contact['channel'], Channel>> {
  const { post } = createPost()
  const common = { post, timeoutMs: exchangeTimeoutMs, resolveSecret: resolve, now }
  const onMissingChart = (incident: string, reason: string) =>
    log.warn({ incident, reason }, 'a page went out without its chart')
  const onOldButtons = (incident: string, reason: string) =>
    log.warn({ incident, reason }, 'the buttons of a page that is over were left as they were')
  return {
    webhook: only('webhook', createWebhookChannel(common)),
    pagerduty: only('pagerduty', createPagerDutyChannel(common)),
    telegram: only(
      'telegram',
      createTelegramChannel({
        ...common,
        chartOf,
        onMissingChart,
        onOldButtons,
        get buttons() {
          return integrations()?.telegram !== undefined
        },
      }),
    ),
    slack: only(
      'slack',
      createSlackChannel({
        ...common,
        get integration() {
          return integrations()?.slack
        },
      }),
    ),
    email: only(
      'email',
      createLazyEmail({
        ...common,
        chartOf,
        onMissingChart,
        get integration() {
          return integrations()?.email
        },
      }),
    ),
  }
}

/** What speaks SMTP is loaded where mails are configured. */
function createLazyEmail(options: EmailChannelOptions) {
  const channel = loaded(options.integration !== undefined, () =>
    import('../email/channel.ts').then((email) => email.createEmailChannel(options)),
  )
  return {
    ...channelTraits.email,
    async send(contact: Extract<Contact, { channel: 'email' }>, ...rest: Rest) {
      return (await channel()).send(contact, ...rest)
    },
  }
}

/** The way to the watchdog outside. */
export function createOutsideHeartbeat(resolve: (reference: string) => Promise<string>) {
  return createHeartbeat({ post: createPost().post, timeoutMs: exchangeTimeoutMs, resolveSecret: resolve })
}

/** Lets through only contacts of the channel's own name, as whoever chooses the channel by name has seen to. */
function only<Name extends Contact['channel']>(
  name: Name,
  channel: ChannelTraits & {
    send(contact: Extract<Contact, { channel: Name }>, ...rest: Rest): ReturnType<Channel['send']>
  },
): Channel {
  return {
    ...channelTraits[name],
    send: (contact, ...rest) => {
      if (!isOf(contact, name)) throw new Error(`a contact of ${contact.channel} was given to ${name}`)
      return channel.send(contact, ...rest)
    },
  }
}

type Rest = Parameters<Channel['send']> extends [unknown, ...infer Others] ? Others : never

function isOf<Name extends Contact['channel']>(
  contact: Contact,
  name: Name,
): contact is Extract<Contact, { channel: Name }> {
  return contact.channel === name
}
