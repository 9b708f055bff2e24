import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { AuditEntry } from '../domain/access/audit-entry.ts'
import { type Credentials, shownBy } from './access.ts'
import { changesState } from './errors.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** What a change is about and why, where the path does not say it. */
    audited: { readonly target: string; readonly reason?: string } | null
  }
}

export interface AuditLog {
  /** Resolves when the entry is stored, or logged because it could not be. */
  append(entry: AuditEntry): Promise<void>
  /** Newest first. */
  read(query: AuditQuery): Promise<readonly (AuditEntry & { readonly id: number })[]>
}

export interface AuditQuery {
  readonly actor?: string
  readonly outcome?: AuditEntry['outcome']
  /** Only older entries. */
  readonly before?: number
  readonly limit: number
}

interface AuditParts {
  readonly credentials: Credentials
  readonly auditLog: Pick<AuditLog, 'append'>
  readonly now: () => Date
}

/** So long an answer waits for its entry; the entry is stored, or logged, all the same. */
const longestWaitMs = 1_000

/**
 * Every change that somebody asked for and every refusal, as an entry of the audit log: a change before it is answered. Alerts and beats that come
 * in are records by themselves.
 */
export function auditRequests(app: FastifyInstance, { credentials, auditLog, now }: AuditParts): void {
  app.decorateRequest('audited', null)
  app.addHook('onSend', async (request, reply) => {
    if (!isWorthAnEntry(request, reply)) return
    const stored = auditLog.append(entryOf(request, reply, credentials, now()))
    if (request.refusal === null) await settledWithin(stored, longestWaitMs)
  })
}

function isWorthAnEntry(request: FastifyRequest, reply: FastifyReply): boolean {
  const { access, keyInBody } = request.routeOptions.config
  const { refusal, principal, refusedKey } = request
  const isDenied =
    refusedKey !== null || (refusal !== null && [303, 302, 401, 403].includes(reply.statusCode))
  if (access === undefined) return false
  if (isDenied) return true
  // Looking at something is an entry where a route says what about it: a link was used.
  if (!changesState(request)) return request.audited !== null && principal !== null
  if (access === 'send-alerts' || keyInBody || principal?.kind === 'heartbeat') return false
  // What a channel's handler carries out is told by whom it carries it out for.
  return principal !== null || (access === 'capability' && refusal !== null)
}

function entryOf(
  request: FastifyRequest,
  { statusCode }: FastifyReply,
  credentials: Credentials,
  at: Date,
): AuditEntry {
  const { principal, refusal, routeOptions, params, audited } = request
  const secret = request.refusedKey === null ? shownBy(request)?.secret : request.refusedKey.secret
  const isSecret = routeOptions.config.access === 'capability'
  const named = isSecret ? [] : Object.values((params ?? {}) as Record<string, string>)
  return {
    at: at.toISOString(),
    actor: principal?.person ?? null,
    credential: principal?.credential ?? (secret === undefined ? null : credentials.idOf(secret)),
    action: `${request.method} ${routeOptions.url ?? ''}`,
    target: audited?.target ?? (named.length === 0 ? null : named.join('/')),
    outcome: refusal === null ? 'done' : statusCode >= 500 ? 'failed' : 'refused',
    reason: refusal ?? audited?.reason ?? null,
    requestId: request.id,
  }
}

async function settledWithin(promise: Promise<void>, ms: number): Promise<void> {
  const late = Promise.withResolvers<void>()
  const timer = setTimeout(late.resolve, ms)
  await Promise.race([promise, late.promise])
  clearTimeout(timer)
}
