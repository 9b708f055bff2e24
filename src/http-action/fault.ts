import { errorCode } from '../domain/values/error-message.ts'
/** Codes of Node and undici that come before a connection stands, so before anything can have been written. */
const beforeConnection: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connection refused',
  ENOTFOUND: 'host name not found',
  EAI_AGAIN: 'host name could not be looked up',
  UND_ERR_CONNECT_TIMEOUT: 'connecting took too long',
  CERT_HAS_EXPIRED: 'certificate refused',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'certificate refused',
  SELF_SIGNED_CERT_IN_CHAIN: 'certificate refused',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'certificate refused',
  ERR_TLS_CERT_ALTNAME_INVALID: 'certificate refused',
  UND_ERR_INVALID_ARG: 'the request cannot be formed: a token must be one line of visible characters',
}

const words: Readonly<Record<string, string>> = {
  ...beforeConnection,
  EHOSTUNREACH: 'host unreachable',
  ENETUNREACH: 'network unreachable',
  ETIMEDOUT: 'the connection timed out',
  ECONNRESET: 'connection lost',
  EPIPE: 'connection lost',
  UND_ERR_SOCKET: 'connection lost',
}

/** Whether a request certainly did not reach its target. */
export function neverConnected(error: unknown): boolean {
  const code = errorCode(error)
  return (code !== undefined && code in beforeConnection) || memberOf(error, 'syscall') === 'connect'
}

/** From the error's code only: messages name addresses, and an address may be a secret. */
export function exchangeFault(error: unknown): string {
  const code = errorCode(error)
  if (code === undefined) return 'the exchange failed'
  const reason = words[code]
  return reason === undefined ? `the exchange failed (${code})` : `${reason} (${code})`
}

function memberOf(error: unknown, name: string): unknown {
  return error instanceof Error ? (error as Error & Readonly<Record<string, unknown>>)[name] : undefined
}
