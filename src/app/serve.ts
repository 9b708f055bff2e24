import { randomBytes, randomUUID } from 'node:crypto'
import { Client, Connection } from '@temporalio/client'
import { pino, type Logger } from 'pino'
import { createClickHouse, type ClickHouse } from '../clickhouse/client.ts'
import { loadConfiguration } from '../config/load.ts'
import type { Configuration } from '../domain/configuration.ts'
import { createDispatcher } from '../intake/dispatcher.ts'
import { parseAlerts } from '../intake/firewatch-alerts.ts'
import { inboxChannel } from '../postgres/alert-inbox.ts'
import { openDatabase, type OpenDatabase } from '../postgres/database.ts'
import { listenTo } from '../postgres/listen.ts'
import { createIncidentClient, type IncidentClient } from '../temporal/incident-client.ts'
import type { WebDependencies } from '../web/dependencies.ts'
import { createServer } from '../web/server.ts'
import { createCharts } from './charts.ts'
import { prepareDatabase } from './prepare.ts'
import { createRecords, type Records } from './records.ts'
import type { Settings } from './settings.ts'

interface Parts {
  readonly settings: Settings
  readonly configuration: Configuration
  readonly log: Logger
  readonly database: OpenDatabase
  readonly records: Records
  readonly connection: Connection
  readonly clickhouse: ClickHouse
  readonly incidents: IncidentClient
}

const now = () => new Date()

/** Runs the HTTP server and the dispatcher until the process is told to end. Temporal and ClickHouse may come and go meanwhile. */
export async function serve(settings: Settings): Promise<void> {
  const configuration = await loadConfiguration(settings.configPath)
  const log = pino({ name: 'server', base: null })
  const database = openDatabase(settings.databaseUrl, 20)
  const records = createRecords(database.db, now)
  await prepareDatabase(database, records, configuration)
  const connection = Connection.lazy({ address: settings.temporalAddress })
  const clickhouse = createClickHouse({ url: settings.clickhouseUrl })
  const client = new Client({ connection, namespace: settings.temporalNamespace })
  const incidents = createIncidentClient(client)
  const parts: Parts = { settings, configuration, log, database, records, connection, clickhouse, incidents }

  const app = await createServer(webDependencies(parts))
  const dispatcher = startDispatcher(parts)
  await app.listen({ host: settings.host, port: settings.port })
  log.info({ url: settings.publicUrl, revision: configuration.revision }, 'serving')
  await untilToldToEnd()
  await app.close()
  await dispatcher.stop()
  await Promise.all([clickhouse.close(), connection.close(), database.close()])
}

function startDispatcher({ configuration, log, database, records, incidents }: Parts) {
  const lost = (error: unknown) => log.warn({ err: error }, 'no longer listening for alerts; asking for them instead')
  const dispatcher = createDispatcher({
    store: records.dispatch,
    listen: (onNotify) => listenTo(database.pool, inboxChannel, onNotify, lost),
    signalIncident: (incident) => incidents.signalAlertsChanged(incident),
    configuration: () => configuration,
    log,
    newToken: () => randomBytes(16).toString('hex'),
    clock: () => performance.now(),
  })
  dispatcher.start()
  return dispatcher
}

function webDependencies(parts: Parts): WebDependencies {
  const { settings, configuration, log, records, clickhouse, incidents } = parts
  const roles = Object.fromEntries(Object.entries(configuration.users).map(([name, { role }]) => [name, role]))
  return {
    credentials: records.credentials,
    people: async () => roles,
    incidents: {
      find: (incident) => records.incidents.find(incident),
      list: (filter) => records.incidents.list(filter),
      byChartToken: (token) => records.incidents.byChartToken(token),
      records: (incident) => recordsOf(records, incident),
    },
    commands: incidents,
    checks: records.verdicts,
    reviews: records.reviews,
    charts: createCharts(records, clickhouse, now),
    intake: {
      parse: (body) => parseAlerts(body, { now: now(), newId: randomUUID }),
      accept: (alerts) => records.inbox.acceptAlerts(alerts),
    },
    unready: () => unready(parts),
    ...(settings.temporalUiUrl === undefined ? {} : { temporalUiUrl: settings.temporalUiUrl }),
    log: (message, error) => log.error({ err: error }, message),
    now,
    newId: randomUUID,
  }
}

async function recordsOf(records: Records, incident: number) {
  const [alerts, timeline, pages, attempts, evidence] = await Promise.all([
    records.incidents.alertsOf(incident),
    records.timeline.ofIncident(incident),
    records.pages.ofIncident(incident),
    records.attempts.ofIncident(incident),
    records.evidence.list(incident),
  ])
  return { alerts, timeline, pages, attempts, evidence }
}

/** Asks everything that incidents need; each must answer soon. */
async function unready({ database, connection, clickhouse }: Parts): Promise<Record<string, string>> {
  const asked: Record<string, Promise<unknown>> = {
    postgres: database.pool.query('SELECT 1'),
    temporal: connection.withDeadline(Date.now() + 2_000, () => connection.workflowService.getSystemInfo({})),
    clickhouse: clickhouse.ping(),
  }
  const names = Object.keys(asked)
  const answers = await Promise.allSettled(Object.values(asked))
  return Object.fromEntries(
    answers.flatMap((answer, index) =>
      answer.status === 'rejected' ? [[names[index] ?? '', reasonOf(answer.reason)] as const] : [],
    ),
  )
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

function untilToldToEnd(): Promise<void> {
  return new Promise((resolve) => {
    process.once('SIGINT', () => resolve())
    process.once('SIGTERM', () => resolve())
  })
}
