import { randomUUID } from 'node:crypto'
import { personCalendar, scheduleCalendar } from '../ical/write.ts'
import { mostChangesShown } from '../domain/alert/change-words.ts'
import { dependenciesOf } from '../domain/alert/correlation.ts'
import type { Configuration } from '../domain/configuration/configuration.ts'
import type { Incident } from '../domain/incident/incident.ts'
import type { WebDependencies } from '../web/dependencies.ts'
import type { ServedRequest } from '../web/observe.ts'
import { createAlertmanagerApi } from './alertmanager-api.ts'
import { createAutomation } from './automation.ts'
import { createCharts } from './charts.ts'
import { createCheckDetails } from './check-details.ts'
import { createCheckReadings } from './check-readings.ts'
import { createDeclarationPreviews } from './declaration-previews.ts'
import { createHeartbeats } from './heartbeats.ts'
import { createIdentities } from './identities.ts'
import { createOnCallService } from './on-call.ts'
import { unreachable } from './readiness.ts'
import { createReviews } from './reviews.ts'
import type { Records } from './records.ts'
import type { Settings } from './settings.ts'
import { type ServerParts, now } from './server-parts.ts'
import { createTestPages, testPageTimeouts } from './test-pages.ts'

/** What the web needs of the rest, but for what takes alerts in. */
export function webDependencies(
  parts: ServerParts,
): Omit<WebDependencies, 'intake' | 'signedIntake' | 'configuration'> {
  const { settings, running, log, records, temporal } = parts
  const onCall = createOnCallService(running, records)
  return {
    credentials: createIdentities(records.credentials, running, settings.operator),
    auditLog: parts.auditLog,
    automation: createAutomation(records, running, randomUUID),
    maintenance: parts.maintenance,
    silencing: parts.silencing,
    publicUrl: settings.publicUrl,
    ...configuredNow(parts),
    incidents: incidentReader(records, running),
    changes: (asked) => records.changeEvents.list(asked),
    commands: records.commands,
    declarationPreviews: createDeclarationPreviews(running, () => onCall.context(), now),
    declare: (declaration) => records.declarations.declare(declaration),
    checks: {
      ...createCheckReadings(records.verdicts, running, (alerts) => records.board.incidentsOf(alerts)),
      details: createCheckDetails(records, running),
    },
    heartbeats: createHeartbeats(records, running, () => parts.heartbeatWatch.notice(), now),
    marks: (incident) => (incident === null ? records.marks.ofAll() : records.marks.ofIncident(incident)),
    reviews: createReviews({
      records,
      dataDir: settings.dataDir,
      trouble: (incident) => temporal.reviewTrouble(incident),
      now,
    }),
    onCall,
    alertmanagerApi: createAlertmanagerApi({ ...parts, startedAt: now(), now, newId: randomUUID }),
    testPages: createTestPages({
      configuration: running,
      testPages: records.testPages,
      now,
      newId: randomUUID,
      timeouts: testPageTimeouts,
    }),
    calendars: { ofSchedule: scheduleCalendar, ofPerson: personCalendar },
    charts: chartsFor(parts),
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

function chartsFor({ records, clickhouse, running, log }: ServerParts) {
  return createCharts({
    records,
    clickhouse,
    running,
    log: (message, error) => log.warn({ err: error }, message),
    now,
  })
}

function configuredNow({ running, records }: ServerParts) {
  return {
    configured: {
      now: async () => running(),
      whenOpened: ({ configRevision }: Incident) => records.configurations.get(configRevision).catch(running),
    },
    people: async () =>
      Object.fromEntries(Object.entries(running().users).map(([name, { role }]) => [name, role])),
    runbooks: async () => running().runbooks,
    services: async () => Object.keys(running().services),
    policies: async () => Object.keys(running().policies),
  }
}

function incidentReader(records: Records, running: () => Configuration): WebDependencies['incidents'] {
  return {
    find: (incident) => records.incidents.find(incident),
    list: (filter) => records.incidents.list(filter),
    board: (filter) => records.board.board(filter),
    counts: (filter) => records.incidents.counts(filter),
    byChartToken: (token) => records.incidents.byChartToken(token),
    records: (incident) => recordsOf(records, running, incident),
    events: (incident) => records.incidents.eventsOf(incident),
  }
}

function namespaceUi({ temporalUiUrl, temporalNamespace }: Settings) {
  if (temporalUiUrl === undefined) return {}
  return {
    temporalUiUrl: `${temporalUiUrl.replace(/\/+$/, '')}/namespaces/${encodeURIComponent(temporalNamespace)}`,
  }
}

async function recordsOf(records: Records, running: () => Configuration, incident: number) {
  const [machine, alerts, timeline, pages, attempts, evidence, parts, changes] = await Promise.all([
    records.incidents.machine(incident),
    records.incidents.alertsOf(incident),
    records.timeline.ofIncident(incident),
    records.pages.ofIncident(incident),
    records.attempts.ofIncident(incident),
    records.evidence.list(incident),
    records.incidents.partsOf(incident),
    changesBefore(records, running(), incident),
  ])
  return { machine, alerts, timeline, pages, attempts, evidence, parts, changes }
}

const changesFromMs = 3_600_000
/** One more than is shown says that there are more. */
const mostChanges = mostChangesShown + 1

/** What was changed of its service and of those that it depends on, from an hour before the incident began until it was over. */
async function changesBefore(records: Records, running: Configuration, number: number) {
  const incident = await records.incidents.find(number)
  if (incident === undefined) return []
  const about = Date.parse(incident.startedAt)
  const to = incident.resolvedAt === null ? now().getTime() : Date.parse(incident.resolvedAt)
  const services = [incident.service, ...dependenciesOf(incident.service, running)]
  return records.changeEvents.near(services, { from: about - changesFromMs, to, about }, mostChanges)
}

/** Asks everything that incidents need. */
function unready({ pools, temporal, clickhouse }: ServerParts): Promise<Readonly<Record<string, string>>> {
  return unreachable({
    postgres: () => pools.intake.pool.query('SELECT 1'),
    temporal: () => temporal.answers(),
    clickhouse: () => clickhouse.ping(),
  })
}

/** Every change that somebody asked for is logged, and everything that failed; reading is not. */
function noteRequest({ log, metrics }: ServerParts, { ms, ...request }: ServedRequest): void {
  metrics.requestServed(request.method, request.route, request.status, ms / 1_000)
  const { method, status, incident, person } = request
  const level = status >= 500 ? 'warn' : method !== 'GET' && method !== 'HEAD' ? 'info' : 'debug'
  const known = { ...(incident === null ? {} : { incident }), ...(person === null ? {} : { person }) }
  log[level]({ method, route: request.route, status, ms, ...known }, 'request')
}
