import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import http2, { type ServerHttp2Stream } from 'node:http2'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'

export const certificates = fileURLToPath(new URL('../temporal/certificates/', import.meta.url))

interface Guard {
  /** Only clients whose certificate the test authority signed. */
  readonly mutual?: boolean
  /** Only requests that carry this key. */
  readonly apiKey?: string
  /** Nobody may ask the operator's service, or nobody may change anything by it. */
  readonly operator?: 'refused' | 'read-only'
}

const status = { permissionDenied: 7, unauthenticated: 16 } as const

/** What Temporal Cloud and guarded clusters are, in front of a real Temporal: TLS, certificates, keys, and less to ask for. */
export async function temporalBehindTls(temporal: string, guard: Guard) {
  const read = (name: string) => readFile(`${certificates}${name}`)
  const behind = http2.connect(`http://${temporal}`)
  const server = http2.createSecureServer({
    key: await read('server.key'),
    cert: await read('server.pem'),
    ca: await read('ca.pem'),
    requestCert: guard.mutual === true,
    rejectUnauthorized: guard.mutual === true,
  })
  const sessions = new Set<http2.ServerHttp2Session>()
  server.on('session', (session) => {
    sessions.add(session.on('error', () => undefined))
    session.on('close', () => sessions.delete(session))
  })
  server.on('stream', (stream, headers) => {
    stream.on('error', () => undefined)
    const refused = refusalOf(headers, guard)
    if (refused === undefined) relay(stream, headers, behind)
    else refuse(stream, refused)
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      for (const session of sessions) session.destroy()
      behind.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

function refusalOf(headers: http2.IncomingHttpHeaders, { apiKey, operator }: Guard): number | undefined {
  if (apiKey !== undefined && headers.authorization !== `Bearer ${apiKey}`) return status.unauthenticated
  const path = headers[':path'] ?? ''
  if (operator === undefined || !path.includes('OperatorService')) return undefined
  return operator === 'refused' || path.endsWith('AddSearchAttributes') ? status.permissionDenied : undefined
}

function refuse(stream: ServerHttp2Stream, code: number): void {
  stream.respond(
    { ':status': 200, 'content-type': 'application/grpc', 'grpc-status': code, 'grpc-message': 'refused' },
    { endStream: true },
  )
}

function relay(
  stream: ServerHttp2Stream,
  headers: http2.IncomingHttpHeaders,
  behind: http2.ClientHttp2Session,
): void {
  const { ':authority': _, ':scheme': __, ...others } = headers
  const onward = behind.request(others)
  onward.on('error', () => stream.destroy())
  stream.on('close', () => onward.destroy())
  let trailers: http2.IncomingHttpHeaders = {}
  onward.on('response', (answer) => {
    const whole = answer['grpc-status'] !== undefined
    stream.respond(answer, { waitForTrailers: !whole, endStream: whole })
  })
  onward.on('trailers', (sent) => (trailers = sent))
  stream.on('wantTrailers', () => stream.sendTrailers(trailers))
  stream.pipe(onward)
  onward.pipe(stream)
}
