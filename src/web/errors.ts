import type { FastifyError, FastifyInstance } from 'fastify'

/** An answer other than success that a handler gives on purpose; the message is for the one who asked. */
export class HttpProblem extends Error {
  override readonly name = 'HttpProblem'
  readonly status: number
  readonly problems: readonly string[]
  constructor(status: number, message: string, problems: readonly string[] = []) {
    super(message)
    this.status = status
    this.problems = problems
  }
}

/** How long a sender should wait before it tries again when something that we need is away. */
const retryAfterSeconds = 5

/** Node's and PostgreSQL's codes for "it is not there now": connection failures (class 08), shutting down (57P0x), no slot left (53300). */
const awayCodes = /^(ECONN\w+|EPIPE|ETIMEDOUT|EHOSTUNREACH|08\w{3}|57P0[1-5]|53300)$/

/** Every failure gets an answer that says what was wrong; what was not foreseen is logged and told without its insides. */
export function answerErrors(app: FastifyInstance, log: (message: string, error: unknown) => void): void {
  app.setNotFoundHandler((request, reply) =>
    reply.code(404).send({ error: `nothing here: ${request.method} ${request.url}` }),
  )
  app.setErrorHandler((error: FastifyError | HttpProblem, request, reply) => {
    if (error instanceof HttpProblem) return reply.code(error.status).send(bodyOf(error))
    if (isAway(error)) {
      log(`${request.method} ${request.url}: a store is away`, error)
      const body = { error: 'this cannot be stored durably right now; try again' }
      return reply.code(503).header('retry-after', String(retryAfterSeconds)).send(body)
    }
    const status = 'statusCode' in error ? (error.statusCode ?? 500) : 500
    if (status < 500) return reply.code(status).send({ error: error.message })
    log(`${request.method} ${request.url} failed`, error)
    return reply.code(500).send({ error: 'unexpected failure; the server log says more' })
  })
}

function bodyOf({ message, problems }: HttpProblem): object {
  return problems.length === 0 ? { error: message } : { error: message, problems }
}

function isAway(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  const code = 'code' in error ? String(error.code) : ''
  // node-postgres has no code for these two.
  const poolGaveUp = /timeout exceeded when trying to connect|Connection terminated/.test(error.message)
  return awayCodes.test(code) || poolGaveUp || isAway(error.cause)
}
