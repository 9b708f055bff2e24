import { createHash, randomUUID } from 'node:crypto'
import { cutText, oneLine } from '../domain/page/delivery.ts'
import { subjectWords } from '../domain/page/message.ts'
import type { PageMessage } from '../domain/page/page.ts'
import { htmlOf } from './html.ts'
import { mailLimits } from './limits.ts'
import { mailText } from './text.ts'

/** A header of more would be cut by some server on the way. */
const mostReferences = 10
const chartId = 'chart@firewatch'

/** A mail in the terms of its fields; whoever composes it folds and encodes them. */
export interface Mail {
  readonly subject: string
  readonly messageId: string
  readonly inReplyTo: string
  readonly references: readonly string[]
  readonly text: string
  readonly html: string
  /** Shown where the HTML names them; they travel with the mail, for readers fetch nothing from elsewhere. */
  readonly pictures: readonly { readonly cid: string; readonly png: Uint8Array }[]
}

/**
 * The mail of a page. Its Message-ID is the same in every try, so a server or a reader that sees two knows them for one; every mail of one
 * conversation refers to one that was never sent, which keeps them in one thread whichever of them arrives.
 * https://www.rfc-editor.org/rfc/rfc5322#section-3.6.4
 * @param domain of the sender
 * @param png the chart, when there is one
 */
export function mailOf(message: PageMessage, domain: string, png?: Uint8Array): Mail {
  const thread = idOf(`thread/${message.conversationKey}`, domain)
  const followed = followedIn(message)
  return {
    subject: subjectOf(message),
    messageId: idOf(`page/${message.idempotencyKey}`, domain),
    inReplyTo: followed[0] ?? thread,
    // The one that is answered comes last: https://www.rfc-editor.org/rfc/rfc5322#section-3.6.4
    references: [thread, ...followed.toReversed()],
    text: mailText(message),
    html: htmlOf(message, png === undefined ? undefined : chartId),
    pictures: png === undefined ? [] : [{ cid: chartId, png }],
  }
}

/** One line whatever the alert said, and the same for all of a conversation: some readers thread by it as well. */
function subjectOf(message: PageMessage): string {
  const reply = message.kind === 'page' || message.kind === 'on-call' ? '' : 'Re: '
  const written = oneLine(subjectWords(message)).replaceAll(/\p{Cf}/gu, '')
  return cutText(`${reply}${written}`, mailLimits.subjectLength)
}

/** Of a mail that belongs to no conversation. */
export function newMessageId(domain: string): string {
  return idOf(randomUUID(), domain)
}

/** Made of our own keys, which may hold any character, and so of their hash. */
function idOf(key: string, domain: string): string {
  return `<${createHash('sha256').update(key).digest('hex').slice(0, 32)}@${domain}>`
}

/** Only what is a Message-ID of ours may stand in a header. */
function followedIn({ kind, follows = [] }: PageMessage): string[] {
  const ids = follows.map(({ id }) => id).filter((id) => /^<[0-9a-f]{32}@[A-Za-z0-9.-]+>$/.test(id))
  return kind === 'page' || kind === 'on-call' ? [] : ids.slice(0, mostReferences)
}
