import type { Logger } from 'pino'
import type { AuditEntry } from '../domain/access/audit-entry.ts'
import type { Holder } from '../domain/access/access.ts'
import type { Configuration } from '../domain/configuration/configuration.ts'
import type { Contact, User } from '../domain/configuration/people.ts'
import type { HttpPost } from '../domain/page/delivery.ts'
import { type LinkPlace, ownChats, placeFirst } from '../domain/page/page-link.ts'
import type { TryOutcome } from '../domain/page/page.ts'
import { own } from '../domain/values/own.ts'
import { createSlackChannel } from '../slack/channel.ts'
import { createTelegramChannel } from '../telegram/channel.ts'
import { exchangeTimeoutMs } from './outside.ts'

export const loginLinkMs = 10 * 60_000
/** For all contacts of a person together. */
const sendWithinMs = 60_000
/** Sent at once; whoever asks meanwhile asks again. */
const mostUnderWay = 20

export interface LoginLinkParts {
  /** As configured now: asked at each use. */
  readonly running: () => Pick<Configuration, 'users' | 'integrations'>
  readonly credentials: { issue(kind: 'login', holder: Holder, validForMs: number): Promise<string> }
  readonly publicUrl: string
  readonly post: HttpPost
  readonly resolveSecret: (reference: string) => Promise<string>
  readonly auditLog: { append(entry: AuditEntry): Promise<void> }
  readonly log: Pick<Logger, 'warn' | 'error'>
  readonly now: () => Date
  readonly newId: () => string
}

/** Links that log a person in once, and the way of one to its person: over contacts of theirs that nobody else reads. */
export function createLoginLinks(parts: LoginLinkParts) {
  const { running, log } = parts
  const sendText = createSending(parts)
  const underWay = new Set<Promise<void>>()

  async function linkFor(person: string, next?: string): Promise<string> {
    const code = await parts.credentials.issue('login', { kind: 'person', name: person }, loginLinkMs)
    return `${parts.publicUrl}/login/${code}${next === undefined ? '' : `?next=${encodeURIComponent(next)}`}`
  }

  async function sendTo(user: User, contacts: readonly Contact[], next: string | undefined): Promise<void> {
    const text = messageText(user.name, await linkFor(user.name, next))
    const signal = AbortSignal.timeout(sendWithinMs)
    for (const contact of contacts) {
      const outcome = await sendText(contact, text, signal)
      if (outcome.kind === 'sent' || outcome.kind === 'unknown')
        return note(parts, user.name, contact.channel)
      log.warn(
        { person: user.name, channel: contact.channel, reason: outcome.error },
        'a log-in link was not sent',
      )
    }
  }

  return {
    linkFor,

    /** Whether there is anybody at all to whom links could be sent. */
    canSend(): boolean {
      const { users } = running()
      return Object.values(users).some((user) => ownChats(user, users).length > 0)
    },

    /** Begins it. Nobody hears what comes of it but the person, and the log. @param place to try first */
    send(name: string, next: string | undefined, place?: LinkPlace): void {
      const { users } = running()
      const user = own(users, name)
      const contacts = user === undefined ? [] : placeFirst(ownChats(user, users), place)
      if (user === undefined || contacts.length === 0 || underWay.size >= mostUnderWay) return
      const sending = sendTo(user, contacts, next)
        .catch((error: unknown) => log.error({ err: error, person: name }, 'a log-in link was not sent'))
        .finally(() => underWay.delete(sending))
      underWay.add(sending)
    },

    /** When nothing is under way any more. */
    async idle(): Promise<void> {
      while (underWay.size > 0) await Promise.all(underWay)
    },
  }
}

function messageText(person: string, link: string): string {
  return `Log in to Firewatch as ${person}: ${link}\nThe link works once, within 10 minutes. If you did not ask for it, do nothing: it ends by itself.`
}

/** Somebody asked for it who is not known to be the person: the log keeps that it was sent. */
async function note(
  { auditLog, now, newId }: LoginLinkParts,
  person: string,
  channel: string,
): Promise<void> {
  await auditLog.append({
    at: now().toISOString(),
    actor: null,
    credential: null,
    action: 'log-in link sent',
    target: `${person} by ${channel}`,
    outcome: 'done',
    reason: null,
    requestId: newId(),
  })
}

type SendText = (contact: Contact, text: string, signal: AbortSignal) => Promise<TryOutcome>

/**
 * A short text to a person, by those channels that reach a chat or a mailbox: as configured when it is sent, which is seldom. What speaks SMTP is
 * loaded for the first mail.
 */
function createSending({ running, post, resolveSecret, now }: LoginLinkParts): SendText {
  const common = { post, resolveSecret, now, timeoutMs: exchangeTimeoutMs }
  const noChart = { chartOf: async () => undefined, onMissingChart: () => undefined }
  return async (contact, text, signal) => {
    const { slack, email } = running().integrations ?? {}
    switch (contact.channel) {
      case 'slack':
        return createSlackChannel({ ...common, integration: slack }).tell(contact, text, signal)
      case 'telegram':
        return createTelegramChannel({ ...common, ...noChart, buttons: false }).tell(contact, text, signal)
      case 'email': {
        const { createEmailChannel } = await import('../email/channel.ts')
        const mail = createEmailChannel({ ...common, ...noChart, integration: email })
        return mail.tell(contact, { subject: 'Log in to Firewatch', text }, signal)
      }
      default:
        return { kind: 'final', error: `${contact.channel} reaches no chat and no mailbox` }
    }
  }
}
