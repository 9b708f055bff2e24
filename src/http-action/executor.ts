import { Agent, type Dispatcher, request } from 'undici'
import type { SecretReference } from '../domain/configuration/secret-reference.ts'
import type { ActionAnswer, ActionCall } from '../domain/remediate/remediate.ts'
import { neverConnected, exchangeFault } from './fault.ts'

/** What is kept of an answer; what comes after it is not waited for. */
const longestBody = 64 * 1024
/** Least length of a secret that is blotted out of an answer: shorter ones would blot out ordinary text. */
const shortestBlotted = 4

export interface HttpActionOptions {
  /** @throws with a message that names the reference, never its value */
  readonly resolveSecret: (reference: SecretReference) => string | Promise<string>
  /** How connections are made, by default to any address. The place for an allow-list, by a `connect.lookup` that refuses. */
  readonly dispatcher?: Dispatcher
}

export interface HttpActions {
  act(call: ActionCall): Promise<ActionAnswer>
  probe(call: ActionCall): Promise<ActionAnswer>
  close(): Promise<void>
}

/**
 * Carries out actions over HTTP and answers for every fault instead of throwing.
 *
 * An act is one empty `POST` with `Idempotency-Key: <attempt id>`, `X-Firewatch-Fence: <rising number>` and, with a token,
 * `Authorization: Bearer`. The target should carry out each key once, and refuse a fence below the highest it has seen. 2xx: done; 3xx (no
 * redirect is followed) and 4xx: not done; 303, 408, 5xx, a time-out or a connection that broke once it stood: unknown; no connection: not done.
 *
 * A probe is a `GET` of `probeUrl` with the same headers, answered by `{"applied": true}` or `{"applied": false}`; all else is unknown.
 */
export function createHttpActions({
  resolveSecret,
  dispatcher = oneUseAgent(),
}: HttpActionOptions): HttpActions {
  const exchange = async (call: ActionCall, method: 'POST' | 'GET', reference: SecretReference) => {
    const resolved = await resolve(call, reference, resolveSecret)
    return 'failure' in resolved ? resolved : send(resolved, method, call, dispatcher)
  }
  return {
    act: async (call) => effectOf(await exchange(call, 'POST', call.action.url)),
    probe: async (call) =>
      call.action.probeUrl === undefined
        ? { effect: 'unknown', summary: 'the action has no probeUrl', body: '', truncated: false }
        : appliedOf(await exchange(call, 'GET', call.action.probeUrl)),
    close: () => dispatcher.close(),
  }
}

/** No connection is used twice: one that the target has just closed would make a sent request out of one that was not. */
function oneUseAgent(): Agent {
  return new Agent({ pipelining: 0, connect: { timeout: 5_000 } })
}

type Exchange =
  | { readonly status: number; readonly body: string; readonly truncated: boolean }
  /** Nobody answered. `sent` is false when it is certain that nothing reached the target. */
  | { readonly failure: string; readonly sent: boolean }

interface Resolved {
  readonly url: URL
  readonly token: string | undefined
  readonly secrets: readonly string[]
}

async function resolve(
  { action }: ActionCall,
  reference: SecretReference,
  resolveSecret: HttpActionOptions['resolveSecret'],
): Promise<Resolved | Extract<Exchange, { failure: string }>> {
  try {
    const address = await resolveSecret(reference)
    const token = action.token === undefined ? undefined : await resolveSecret(action.token)
    const url = URL.parse(address)
    if (url === null || !['http:', 'https:'].includes(url.protocol)) {
      return { failure: 'the address of this action is not an http or https URL', sent: false }
    }
    const secrets = [token, address === reference ? undefined : address].flatMap((secret) => secret ?? [])
    return { url, token, secrets }
  } catch (error) {
    return { failure: error instanceof Error ? error.message : 'a secret cannot be read', sent: false }
  }
}

async function send(
  { url, token, secrets }: Resolved,
  method: 'POST' | 'GET',
  { attempt, fence, timeoutMs }: ActionCall,
  dispatcher: Dispatcher,
): Promise<Exchange> {
  const deadline = AbortSignal.timeout(timeoutMs)
  const headers: Record<string, string> = {
    'user-agent': 'Firewatch',
    'idempotency-key': attempt,
    'x-firewatch-fence': String(fence),
    ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
  }
  try {
    const { statusCode, body } = await request(url, { method, headers, dispatcher, signal: deadline })
    const { text, truncated } = await readBeginning(body)
    return { status: statusCode, body: blotted(text, secrets), truncated }
  } catch (error) {
    if (deadline.aborted) return { failure: `no answer within ${timeoutMs} ms`, sent: true }
    return { failure: exchangeFault(error), sent: !neverConnected(error) }
  }
}

/** A body that breaks or stalls takes nothing back from the status line before it: what came of it is kept. */
async function readBeginning(
  body: Dispatcher.ResponseData['body'],
): Promise<{ text: string; truncated: boolean }> {
  const chunks: Buffer[] = []
  let length = 0
  let broken = false
  try {
    for await (const chunk of body as AsyncIterable<Buffer>) {
      chunks.push(chunk)
      length += chunk.length
      if (length > longestBody) break
    }
  } catch {
    broken = true
  }
  const text = Buffer.concat(chunks).subarray(0, longestBody).toString('utf8')
  return { text, truncated: broken || length > longestBody }
}

function blotted(text: string, secrets: readonly string[]): string {
  return secrets
    .filter((secret) => secret.length >= shortestBlotted)
    .reduce((cleaned, secret) => cleaned.replaceAll(secret, '[secret]'), text)
}

/**
 * Whether a status leaves open if the request was carried out: 303 answers a POST that was taken
 * (https://www.rfc-editor.org/rfc/rfc9110#section-15.4.4), and gateways say 408 and 5xx of requests that they have passed on.
 */
function leavesOpen(status: number): boolean {
  return status === 303 || status === 408 || status >= 500
}

function effectOf(exchange: Exchange): ActionAnswer {
  if ('failure' in exchange) {
    const { failure, sent } = exchange
    return { effect: sent ? 'unknown' : 'not-done', summary: failure, body: '', truncated: false }
  }
  const { status, body, truncated } = exchange
  const redirected = status >= 300 && status < 400
  const summary = `HTTP ${status}${redirected ? ', a redirect, which is not followed' : ''}`
  const effect = leavesOpen(status) ? 'unknown' : status >= 300 ? 'not-done' : 'done'
  return { effect, summary, body, truncated }
}

function appliedOf(exchange: Exchange): ActionAnswer {
  if ('failure' in exchange)
    return { effect: 'unknown', summary: exchange.failure, body: '', truncated: false }
  const { status, body, truncated } = exchange
  const applied = status >= 200 && status < 300 && !truncated ? appliedIn(body) : undefined
  if (applied === undefined) {
    return {
      effect: 'unknown',
      summary: `HTTP ${status} without {"applied": true or false}`,
      body,
      truncated,
    }
  }
  const summary = applied ? 'the target says it was applied' : 'the target says it was not applied'
  return { effect: applied ? 'done' : 'not-done', summary, body, truncated }
}

function appliedIn(body: string): boolean | undefined {
  let value: unknown
  try {
    value = JSON.parse(body)
  } catch {
    return undefined
  }
  const applied =
    typeof value === 'object' && value !== null && 'applied' in value ? value.applied : undefined
  return typeof applied === 'boolean' ? applied : undefined
}
