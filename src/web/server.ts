import formBody from '@fastify/formbody'
import fastify, { type FastifyInstance } from 'fastify'
import { guardRoutes } from './access.ts'
import type { WebDependencies } from './dependencies.ts'
import { answerErrors } from './errors.ts'
import { alertRoutes } from './routes/alerts.ts'
import { checkRoutes } from './routes/checks.ts'
import { commandRoutes } from './routes/commands.ts'
import { consoleRoutes } from './routes/console.ts'
import { credentialRoutes } from './routes/credentials.ts'
import { healthRoutes } from './routes/health.ts'
import { incidentRoutes } from './routes/incidents.ts'
import { loginRoutes } from './routes/login.ts'

/** GoAlert's bound is 256 KiB for one alert; a batch of 1,000 small ones fits in this. */
const bodyLimitBytes = 2 * 1024 * 1024

/** The HTTP API and the console. Not listening yet. */
export async function createServer(dependencies: WebDependencies): Promise<FastifyInstance> {
  const app = fastify({ bodyLimit: bodyLimitBytes, logger: false, trustProxy: false, requestTimeout: 30_000 })
  guardRoutes(app, dependencies.credentials)
  answerErrors(app, dependencies.log)
  app.addHook('onSend', async (_request, reply) => {
    reply.header('x-content-type-options', 'nosniff')
    reply.header('referrer-policy', 'no-referrer')
    reply.header(
      'content-security-policy',
      "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; frame-ancestors 'none'",
    )
  })
  await app.register(formBody)
  const routes = [
    healthRoutes,
    loginRoutes,
    credentialRoutes,
    alertRoutes,
    checkRoutes,
    incidentRoutes,
    commandRoutes,
    consoleRoutes,
  ]
  for (const add of routes) add(app, dependencies)
  return app
}
