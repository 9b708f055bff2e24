import { createTransport } from 'nodemailer'
import { channelTraits } from '../domain/page/channel-traits.ts'
import type { Contact } from '../domain/configuration/people.ts'
import type { EmailIntegration } from '../domain/configuration/integrations.ts'
import { errorText } from '../domain/page/delivery.ts'
import type { PageMessage, SendOutcome, TryOutcome } from '../domain/page/page.ts'
import { chartFor, type ChartOptions, defaultChartWaitMs } from '../domain/page/chart.ts'
import { type Mailbox, mailboxOf } from './contact-schema.ts'
import { mailLimits } from './limits.ts'
import { type Mail, mailOf, newMessageId } from './mail.ts'
import { handOver, type SmtpServer, smtpServerOf } from './smtp.ts'

export type EmailContact = Extract<Contact, { channel: 'email' }>

export interface EmailChannelOptions extends ChartOptions {
  /** For handing one mail over, from the first packet to the last answer. */
  readonly timeoutMs: number
  /** Throws with a message that names the reference, never its value. */
  readonly resolveSecret: (reference: string) => Promise<string>
  readonly now: () => Date
  /** As configured now; without it every page is refused. */
  readonly integration: EmailIntegration | undefined
}

/**
 * Pages by mail. SMTP has no idempotency key, so a mail whose end was never answered is sent once more and marked; both have the same
 * Message-ID, and many readers show them as one.
 */
export function createEmailChannel(options: EmailChannelOptions) {
  return {
    ...channelTraits.email,

    async send({ address }: EmailContact, message: PageMessage, signal: AbortSignal): Promise<SendOutcome> {
      const target = await targetOf(options)
      if (target.kind === 'final') return target
      const { server, from, replyTo } = target
      const late = AbortSignal.any([signal, AbortSignal.timeout(options.chartWaitMs ?? defaultChartWaitMs)])
      const png = await chartFor(options, message, late, chartLimit)?.png
      const mail = mailOf(message, domainOf(from), png)
      const raw = await composed(mail, { from, to: address, replyTo }, options.now())
      const outcome = await handOver(
        server,
        { from: from.address, to: address, raw },
        options.timeoutMs,
        signal,
      )
      return outcome.kind === 'sent' ? { kind: 'sent', providerId: mail.messageId } : outcome
    },

    /** A mail that is no page, once. */
    async tell(
      { address }: EmailContact,
      mail: { readonly subject: string; readonly text: string },
      signal: AbortSignal,
    ): Promise<TryOutcome> {
      const target = await targetOf(options)
      if (target.kind === 'final') return target
      const { server, from, replyTo } = target
      const raw = await composed(
        { ...mail, messageId: newMessageId(domainOf(from)) },
        { from, to: address, replyTo },
        options.now(),
      )
      return handOver(server, { from: from.address, to: address, raw }, options.timeoutMs, signal)
    },
  }
}

const chartLimit = { taker: 'a mail', bytes: mailLimits.chartBytes }

interface Sender {
  readonly from: Mailbox
  readonly replyTo: Mailbox | undefined
}

type Target =
  | ({ readonly kind: 'target'; readonly server: SmtpServer } & Sender)
  | Extract<SendOutcome, { kind: 'final' }>

async function targetOf({ integration, resolveSecret }: EmailChannelOptions): Promise<Target> {
  if (integration === undefined)
    return { kind: 'final', error: 'integrations.email is not configured any more' }
  try {
    const server = smtpServerOf((await resolveSecret(integration.url)).trim())
    if (server === undefined)
      return {
        kind: 'final',
        error: 'integrations.email.url leads to no address such as smtps://user:password@host',
      }
    const from = mailboxOf(integration.from)
    if (from === undefined) return { kind: 'final', error: 'integrations.email.from is not a sender' }
    const replyTo = integration.replyTo === undefined ? undefined : mailboxOf(integration.replyTo)
    return { kind: 'target', server, from, replyTo }
  } catch (error) {
    // What is not an address is never repeated: a password may stand in it.
    const reason = error instanceof Error && !(error instanceof URIError) ? error.message : 'cannot be read'
    return { kind: 'final', error: errorText(`integrations.email.url: ${reason}`) }
  }
}

function domainOf({ address }: Mailbox): string {
  return address.slice(address.lastIndexOf('@') + 1)
}

/** The whole mail. The library folds and encodes every field; it may read no file and fetch no address on the way. */
async function composed(
  mail: Pick<Mail, 'subject' | 'messageId' | 'text'> & Partial<Mail>,
  { from, to, replyTo }: Sender & { to: string },
  date: Date,
): Promise<Uint8Array> {
  const composer = createTransport({ streamTransport: true, buffer: true, newline: 'windows' })
  const { message } = await composer.sendMail({
    from,
    to: { name: '', address: to },
    ...(replyTo === undefined ? {} : { replyTo }),
    date,
    subject: mail.subject,
    messageId: mail.messageId,
    ...(mail.inReplyTo === undefined ? {} : { inReplyTo: mail.inReplyTo }),
    references: [...(mail.references ?? [])],
    // So that no out-of-office note answers: https://www.rfc-editor.org/rfc/rfc3834#section-5
    headers: { 'Auto-Submitted': 'auto-generated' },
    text: mail.text,
    ...(mail.html === undefined ? {} : { html: mail.html }),
    attachments: (mail.pictures ?? []).map(({ cid, png }) => ({
      cid,
      filename: 'chart.png',
      contentType: 'image/png',
      contentDisposition: 'inline' as const,
      content: Buffer.from(png),
    })),
    disableFileAccess: true,
    disableUrlAccess: true,
  })
  if (!(message instanceof Uint8Array)) throw new Error('the mail was not composed in memory')
  return message
}
