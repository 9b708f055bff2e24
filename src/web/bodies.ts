import type { FastifyInstance, FastifyRequest } from 'fastify'
import { createBodyBudget } from './body-budget.ts'
import { boundedBody } from './body-stream.ts'
import { HttpProblem } from './errors.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Only the beginning of a body is kept, whatever its length and its encoding. */
    keepsBeginning?: true
  }
}

/** Smaller bodies can do no harm, however many connections there are, and are not looked at. */
const smallBytes = 16 * 1024

/**
 * Bounds what bodies may cost before anything of them is parsed: inflated bytes, bytes of all bodies together, nesting and number of values.
 * @param mostBytes of all bodies that are held at the same time
 */
export function boundBodies(app: FastifyInstance, mostBytes: number): void {
  const budget = createBodyBudget(mostBytes)
  app.addHook('preParsing', (request, reply, payload, done) => {
    if (request.routeOptions.config.keepsBeginning === true) {
      done(null, payload)
      return
    }
    const encoding = encodingOf(request)
    if (encoding === undefined) {
      // A server that refuses an encoding says so: https://www.rfc-editor.org/rfc/rfc9110#section-12.5.3
      reply.header('accept-encoding', 'gzip')
      const named = JSON.stringify(request.headers['content-encoding'])
      done(new HttpProblem(415, `Content-Encoding ${named} is not taken: send gzip, or the body as it is`))
      return
    }
    if (encoding === 'identity' && isSmall(request)) {
      done(null, payload)
      return
    }
    const holder = request.principal?.person ?? ''
    let held = 0
    reply.raw.once('close', () => {
      budget.giveBack(holder, held)
      held = 0
    })
    const take = (bytes: number) => {
      if (reply.raw.closed || !budget.take(holder, bytes)) return false
      held += bytes
      return true
    }
    const limitBytes = request.routeOptions.bodyLimit
    done(null, boundedBody(payload, encoding === 'gzip', { limitBytes, take }))
  })
}

/** `undefined`: none that is understood here. */
function encodingOf({ headers }: FastifyRequest): 'identity' | 'gzip' | undefined {
  switch (headers['content-encoding']?.trim().toLowerCase() ?? 'identity') {
    case 'identity':
    case '':
      return 'identity'
    case 'gzip':
    case 'x-gzip':
      return 'gzip'
    default:
      return undefined
  }
}

function isSmall({ headers }: FastifyRequest): boolean {
  return headers['transfer-encoding'] === undefined && Number(headers['content-length'] ?? 0) <= smallBytes
}
