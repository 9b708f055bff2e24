import { randomUUID } from 'node:crypto'
import { Client, Connection } from '@temporalio/client'
import type { Logger } from 'pino'
import { createClickHouse, type ClickHouse } from '../clickhouse/client.ts'
import { loadRunnableConfiguration } from '../config/references.ts'
import type { AcceptedAlert } from '../domain/alert/alert.ts'
import { checkMutes } from '../domain/check/mutes.ts'
import type { Configuration } from '../domain/configuration/configuration.ts'
import { personCalendar, scheduleCalendar } from '../ical/write.ts'
import { createAlertmanagerReceiver } from '../intake/alertmanager-receiver.ts'
import { createDispatcher, type Dispatcher } from '../intake/dispatcher.ts'
import { parseAlerts } from '../intake/firewatch-alerts.ts'
import { createWorkflowNotifier, type WorkflowNotifier } from '../intake/workflow-notifier.ts'
import { createServerMetrics, type ServerMetrics } from '../metrics/server-metrics.ts'
import { inboxChannel } from '../postgres/alert-inbox.ts'
import { createAuditLog } from '../postgres/audit-log.ts'
import { listenTo } from '../postgres/listen.ts'
import { openServerPools, type ServerPools } from '../postgres/pools.ts'
import { createIncidentClient } from '../temporal/incident-client.ts'
import { createReviewProgress, type ReviewProgress } from '../temporal/review-progress.ts'
import type { WebDependencies } from '../web/dependencies.ts'
import type { ServedRequest } from '../web/observe.ts'
import { createServer } from '../web/server.ts'
import { createAutomation } from './automation.ts'
import { newToken } from './chart-token.ts'
import { createChannelHandlers } from './channel-handlers.ts'
import { createCharts } from './charts.ts'
import { createCheckReadings } from './check-readings.ts'
import { countedReceivers } from './counted.ts'
import { secretsOf } from './edges.ts'
import { createIdentities } from './identities.ts'
import { createLog } from './log.ts'
import { createNotActionable } from './not-actionable.ts'
import { createOnCallService } from './on-call.ts'
import { listenOn } from './port-taken.ts'
import { prepareDatabase } from './prepare.ts'
import { unreachable } from './readiness.ts'
import { createRecords, type Records } from './records.ts'
import type { Settings } from './settings.ts'

interface Parts {
  readonly settings: Settings
  readonly configuration: Configuration
  readonly log: Logger
  readonly pools: ServerPools
  readonly records: Records
  readonly connection: Connection
  readonly clickhouse: ClickHouse
  readonly reviewProgress: ReviewProgress
  readonly metrics: ServerMetrics
  readonly stirred: () => void
  readonly auditLog: ReturnType<typeof createAuditLog>
}

const now = () => new Date()

/** Runs the HTTP server and the dispatcher until the process is told to end. Temporal and ClickHouse may come and go meanwhile. */
export async function serve(settings: Settings, env: NodeJS.ProcessEnv): Promise<void> {
  const configuration = await loadRunnableConfiguration(settings.configPath, env)
  const log = createLog('server', settings.logLevel)
  const pools = openServerPools(settings.databaseUrl)
  let notifier: WorkflowNotifier | undefined
  let dispatcher: Dispatcher | undefined
  const options = {
    running: () => configuration,
    stirred: () => notifier?.notice(),
    accepted: () => dispatcher?.notice(),
    newToken,
    urgent: { intake: pools.intake.db, dispatch: pools.dispatch.db },
  }
  const records = createRecords(pools.console.db, now, options)
  await prepareDatabase(pools.console, records, configuration)
  const connection = Connection.lazy({ address: settings.temporalAddress })
  const clickhouse = createClickHouse({ url: settings.clickhouseUrl })
  const client = new Client({ connection, namespace: settings.temporalNamespace })
  const incidents = createIncidentClient(client)
  notifier = createWorkflowNotifier({
    notifications: records.workflowNotifications,
    notify: (incident) => incidents.notify(incident),
    log,
    now,
  })
  notifier.start()
  const auditLog = createAuditLog(pools.console.db, (entries, reason) =>
    log.error({ err: reason, audit: entries }, 'entries of the audit log are here and not in the database'),
  )
  const parts: Parts = {
    settings,
    configuration,
    log,
    pools,
    records,
    connection,
    clickhouse,
    reviewProgress: createReviewProgress(client),
    metrics: metricsOf(records, configuration),
    stirred: options.stirred,
    auditLog,
  }

  const stored = receivers(parts)
  const channels = openChannels(parts, env)
  const app = await createServer({ ...webDependencies(parts), ...stored, ...channels.handlers })
  dispatcher = startDispatcher(parts)
  try {
    await listenOn(app, settings)
    log.info({ url: settings.publicUrl, revision: configuration.revision }, 'serving')
    await untilToldToEnd()
    log.info('told to end: requests under way are finished first')
  } finally {
    await app.close()
    await channels.idle()
    await dispatcher.stop()
    await notifier.stop()
    await auditLog.idle()
    await Promise.all([clickhouse.close(), connection.close(), pools.close()])
  }
}

function metricsOf({ figures, verdicts }: Records, { checks }: Configuration): ServerMetrics {
  return createServerMetrics(async () => {
    const [read, muted] = await Promise.all([figures.read(Object.keys(checks)), verdicts.muted()])
    return { ...read, mutes: checkMutes(muted, checks) }
  })
}

function openChannels(parts: Parts, env: NodeJS.ProcessEnv) {
  const { commands, declarations } = parts.records
  return createChannelHandlers({
    ...parts,
    commands,
    declare: (declaration) => declarations.declare(declaration),
    resolveSecret: secretsOf(env),
    now,
    newId: randomUUID,
  })
}

function startDispatcher({ configuration, log, pools, records, stirred }: Parts): Dispatcher {
  const lost = (error: unknown) =>
    log.warn({ err: error }, 'no longer listening for alerts; asking for them instead')
  const dispatcher = createDispatcher({
    store: records.dispatch,
    listen: (onNotify) => listenTo(pools.dispatch.pool, inboxChannel, onNotify, lost),
    stirred,
    configuration: () => configuration,
    log,
    newToken,
    clock: () => performance.now(),
    now,
  })
  dispatcher.start()
  return dispatcher
}

function webDependencies(parts: Parts): Omit<WebDependencies, 'intake' | 'alertmanager'> {
  const { settings, configuration, log, records, clickhouse, reviewProgress } = parts
  const roles = Object.fromEntries(
    Object.entries(configuration.users).map(([name, { role }]) => [name, role]),
  )
  return {
    credentials: createIdentities(records.credentials, () => configuration, settings.operator),
    auditLog: parts.auditLog,
    automation: createAutomation(records, configuration, randomUUID),
    publicUrl: settings.publicUrl,
    people: async () => roles,
    incidents: {
      find: (incident) => records.incidents.find(incident),
      list: (filter) => records.incidents.list(filter),
      counts: () => records.incidents.counts(),
      byChartToken: (token) => records.incidents.byChartToken(token),
      records: (incident) => recordsOf(records, incident),
      events: (incident) => records.incidents.eventsOf(incident),
    },
    commands: records.commands,
    declare: (declaration) => records.declarations.declare(declaration),
    notActionable: createNotActionable(records, settings.dataDir, now),
    checks: createCheckReadings(records.verdicts, configuration),
    marks: (incident) => (incident === null ? records.marks.ofAll() : records.marks.ofIncident(incident)),
    runbooks: async () => configuration.runbooks,
    services: async () => Object.keys(configuration.services),
    policies: async () => Object.keys(configuration.policies),
    reviews: {
      get: (incident) => records.reviews.get(incident),
      trouble: (incident) => reviewProgress.trouble(incident),
    },
    onCall: createOnCallService(configuration, records),
    calendars: { ofSchedule: scheduleCalendar, ofPerson: personCalendar },
    charts: createCharts(records, clickhouse, now),
    unready: () => unready(parts),
    metrics: () => parts.metrics.expose(),
    served: (request) => noteRequest(parts, request),
    ...namespaceUi(settings),
    ...(settings.runId === undefined ? {} : { runId: settings.runId }),
    log: (message, error) => log.error({ err: error }, message),
    now,
    newId: randomUUID,
  }
}

function namespaceUi({ temporalUiUrl, temporalNamespace }: Settings) {
  if (temporalUiUrl === undefined) return {}
  return {
    temporalUiUrl: `${temporalUiUrl.replace(/\/+$/, '')}/namespaces/${encodeURIComponent(temporalNamespace)}`,
  }
}

function receivers({ records, metrics, log }: Parts) {
  const accept = (alerts: readonly AcceptedAlert[]) => records.inbox.acceptAlerts(alerts)
  const endedSince = (eventIds: readonly string[]) => records.alertEnds.endedSince(eventIds)
  return countedReceivers(
    {
      intake: { parse: (body) => parseAlerts(body, { now: now(), newId: randomUUID }), accept },
      alertmanager: createAlertmanagerReceiver({ accept, endedSince, now, log }),
    },
    metrics,
  )
}

async function recordsOf(records: Records, incident: number) {
  const [machine, alerts, timeline, pages, attempts, evidence] = await Promise.all([
    records.incidents.machine(incident),
    records.incidents.alertsOf(incident),
    records.timeline.ofIncident(incident),
    records.pages.ofIncident(incident),
    records.attempts.ofIncident(incident),
    records.evidence.list(incident),
  ])
  return { machine, alerts, timeline, pages, attempts, evidence }
}

/** Asks everything that incidents need. */
function unready({ pools, connection, clickhouse }: Parts): Promise<Readonly<Record<string, string>>> {
  return unreachable({
    postgres: () => pools.intake.pool.query('SELECT 1'),
    temporal: () =>
      connection.withDeadline(Date.now() + 2_000, () => connection.workflowService.getSystemInfo({})),
    clickhouse: () => clickhouse.ping(),
  })
}

/** Every change that somebody asked for is logged, and everything that failed; reading is not. */
function noteRequest({ log, metrics }: Parts, { ms, ...request }: ServedRequest): void {
  metrics.requestServed(request.method, request.route, request.status, ms / 1_000)
  const { method, status, incident, person } = request
  const level = status >= 500 ? 'warn' : method !== 'GET' && method !== 'HEAD' ? 'info' : 'debug'
  const known = { ...(incident === null ? {} : { incident }), ...(person === null ? {} : { person }) }
  log[level]({ method, route: request.route, status, ms, ...known }, 'request')
}

function untilToldToEnd(): Promise<void> {
  return new Promise((resolve) => {
    process.once('SIGINT', () => resolve())
    process.once('SIGTERM', () => resolve())
  })
}
