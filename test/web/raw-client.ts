import { connect, type Socket } from 'node:net'

/** A connection whose bytes a test writes itself. */
export interface RawClient {
  readonly socket: Socket
  /** All that was answered, once the server has hung up. */
  readonly ended: Promise<string>
  /** What was answered so far. */
  answered(): string
}

export function rawClient(port: number): RawClient {
  const socket = connect({ port, host: '127.0.0.1' })
  let answered = ''
  socket.on('data', (bytes) => void (answered += bytes.toString('latin1')))
  // A server that hangs up while we write: what it had answered counts.
  socket.on('error', () => undefined)
  const ended = new Promise<string>((resolve) => socket.once('close', () => resolve(answered)))
  return { socket, ended, answered: () => answered }
}

export function statusesIn(answered: string): number[] {
  return [...answered.matchAll(/HTTP\/1\.1 (\d{3})/g)].map(([, status]) => Number(status))
}

/** A POST to an address that takes alerts. */
export function headOf(url: string, ...headers: readonly string[]): string {
  return [`POST ${url} HTTP/1.1`, 'Host: x', 'Authorization: Bearer sender-secret', ...headers, '', ''].join(
    '\r\n',
  )
}
