import { createHash, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { authenticationFailed } from './errors.ts'

/** The one user, in the URL of the embedded ClickHouse. */
const clickhouseUser = 'firewatch'

/**
 * Refuses a request without user and password, in `Authorization: Basic` or in ClickHouse's own headers. In the URL they would stand in
 * logs and shell histories, so they are not taken from there.
 * @throws {QueryError}
 */
export function authorize(request: IncomingMessage, password: string): void {
  const { user, key } = credentialsOf(request)
  const right = sameText(user, clickhouseUser)
  if (sameText(key, password) && right) return
  throw authenticationFailed(
    `Authentication failed: user and password are in "clickhouseUrl" of run.json in the data directory; send them as Authorization: Basic or as X-ClickHouse-User and X-ClickHouse-Key`,
  )
}

function credentialsOf({ headers }: IncomingMessage): { user: string; key: string } {
  const basic = /^Basic ([\w+/=-]+)$/i.exec(headers.authorization ?? '')?.[1]
  if (basic === undefined)
    return {
      user: String(headers['x-clickhouse-user'] ?? ''),
      key: String(headers['x-clickhouse-key'] ?? ''),
    }
  const text = Buffer.from(basic, 'base64').toString()
  const colon = text.indexOf(':')
  return { user: text.slice(0, Math.max(colon, 0)), key: text.slice(colon + 1) }
}

/** In a time that tells nothing about where they differ. */
function sameText(given: string, wanted: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(given), digest(wanted))
}
