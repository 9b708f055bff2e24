import type { Integrations } from '../domain/configuration/integrations.ts'
import type { Sender, SnsSender } from '../domain/configuration/sender.ts'
import { errorMessage } from '../domain/values/error-message.ts'
import { own } from '../domain/values/own.ts'
import type { SenderContext, IntakeReading } from './reading.ts'
import { parsedBody } from './foreign-body.ts'
import { isFromGithub, readGithub } from './github.ts'
import { isFromGitlab, readGitlab } from './gitlab.ts'
import { isFromGrafana } from './grafana.ts'
import { parseNotification } from './alertmanager.ts'
import type { RawRequest } from './proof.ts'
import type { IntakeReceipt } from './reception.ts'
import { isFromSentry, readSentry } from './sentry.ts'
import { SnsAway } from './sns-certificates.ts'
import { withService } from './sender-service.ts'
import type { SnsReader } from './sns-receiver.ts'

export type SignedKind = 'grafana' | 'sns' | 'sentry' | 'github' | 'gitlab'

export interface SignedReceiverDependencies {
  /** As configured now. */
  readonly senders: () => Integrations['senders']
  readonly resolveSecret: (reference: string) => Promise<string>
  /** Reads and hands in; returns only after it is committed. */
  readonly receive: (kind: SignedKind, read: () => IntakeReading) => Promise<IntakeReceipt>
  readonly readSns: SnsReader
  readonly contextOf: (sender: string) => SenderContext
  readonly log: (message: string, error: unknown) => void
}

/** What became of a request. `unknown-sender` too when there is one of another kind; else nothing was done, and `not-now` may be tried again. */
export type SignedReceipt =
  | ({ readonly kind: 'taken' } & IntakeReceipt)
  | { readonly kind: 'unknown-sender' | 'unproven' }
  | { readonly kind: 'not-now'; readonly why: string }

type Unread = Exclude<SignedReceipt, { readonly kind: 'taken' }>

type KnownSender = Extract<Sender, { readonly kind: SignedKind }>

interface Received {
  readonly request: RawRequest
  readonly context: SenderContext
}

/** Takes what senders bring who prove themselves by a signature. Nothing of a body is read before that is checked. */
export function createSignedReceiver(dependencies: SignedReceiverDependencies) {
  const { senders, resolveSecret, receive, contextOf, log } = dependencies

  /** `undefined` when its file or variable cannot be read: then nobody can prove anything. */
  async function secretOf({ name, secret }: SecretSender): Promise<string | undefined> {
    try {
      const resolved = (await resolveSecret(secret)).trim()
      return resolved === '' ? undefined : resolved
    } catch (error) {
      log(`the secret of the sender ${name} cannot be read: nothing that it sends can be taken`, error)
      return undefined
    }
  }

  async function proven(sender: KnownSender, received: Received): Promise<(() => IntakeReading) | Unread> {
    if (sender.kind === 'sns') return provenBySns(sender, received, dependencies)
    const secret = await secretOf(sender)
    if (secret === undefined) return { kind: 'not-now', why: 'its secret cannot be read here' }
    return isFrom(sender, secret, received) ? () => readingOf(sender.kind, received) : { kind: 'unproven' }
  }

  /** @throws an error with status code 400 when the body is not understood */
  return async (kind: SignedKind, name: string, request: RawRequest): Promise<SignedReceipt> => {
    const sender = own(senders() ?? {}, name)
    if (sender === undefined || !isOfKind(sender, kind)) return { kind: 'unknown-sender' }
    const context = contextOf(name)
    const read = await proven(sender, { request, context })
    if (typeof read !== 'function') return read
    return { kind: 'taken', ...(await receive(kind, () => withService(read(), context))) }
  }
}

type SecretSender = Exclude<KnownSender, SnsSender>

function isOfKind(sender: Sender, kind: SignedKind): sender is KnownSender {
  return sender.kind === kind
}

async function provenBySns(
  sender: SnsSender,
  { request, context }: Received,
  { readSns, log }: Pick<SignedReceiverDependencies, 'readSns' | 'log'>,
): Promise<(() => IntakeReading) | Unread> {
  try {
    const reading = await readSns(request.body, sender, context)
    return reading === undefined ? { kind: 'unproven' } : () => reading
  } catch (error) {
    if (!(error instanceof SnsAway)) throw error
    log(`${sender.name}: SNS is away`, error)
    return { kind: 'not-now', why: errorMessage(error) }
  }
}

function isFrom(sender: SecretSender, secret: string, { request, context }: Received): boolean {
  switch (sender.kind) {
    case 'grafana':
      return isFromGrafana(request, secret, sender.timestampHeader, context.now)
    case 'sentry':
      return isFromSentry(request, secret)
    case 'github':
      return isFromGithub(request, secret)
    case 'gitlab':
      return isFromGitlab(request, secret)
  }
}

function readingOf(kind: SecretSender['kind'], { request, context }: Received): IntakeReading {
  const { header } = request
  const body = parsedBody(request.body)
  switch (kind) {
    case 'grafana':
      return parseNotification(body, context)
    case 'sentry':
      return readSentry(body, header('sentry-hook-resource'), context)
    case 'github':
      return readGithub(body, header('x-github-event'), context)
    case 'gitlab':
      return readGitlab(body, header('x-gitlab-event'), context)
  }
}
