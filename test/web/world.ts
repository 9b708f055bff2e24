import type { FastifyInstance } from 'fastify'
import type { Incident } from '../../src/domain/incident.ts'
import type { Command } from '../../src/domain/incident-messages.ts'
import type { Principal } from '../../src/web/access.ts'
import type { IncidentRecords, WebDependencies } from '../../src/web/dependencies.ts'
import { createServer } from '../../src/web/server.ts'

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
  mitigatedAt: null,
  resolvedAt: null,
  resolvedBy: null,
  nowDoing: 'Flushing the cache',
}

const noRecords: IncidentRecords = { alerts: [], timeline: [], pages: [], attempts: [], evidence: [] }

export interface TestWeb {
  readonly app: FastifyInstance
  readonly given: { verb: string; command: Command }[]
  readonly dependencies: WebDependencies
}

/** A server over records in memory; tokens and sessions are `viewer-secret`, `responder-secret` and `admin-secret`. */
export async function startWeb(overrides: Partial<WebDependencies> = {}, of: Incident = incident): Promise<TestWeb> {
  const given: TestWeb['given'] = []
  const take = (verb: string) => async (_key: string, command: Command) => {
    given.push({ verb, command })
    return { changed: true, message: `${verb} taken` }
  }
  let logins = new Map<string, Principal>([['login-code-of-twenty-letters', { person: 'ana', role: 'responder' }]])
  const dependencies: WebDependencies = {
    credentials: {
      check: async (_kind, secret) => principals.get(secret),
      issue: async () => 'responder-secret',
      redeemLogin: async (code) => {
        const found = logins.get(code)
        logins = new Map()
        return found
      },
    },
    people: async () => ({ ana: 'responder' }),
    incidents: {
      find: async (number) => (number === of.number ? of : undefined),
      list: async () => [of],
      byChartToken: async (token) => (token === of.chartToken ? of : undefined),
      records: async () => noRecords,
    },
    commands: {
      acknowledge: take('acknowledge'),
      resolve: take('resolve'),
      note: take('note'),
      escalateNow: take('escalate'),
      stopAutomation: take('stop-automation'),
    },
    checks: { standings: async () => [] },
    reviews: { get: async () => undefined },
    charts: { render: async () => new Uint8Array([1, 2, 3]) },
    intake: { parse: () => [], accept: async (alerts) => ({ accepted: alerts.length, duplicates: 0 }) },
    unready: async () => ({}),
    log: () => undefined,
    now: () => new Date(now),
    newId: () => 'id-1',
    ...overrides,
  }
  return { app: await createServer(dependencies), given, dependencies }
}

const principals = new Map<string, Principal>([
  ['viewer-secret', { person: 'vic', role: 'viewer' }],
  ['responder-secret', { person: 'ana', role: 'responder' }],
  ['admin-secret', { person: 'root', role: 'admin' }],
])

export const as = (role: 'viewer' | 'responder' | 'admin') => ({ authorization: `Bearer ${role}-secret` })
