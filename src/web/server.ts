import formBody from '@fastify/formbody'
import fastify, { type FastifyInstance } from 'fastify'
import { storable } from '../domain/values/text.ts'
import { guardRoutes } from './access.ts'
import { stampArrivals } from './arrival.ts'
import { auditRequests } from './audit.ts'
import { boundBodies } from './bodies.ts'
import { refuseDeepBody } from './body-depth.ts'
import type { WebDependencies } from './dependencies.ts'
import { answerErrors } from './errors.ts'
import { observeRequests } from './observe.ts'
import { channelRoutes } from './routes/channels.ts'
import { accountRoutes } from './routes/account.ts'
import { alertRoutes } from './routes/alerts.ts'
import { alertmanagerApiRoutes } from './routes/alertmanager-api.ts'
import { answerRoutes } from './routes/answers.ts'
import { assetRoutes } from './routes/assets.ts'
import { auditLogRoutes } from './routes/audit-log.ts'
import { automationRoutes } from './routes/automation.ts'
import { calendarRoutes } from './routes/calendars.ts'
import { chartRoutes } from './routes/charts.ts'
import { checkChartRoutes } from './routes/check-charts.ts'
import { checkRoutes } from './routes/checks.ts'
import { commandRoutes } from './routes/commands.ts'
import { declareRoutes } from './routes/declare.ts'
import { configurationRoutes } from './routes/configuration.ts'
import { consoleRoutes } from './routes/console.ts'
import { credentialRoutes } from './routes/credentials.ts'
import { eventRoutes } from './routes/events.ts'
import { healthRoutes } from './routes/health.ts'
import { heartbeatRoutes } from './routes/heartbeats.ts'
import { incidentRoutes } from './routes/incidents.ts'
import { loginRoutes } from './routes/login.ts'
import { maintenanceRoutes } from './routes/maintenance.ts'
import { silencePageRoutes } from './routes/silence-pages.ts'
import { changeListRoutes } from './routes/change-list.ts'
import { alertListRoutes } from './routes/alert-list.ts'
import { silenceRoutes } from './routes/silences.ts'
import { metricRoutes } from './routes/metrics.ts'
import { notActionableRoutes } from './routes/not-actionable.ts'
import { onCallChangeRoutes } from './routes/on-call-changes.ts'
import { onCallPageRoutes } from './routes/on-call-page.ts'
import { onCallRoutes } from './routes/on-call.ts'
import { opsgenieRoutes } from './routes/opsgenie.ts'
import { pageLinkRoutes } from './routes/page-links.ts'
import { pagerDutyRoutes } from './routes/pagerduty.ts'
import { tellTimesByReader } from './reader.ts'
import { type ServerLimits, serverLimits } from './server-limits.ts'
import { reviewChangeRoutes } from './routes/review-changes.ts'
import { reviewRoutes } from './routes/reviews.ts'
import { signedIntakeRoutes } from './routes/signed-intake.ts'
import { testPageRoutes } from './routes/test-pages.ts'
import { runbookRoutes } from './routes/runbooks.ts'

/** GoAlert's bound is 256 KiB for one alert; a batch of 1,000 small ones fits in this. */
const bodyLimitBytes = 2 * 1024 * 1024

const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "connect-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ')

/** The HTTP API and the console. Not listening yet. */
export async function createServer(
  dependencies: WebDependencies,
  limits: ServerLimits = serverLimits,
): Promise<FastifyInstance> {
  const app = fastify({
    bodyLimit: bodyLimitBytes,
    logger: false,
    trustProxy: false,
    // A label of such a name is left out; refused, it would take a whole batch of alerts with it, which no sender repeats.
    onProtoPoisoning: 'remove',
    onConstructorPoisoning: 'remove',
    requestTimeout: limits.requestTimeoutMs,
    http: {
      headersTimeout: limits.headersTimeoutMs,
      connectionsCheckingInterval: limits.checkEveryMs,
    },
    // The token of a mail's link is longer than the usual 100; an alias of Opsgenie has 512 characters, of which each may be written in 9.
    routerOptions: { maxParamLength: 5_000 },
    genReqId: () => dependencies.newId(),
  })
  stampArrivals(app, dependencies.now)
  app.server.maxConnections = limits.connections
  guardRoutes(app, dependencies.credentials)
  observeRequests(app, dependencies.served)
  answerErrors(app, dependencies.log)
  auditRequests(app, dependencies)
  boundBodies(app, limits.bodyBytes)
  app.addHook('onSend', async (request, reply) => {
    // The audit log and our own log call the request so.
    reply.header('x-request-id', request.id)
    reply.header('x-content-type-options', 'nosniff')
    // Not `no-referrer`: with that, browsers send forms with `Origin: null`, and we could not tell ours from others'.
    reply.header('referrer-policy', 'same-origin')
    // A picture with a style sheet of its own has a policy of its own.
    if (reply.getHeader('content-security-policy') === undefined)
      reply.header('content-security-policy', contentSecurityPolicy)
    if (reply.getHeader('cache-control') === undefined) reply.header('cache-control', 'no-store')
  })
  await app.register(formBody)
  // Whatever people and programs send, no text reaches a handler that the stores cannot hold. Bytes stay as they were signed.
  app.addHook('preValidation', async (request) => {
    refuseDeepBody(request.body)
    request.body = storable(request.body)
    request.query = storable(request.query)
    request.params = storable(request.params)
  })
  tellTimesByReader(app, dependencies)
  addRoutes(app, dependencies)
  return app
}

/** Every route there is. */
export function addRoutes(app: FastifyInstance, dependencies: WebDependencies): void {
  const routes = [
    healthRoutes,
    metricRoutes,
    assetRoutes,
    loginRoutes,
    accountRoutes,
    credentialRoutes,
    alertRoutes,
    pagerDutyRoutes,
    opsgenieRoutes,
    alertmanagerApiRoutes,
    signedIntakeRoutes,
    checkRoutes,
    heartbeatRoutes,
    chartRoutes,
    checkChartRoutes,
    incidentRoutes,
    commandRoutes,
    declareRoutes,
    notActionableRoutes,
    eventRoutes,
    consoleRoutes,
    onCallRoutes,
    testPageRoutes,
    onCallChangeRoutes,
    onCallPageRoutes,
    calendarRoutes,
    reviewRoutes,
    reviewChangeRoutes,
    runbookRoutes,
    channelRoutes,
    answerRoutes,
    pageLinkRoutes,
    automationRoutes,
    maintenanceRoutes,
    alertListRoutes,
    changeListRoutes,
    silenceRoutes,
    silencePageRoutes,
    auditLogRoutes,
    configurationRoutes,
  ]
  for (const add of routes) add(app, dependencies)
}
