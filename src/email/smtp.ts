import { Readable } from 'node:stream'
import SMTPConnection from 'nodemailer/lib/smtp-connection'
import { errorText } from '../domain/page/delivery.ts'
import type { TryOutcome } from '../domain/page/page.ts'

/** Where mail is handed over. */
export interface SmtpServer {
  readonly host: string
  readonly port: number
  /** TLS from the first byte; otherwise STARTTLS, which a password demands. */
  readonly secure: boolean
  readonly login?: { readonly user: string; readonly pass: string }
}

export interface SmtpMail {
  readonly from: string
  readonly to: string
  /** Whole, as it is to be sent. */
  readonly raw: Uint8Array
}

export type SmtpOutcome = Exclude<TryOutcome, { kind: 'sent' }> | { readonly kind: 'sent' }

const loopback = ['127.0.0.1', '::1', 'localhost']

/** `smtp://host`, `smtps://user:password@host:465`; `undefined` for anything else. */
export function smtpServerOf(text: string): SmtpServer | undefined {
  const url = URL.parse(text)
  if (url === null || !['smtp:', 'smtps:'].includes(url.protocol) || url.hostname === '') return undefined
  const secure = url.protocol === 'smtps:'
  const port = url.port === '' ? (secure ? 465 : 587) : Number(url.port)
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1')
  const login = { user: decodeURIComponent(url.username), pass: decodeURIComponent(url.password) }
  return { host, port, secure, ...(url.username === '' ? {} : { login }) }
}

/**
 * Hands one mail over in one connection. It is delivered only when the server answered the end of DATA with 250; after that end was written
 * and before an answer came, nobody knows: https://www.rfc-editor.org/rfc/rfc5321#section-4.2.5 and #section-6.1.
 * @param timeoutMs for everything
 */
export function handOver(
  server: SmtpServer,
  mail: SmtpMail,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<SmtpOutcome> {
  const deadline = AbortSignal.timeout(timeoutMs)
  const stop = AbortSignal.any([signal, deadline])
  const connection = new SMTPConnection(optionsOf(server, timeoutMs))
  let ended = false
  return new Promise((resolve) => {
    const end = (outcome: SmtpOutcome) => {
      // First of all: closing tells of its end, which is then no news.
      resolve(outcome)
      stop.removeEventListener('abort', giveUp)
      if (outcome.kind === 'sent') connection.quit()
      else connection.close()
    }
    const fail = (error: unknown) => end(classify(error, ended, server))
    const giveUp = () =>
      fail(new Error(signal.aborted ? 'stopped before an answer came' : `no answer within ${timeoutMs} ms`))
    const send = () => {
      const pieces = handedOver(mail.raw, () => void (ended = true))
      // Nothing is read ahead: what was read was about to be written.
      const body = Readable.from(pieces, { objectMode: false, highWaterMark: 1 })
      connection.send({ from: mail.from, to: [mail.to] }, body, (error) =>
        error ? fail(error) : end({ kind: 'sent' }),
      )
    }
    connection.on('error', fail)
    connection.once('end', () => fail(new Error('connection lost')))
    if (stop.aborted) return giveUp()
    stop.addEventListener('abort', giveUp, { once: true })
    connection.connect((error) => {
      if (error) return fail(error)
      const { login } = server
      return login === undefined
        ? send()
        : connection.login(login, (refused) => (refused ? fail(refused) : send()))
    })
  })
}

function optionsOf({ host, port, secure, login }: SmtpServer, timeoutMs: number) {
  return {
    host,
    port,
    secure,
    // A password never goes over an open line, except to this very machine.
    requireTLS: !secure && login !== undefined && !loopback.includes(host),
    connectionTimeout: timeoutMs,
    greetingTimeout: timeoutMs,
    dnsTimeout: timeoutMs,
    socketTimeout: timeoutMs,
    socketCloseTimeout: 0,
    logger: false as const,
  }
}

const pieceBytes = 16 * 1024

/** The mail, and a word when all of it was taken: the end of DATA is about to be written. */
async function* handedOver(raw: Uint8Array, ended: () => void): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < raw.length; at += pieceBytes) yield raw.subarray(at, at + pieceBytes)
  ended()
}

const reasons: Readonly<Record<string, string>> = {
  ECONNECTION: 'connection lost',
  ECONNREFUSED: 'connection refused',
  ESOCKET: 'connection lost',
  ETIMEDOUT: 'no answer in time',
  EDNS: 'host name could not be looked up',
  ETLS: 'TLS could not be agreed on',
}

/** 4xx passes, 5xx does not; a broken line before the end of DATA delivers nothing. https://www.rfc-editor.org/rfc/rfc5321#section-4.2.1 */
function classify(error: unknown, ended: boolean, { login }: SmtpServer): SmtpOutcome {
  const { responseCode, response, code, command, message } = detailsOf(error)
  const secrets = login === undefined ? [] : [login.pass, Buffer.from(login.pass).toString('base64')]
  if (responseCode !== undefined && responseCode >= 400) {
    const at = command === '' || command === 'CONN' ? '' : ` to ${command}`
    const said = errorText(`answered ${responseCode}${at}: ${response.replace(/^\d{3}[ -]?/, '')}`, secrets)
    return { kind: responseCode >= 500 ? 'final' : 'retry', error: said }
  }
  const reason =
    code === '' ? errorText(message, secrets) : `${reasons[code] ?? 'the exchange failed'} (${code})`
  return { kind: ended ? 'unknown' : 'retry', error: reason }
}

interface Details {
  readonly responseCode: number | undefined
  readonly response: string
  readonly code: string
  readonly command: string
  readonly message: string
}

/** Of a failure without an answer only the code is told: messages name addresses, and an address may be a secret. */
function detailsOf(error: unknown): Details {
  const fields = (typeof error === 'object' && error !== null ? error : {}) as Readonly<
    Record<string, unknown>
  >
  const textIn = (value: unknown) => (typeof value === 'string' ? value : '')
  return {
    responseCode: typeof fields['responseCode'] === 'number' ? fields['responseCode'] : undefined,
    response: textIn(fields['response']),
    code: textIn(fields['code']),
    command: textIn(fields['command']),
    message: error instanceof Error ? error.message : 'the exchange failed',
  }
}
