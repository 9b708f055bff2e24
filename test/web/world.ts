import type { FastifyInstance } from 'fastify'
import type { Incident } from '../../src/domain/incident.ts'
import type { Command } from '../../src/domain/incident-messages.ts'
import type { Runbook } from '../../src/domain/runbook.ts'
import type { Principal } from '../../src/web/access.ts'
import type {
  CheckReading,
  IncidentRecords,
  StoredReview,
  WebDependencies,
} from '../../src/web/dependencies.ts'
import { createServer } from '../../src/web/server.ts'
import { personCalendar, scheduleCalendar } from '../../src/ical/write.ts'
import { deskOver } from '../support/desk.ts'

export const now = '2026-03-02T03:04:05.000Z'

export const incident: Incident = {
  number: 42,
  groupingKey: 'service=feed,alertname=feed-activity',
  title: 'feed: feed-activity',
  service: 'feed',
  labels: { alertname: 'feed-activity', service: 'feed' },
  severity: 'P1',
  severitySetBy: null,
  state: 'open',
  version: 1,
  configRevision: '0123456789ab',
  runbook: null,
  recurrenceOf: null,
  chartToken: 'c0ffee',
  startedAt: '2026-03-02T03:00:00.000Z',
  detectedAt: '2026-03-02T03:01:00.000Z',
  acknowledgedAt: null,
  acknowledgedBy: null,
  acknowledgedUntil: null,
  policyRevision: null,
  policyName: null,
  mitigatedAt: null,
  resolvedAt: null,
  resolvedBy: null,
  nowDoing: 'Flushing the cache',
}

/** What the server reads. A test may change it at any time, as the world does. */
export interface State {
  incident: Incident
  records: IncidentRecords
  review: StoredReview | undefined
  reviewTrouble?: string
  runbooks: readonly Runbook[]
  checks: readonly CheckReading[]
}

export const noRecords: IncidentRecords = { alerts: [], timeline: [], pages: [], attempts: [], evidence: [] }

export interface TestWeb {
  readonly app: FastifyInstance
  readonly given: { verb: string; command: Command }[]
  readonly state: State
  readonly dependencies: WebDependencies
}

/** A server over records in memory; tokens and sessions are `viewer-secret`, `responder-secret` and `admin-secret`. */
export async function startWeb(
  overrides: Partial<WebDependencies> = {},
  of: Incident = incident,
): Promise<TestWeb> {
  const given: TestWeb['given'] = []
  const state: State = { incident: of, records: noRecords, review: undefined, runbooks: [], checks: [] }
  const dependencies: WebDependencies = { ...dependenciesOver(state, given), ...overrides }
  return { app: await createServer(dependencies), given, state, dependencies }
}

function dependenciesOver(state: State, given: TestWeb['given']): WebDependencies {
  return {
    credentials: credentials(),
    people: async () => ({ ana: 'responder', ben: 'responder', vic: 'viewer' }),
    policies: async () => ['default', 'quiet'],
    incidents: {
      find: async (number) => (number === state.incident.number ? state.incident : undefined),
      list: async ({ states }) =>
        states === undefined || states.includes(state.incident.state) ? [state.incident] : [],
      counts: async () => ({ open: 0, monitoring: 0, resolved: 0, [state.incident.state]: 1 }),
      byChartToken: async (token) => (token === state.incident.chartToken ? state.incident : undefined),
      records: async () => state.records,
    },
    marks: async () => JSON.stringify(state.incident) + state.records.timeline.length,
    services: async () => ['feed'],
    runbooks: async () => state.runbooks,
    commands: commandsOver(state, given),
    notActionable: {
      mark: async (command) => {
        given.push({ verb: 'not-actionable', command })
        return { changed: true, message: 'marked' }
      },
    },
    checks: {
      standings: async () => [],
      names: async () => state.checks.map(({ check }) => check.name),
      read: async (name) => state.checks.find(({ check }) => check.name === name),
    },
    reviews: { get: async () => state.review, trouble: async () => state.reviewTrouble },
    onCall: deskOver([]),
    calendars: { ofSchedule: scheduleCalendar, ofPerson: personCalendar },
    charts: {
      render: async () => onePixel,
      model: async ({ title, startedAt }) => ({
        title,
        description: title,
        timeZone: 'UTC',
        from: startedAt,
        bucketMs: 60_000,
        lines: [{ kind: 'today', label: 'today', values: [12, null, 7.5] }],
        markers: [{ kind: 'start', at: startedAt, label: 'began' }],
      }),
    },
    intake: { parse: () => [], accept: async (alerts) => ({ accepted: alerts.length, duplicates: 0 }) },
    alertmanager: { receive: async () => ({ accepted: 0, duplicates: 0, problems: [] }) },
    unready: async () => ({}),
    metrics: async () => ({ contentType: 'text/plain', text: '' }),
    served: () => undefined,
    log: () => undefined,
    now: () => new Date(now),
    newId: () => 'id-1',
  }
}

/** Acknowledging shows at once; the other commands are only taken. */
function commandsOver(state: State, given: TestWeb['given']): WebDependencies['commands'] {
  const take = (verb: string) => async (_key: string, command: Command) => {
    given.push({ verb, command })
    return { changed: true, message: `${verb} taken` }
  }
  return {
    acknowledge: async (key, command) => {
      const changed = state.incident.acknowledgedBy === null
      if (changed)
        state.incident = { ...state.incident, acknowledgedBy: command.actor, acknowledgedAt: command.at }
      return { ...(await take('acknowledge')(key, command)), changed }
    },
    resolve: take('resolve'),
    note: take('note'),
    escalateNow: take('escalate'),
    takeOver: take('take-over'),
    handOver: take('hand-over'),
    snooze: take('snooze'),
    setSeverity: take('severity'),
    applyPolicy: take('apply-policy'),
    stopAutomation: take('stop-automation'),
  }
}

function credentials(): WebDependencies['credentials'] {
  let logins = new Map<string, Principal>([
    ['login-code-of-twenty-letters', { person: 'ana', role: 'responder' }],
  ])
  return {
    check: async (_kind, secret) => principals.get(secret),
    issue: async () => 'responder-secret',
    redeemLogin: async (code) => {
      const found = logins.get(code)
      logins = new Map()
      return found
    },
  }
}

const onePixel = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==',
  'base64',
)

const principals = new Map<string, Principal>([
  ['viewer-secret', { person: 'vic', role: 'viewer' }],
  ['responder-secret', { person: 'ana', role: 'responder' }],
  ['admin-secret', { person: 'root', role: 'admin' }],
])

export const as = (role: 'viewer' | 'responder' | 'admin') => ({ authorization: `Bearer ${role}-secret` })
