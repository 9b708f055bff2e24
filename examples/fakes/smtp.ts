import type { AddressInfo, Socket } from 'node:net'
import type { Readable } from 'node:stream'
import { SMTPServer, type SMTPServerSession } from 'smtp-server'
import { type ParsedMail, parseMail } from './mail-parts.ts'

/** How the fake fails for one mail. */
export type SmtpFailure =
  /** A reply instead of the usual one. After `data` the mail is not taken. */
  | { readonly kind: 'answer'; readonly at: 'rcpt' | 'data'; readonly code: number; readonly text?: string }
  /** The connection breaks: before DATA, while the mail is on its way, or after all of it was taken. */
  | { readonly kind: 'drop'; readonly at: 'rcpt' | 'in-data' | 'after-data' }
  /** Says nothing: the mail was taken. */
  | { readonly kind: 'hang'; readonly at: 'after-data' }

export interface DeliveredMail extends ParsedMail {
  readonly from: string
  readonly to: readonly string[]
  readonly raw: string
}

export interface FakeSmtp {
  readonly url: string
  /** Mails that stand in somebody's box, in their order. */
  readonly mails: readonly DeliveredMail[]
  /** Mails that were begun, whatever became of them. */
  readonly attempts: () => number
  next(failure: SmtpFailure, times?: number): void
  stop(): Promise<void>
}

export interface FakeSmtpOptions {
  /** Boxes that exist. */
  readonly boxes?: readonly string[]
  /** Demanded when given. */
  readonly login?: { readonly user: string; readonly pass: string }
}

/** A mail server on 127.0.0.1. Like a real one it knows its boxes, and says 250 only when it has the mail. */
export async function startFakeSmtp(options: FakeSmtpOptions = {}): Promise<FakeSmtp> {
  const { boxes = ['ana@example.org'], login } = options
  const mails: DeliveredMail[] = []
  const failures: SmtpFailure[] = []
  const sockets = new Set<Socket>()
  let attempts = 0
  let failure: SmtpFailure | undefined
  const drop = () => {
    for (const socket of sockets) socket.resetAndDestroy()
  }

  const server = new SMTPServer({
    authOptional: login === undefined,
    disabledCommands: ['STARTTLS', ...(login === undefined ? ['AUTH'] : [])],
    allowInsecureAuth: true,
    logger: false,
    onAuth: ({ username, password }, _session, done) => {
      const isRight = username === login?.user && password === login?.pass
      return isRight ? done(null, { user: username }) : done(smtpError(535, 'Invalid login'))
    },
    onMailFrom: (_address, _session, done) => {
      attempts++
      failure = failures.shift()
      done()
    },
    onRcptTo: ({ address }, _session, done) => {
      if (failure?.kind === 'drop' && failure.at === 'rcpt') return drop()
      if (failure?.kind === 'answer' && failure.at === 'rcpt')
        return done(smtpError(failure.code, failure.text))
      return boxes.includes(address) ? done() : done(smtpError(550, 'No such box'))
    },
    onData: (stream, session, done) => {
      const now = failure
      failure = undefined
      receive(stream, now, drop, (raw) => void mails.push(delivered(raw, session)), done)
    },
  })
  const address = await listen(server, sockets)
  const auth =
    login === undefined ? '' : `${encodeURIComponent(login.user)}:${encodeURIComponent(login.pass)}@`
  return {
    url: `smtp://${auth}${address}`,
    mails,
    attempts: () => attempts,
    next: (one, times = 1) => void failures.push(...Array.from({ length: times }, () => one)),
    stop: () => {
      drop()
      return new Promise((resolve) => {
        server.close(() => resolve())
      })
    },
  }
}

function delivered(raw: string, { envelope: { mailFrom, rcptTo } }: SMTPServerSession): DeliveredMail {
  const from = mailFrom === false ? '' : (mailFrom?.address ?? '')
  return { ...parseMail(raw), from, to: rcptTo.map(({ address }) => address), raw }
}

/** Takes what comes after DATA, as far as the failure lets it. */
function receive(
  stream: Readable,
  failure: SmtpFailure | undefined,
  drop: () => void,
  keep: (raw: string) => void,
  done: (error?: Error) => void,
): void {
  const chunks: Buffer[] = []
  const breaksOff = failure?.kind === 'drop' && failure.at === 'in-data'
  stream.on('data', (chunk: Buffer) => {
    chunks.push(chunk)
    if (breaksOff) drop()
  })
  stream.on('end', () => {
    if (breaksOff) return
    if (failure?.kind === 'answer') return done(smtpError(failure.code, failure.text))
    keep(Buffer.concat(chunks).toString('utf8'))
    if (failure?.kind === 'drop') return drop()
    if (failure === undefined) done()
  })
}

async function listen(server: SMTPServer, sockets: Set<Socket>): Promise<string> {
  // A connection that breaks is what tests do.
  server.on('error', () => undefined)
  server.server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return `127.0.0.1:${(server.server.address() as AddressInfo).port}`
}

function smtpError(code: number, text = 'as told'): Error {
  return Object.assign(new Error(text), { responseCode: code })
}
