import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { capitalised } from '../../domain/values/text.ts'
import type { WebDependencies } from '../dependencies.ts'
import type { OpsgenieRequest } from '../intake.ts'
import { personOf } from '../send-page.ts'
import { HttpProblem } from '../errors.ts'
import { type ForeignProblem, speakAs } from '../foreign-api.ts'

const config = { access: 'send-alerts' } as const

/** What ends an alert, as later asked for. */
const endings: Readonly<Record<string, string>> = { close: 'Closed alert', delete: 'Deleted alert' }

/** What people do here, and not programs: it is accepted, so that no client stumbles over it, and changes nothing. */
const leftToPeople: readonly string[] =
  'acknowledge unacknowledge snooze escalate assign notes responders tags details priority message description'.split(
    ' ',
  )

interface OfAlert {
  readonly Params: { readonly identifier: string; readonly action: string }
}

/** Opsgenie's alert API, for clients that are given this address instead: https://docs.opsgenie.com/docs/alert-api */
export function opsgenieRoutes(app: FastifyInstance, { intake: { opsgenie } }: WebDependencies): void {
  void app.register(async (scope) => {
    speakAs(scope, inOpsgeniesShape)

    scope.post('/v2/alerts', { config }, async (request, reply) =>
      accepted(reply, await opsgenie.create(request.body, personOf(request))),
    )

    const act = async (request: FastifyRequest<OfAlert>, reply: FastifyReply) => {
      const { identifier, action } = request.params
      if (action === 'close' && request.method === 'POST')
        return accepted(reply, await opsgenie.close(identifier, capitalised(action), personOf(request)))
      if (!leftToPeople.includes(action))
        throw new HttpProblem(404, `nothing here: ${request.method} ${request.url}`)
      return accepted(reply, opsgenie.requestId(identifier, capitalised(action)))
    }
    const path = '/v2/alerts/:identifier/:action'
    scope.route<OfAlert>({ method: ['POST', 'PUT', 'PATCH', 'DELETE'], url: path, config, handler: act })
    scope.post<OfAlert>('/v2/alerts/:identifier/actions/:name', { config }, async (request, reply) =>
      accepted(reply, opsgenie.requestId(request.params.identifier, 'Actions')),
    )

    scope.delete<OfAlert>('/v2/alerts/:identifier', { config }, async (request, reply) =>
      accepted(reply, await opsgenie.close(request.params.identifier, 'Delete', personOf(request))),
    )

    scope.get<{ Params: { id: string } }>('/v2/alerts/requests/:id', { config }, async (request, reply) => {
      const known = opsgenie.request(request.params.id)
      if (known === undefined)
        throw new HttpProblem(404, 'Request not found. It might not be processed, yet.')
      return { data: told(known, personOf(request)), ...footOf(request, reply) }
    })
  })
}

function accepted(reply: FastifyReply, requestId: string): FastifyReply {
  return reply.code(202).send({ result: 'Request will be processed', took: tookOf(reply), requestId })
}

function told({ action, processedAt, alertId }: OpsgenieRequest, integrationId: string): object {
  const status = action === 'Create' ? 'Created alert' : endings[action.toLowerCase()]
  return {
    success: true,
    action,
    processedAt,
    integrationId,
    isSuccess: true,
    status: status ?? 'Accepted, and nothing changed: people do this in Firewatch',
    alertId,
    alias: alertId,
  }
}

/** What Opsgenie says of a body that lacks something is 422. */
function inOpsgeniesShape(
  { status, message, problems }: ForeignProblem,
  request: FastifyRequest,
  reply: FastifyReply,
) {
  if (status !== 400 || problems.length === 0) return { message, ...footOf(request, reply) }
  reply.code(422)
  const errors = Object.fromEntries(problems.map((problem) => problem.split(/: (.*)/s).slice(0, 2)))
  return {
    message: 'Request body is not processable. Please check the errors.',
    errors,
    ...footOf(request, reply),
  }
}

function footOf(request: FastifyRequest, reply: FastifyReply) {
  return { took: tookOf(reply), requestId: request.id }
}

/** Seconds. */
function tookOf(reply: FastifyReply): number {
  return Number((reply.elapsedTime / 1_000).toFixed(3))
}
