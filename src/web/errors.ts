import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { z } from 'zod'
import { heldBackStatus, isHeldBack } from './intake-refusals.ts'
import { sendPage } from './send-page.ts'
import { problemPage } from './pages/problem.ts'

/** An answer other than success that a handler gives on purpose; the message is for the one who asked. */
export class HttpProblem extends Error {
  override readonly name = 'HttpProblem'
  readonly status: number
  readonly problems: readonly string[]
  /** What programs tell it by, where there is something that they can do about it. */
  readonly code: string | undefined
  constructor(status: number, message: string, problems: readonly string[] = [], code?: string) {
    super(message)
    this.status = status
    this.problems = problems
    this.code = code
  }
}

/** How long a sender should wait before it tries again when something that we need is away. */
const retryAfterSeconds = 5

/**
 * Node's and PostgreSQL's codes for "it cannot do it now": connection failures (class 08), shutting down (57P0x), no disk, memory or slot left
 * (class 53), a standby that takes no writes (25006).
 */
const awayCodes = /^(ECONN\w+|EPIPE|ETIMEDOUT|EHOSTUNREACH|08\w{3}|57P0[1-5]|53\w{3}|25006)$/
/** PostgreSQL's class for data that it cannot hold: too large a number, no such instant. */
const dataCodes = /^22\w{3}$/

type Problem = Pick<HttpProblem, 'status' | 'message' | 'problems'> & Partial<Pick<HttpProblem, 'code'>>

/** Every failure gets an answer that says what was wrong; what was not foreseen is logged and told without its insides. */
export function answerErrors(app: FastifyInstance, log: (message: string, error: unknown) => void): void {
  app.setNotFoundHandler((request, reply) =>
    answer(request, reply, new HttpProblem(404, `nothing here: ${request.method} ${request.url}`)),
  )
  app.setErrorHandler((error: FastifyError | HttpProblem, request, reply) => {
    if (error instanceof HttpProblem) return answer(request, reply, error)
    if (isHeldBack(error)) {
      reply.header('retry-after', String(error.retryAfterSeconds))
      const status = heldBackStatus(request.routeOptions.url)
      return answer(request, reply, new HttpProblem(status, `not stored: ${error.message}`))
    }
    if (isAway(error)) {
      log(`${request.method} ${placeOf(request)}: a store is away`, error)
      const lost = changesState(request) ? 'this cannot be stored durably' : 'the records cannot be read'
      return answer(request, reply, new HttpProblem(503, `${lost} right now; try again`))
    }
    const problem = unheld(error)
    if (problem !== undefined) {
      log(`${request.method} ${placeOf(request)}: the store refuses what was sent`, error)
      return answer(request, reply, new HttpProblem(400, `this cannot be stored or looked for: ${problem}`))
    }
    if (error.name === 'ZodError') {
      return answer(request, reply, {
        status: 400,
        message: 'the request is not understood',
        problems: issuesOf(error),
      })
    }
    const status = 'statusCode' in error ? (error.statusCode ?? 500) : 500
    if (status < 500) {
      return answer(request, reply, { status, message: error.message, problems: problemsOf(error) })
    }
    log(`${request.method} ${placeOf(request)} failed`, error)
    return answer(request, reply, new HttpProblem(500, 'unexpected failure; the server log says more'))
  })
}

/** A path that is itself a secret goes into no log. */
function placeOf({ url, routeOptions }: FastifyRequest): string {
  return routeOptions.config.access === 'capability' ? (routeOptions.url ?? '') : url
}

/** Addresses of programs only: our API, and those of other systems, some of whose clients say that they would take a page. */
const apis = /^\/(api|v2)\//

/** A browser asks for a page; programs, and whoever asks the API, get JSON. */
export function wantsPage({ url, headers }: FastifyRequest): boolean {
  return !apis.test(url) && (headers.accept ?? '').includes('text/html')
}

export function changesState({ method }: FastifyRequest): boolean {
  return method !== 'GET' && method !== 'HEAD'
}

function answer(
  request: FastifyRequest,
  reply: FastifyReply,
  { status, message, problems, code }: Problem,
): FastifyReply {
  request.refusal ??= [message, ...problems].join('; ')
  reply.code(status)
  if (status === 503 && !reply.hasHeader('retry-after'))
    reply.header('retry-after', String(retryAfterSeconds))
  if (wantsPage(request)) {
    const page = problemPage({ status, message, problems, url: request.url })
    return sendPage(reply, page)
  }
  return reply.send({
    error: message,
    ...(problems.length === 0 ? {} : { problems }),
    ...(code === undefined ? {} : { code }),
  })
}

/** What an intake found wrong with a body, path by path. */
function problemsOf(error: object): readonly string[] {
  return 'problems' in error && Array.isArray(error.problems) ? error.problems.map(String) : []
}

/** What a schema found wrong with a path or a query. */
function issuesOf(error: object): readonly string[] {
  const issues = 'issues' in error && Array.isArray(error.issues) ? (error.issues as z.core.$ZodIssue[]) : []
  return issues.map(({ path, message }) => `${path.join('.')}: ${message}`)
}

function isAway(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  if (isOfStore(error)) return error.fault !== 'final'
  return awayCodes.test('code' in error ? String(error.code) : '') || isAway(error.cause)
}

/** What PostgreSQL says against data that it cannot hold. */
function unheld(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined
  if (isOfStore(error)) return dataCodes.test(String(error.code)) ? error.message : undefined
  return unheld(error.cause)
}

/** The edge classifies its failures; the web knows them by name, since it may not know the edge. */
function isOfStore(error: Error): error is Error & { readonly fault: string; readonly code: string | null } {
  return error.name === 'StoreError' && 'fault' in error && 'code' in error
}
