import type { Intake } from '../../src/web/intake.ts'
import {
  answeredDraft,
  type Changed,
  edited,
  openActions,
  published,
  type ReviewDocument,
} from '../../src/domain/post-mortem/document.ts'
import type { ListedReview } from '../../src/domain/post-mortem/stored-review.ts'
import type { ReviewAnswer } from '../../src/web/review-service.ts'
import type { ReadableReview } from '../../src/web/review-view.ts'
import type { MaintenanceAnnouncements } from '../../src/domain/escalate/maintenance.ts'
import type { CheckMute } from '../../src/domain/check/mutes.ts'
import type { FastifyInstance } from 'fastify'
import type { AccessRole } from '../../src/domain/access/access.ts'
import type { Beat } from '../../src/domain/alert/heartbeat.ts'
import type { ListedHeartbeat } from '../../src/domain/alert/heartbeat-view.ts'
import type { AuditEntry } from '../../src/domain/access/audit-entry.ts'
import type { Configuration } from '../../src/domain/configuration/configuration.ts'
import type { Incident } from '../../src/domain/incident/incident.ts'
import type { Command } from '../../src/domain/incident/messages.ts'
import { type GuardSwitch, isSameScope, type SwitchScope } from '../../src/domain/remediate/kill-switch.ts'
import type { Runbook } from '../../src/domain/investigate/runbook.ts'
import { severities } from '../../src/domain/values/severity.ts'
import type { Principal } from '../../src/web/access.ts'
import type {
  ChartReading,
  CheckDetails,
  CheckReading,
  IncidentRecords,
  WebDependencies,
} from '../../src/web/dependencies.ts'
import { renderPng, renderSvg, renderWords } from '../../src/chart/render.ts'
import { toPng } from '../../src/chart/png.ts'
import { type ChartData, chartModel } from '../../src/domain/chart/chart.ts'
import { createServer } from '../../src/web/server.ts'
import { personCalendar, scheduleCalendar } from '../../src/ical/write.ts'
import { configurationWith } from '../domain/check/world.ts'
import { silencingOver } from '../support/silencing.ts'
import { onCallServiceOver } from '../support/on-call-service.ts'

/** Of the link of a page that opens the incident for ana. */
export const linkSecret = 'secret-of-a-page-link-of-43-characters-long'

/** Key of the heartbeat nightly-backup. */
export const heartbeatKey = 'key-of-nightly-backup-of-43-characters-long'

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

const nothingTaken = { accepted: 0, duplicates: 0, problems: [] }

/** Takes anything, and stores none of it. */
export const takesNothing: Intake = {
  firewatch: async () => nothingTaken,
  alertmanager: async () => nothingTaken,
  alertmanagerApi: async () => nothingTaken,
  pagerDuty: { enqueue: async () => ({ dedupKey: 'key' }), enqueueChange: async () => undefined },
  opsgenie: {
    create: async () => 'request',
    close: async () => 'request',
    requestId: () => 'request',
    request: () => undefined,
  },
}

/** What the server reads. A test may change it at any time, as the world does. */
export interface State {
  incident: Incident
  records: IncidentRecords
  review: ReadableReview | undefined
  reviewTrouble?: string
  runbooks: readonly Runbook[]
  configuration: Configuration
  checks: readonly CheckReading[]
  details: readonly CheckDetails[]
  chart: ChartReading
  mutes: readonly CheckMute[]
  switches: readonly GuardSwitch[]
  heartbeats: readonly ListedHeartbeat[]
  readonly beats: { readonly name: string; readonly beat: Beat }[]
  readonly audit: AuditEntry[]
}

export const noRecords: IncidentRecords = {
  machine: null,
  alerts: [],
  timeline: [],
  pages: [],
  attempts: [],
  evidence: [],
  parts: [],
  changes: [],
}

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
  const state: State = {
    incident: of,
    records: noRecords,
    review: undefined,
    runbooks: [],
    configuration: configurationWith([]),
    checks: [],
    details: [],
    chart: { kind: 'chart', model: chartModel({ data: likesChart, incident: of, timeZone: 'UTC' }) },
    mutes: [],
    switches: [],
    heartbeats: [],
    beats: [],
    audit: [],
  }
  const dependencies: WebDependencies = { ...dependenciesOver(state, given), ...overrides }
  return { app: await createServer(dependencies), given, state, dependencies }
}

function dependenciesOver(state: State, given: TestWeb['given']): WebDependencies {
  return {
    credentials: credentials(),
    auditLog: {
      append: async (entry) => void state.audit.push(entry),
      read: async () => state.audit.map((entry, index) => ({ ...entry, id: index + 1 })),
    },
    automation: automationOver(state),
    configuration: {
      read: async () => Promise.reject(new Error('no configuration runs here')),
      status: async () => ({ wanted: null, processes: [], file: { path: '', revision: null, problems: [] } }),
      apply: async ({ against, revision }) => ({ kind: 'switched', from: against, to: revision }),
    },
    maintenance: maintenanceOver(given),
    silencing: silencingOver(given),
    publicUrl: 'http://firewatch.test',
    people: async () => ({ ana: 'responder', ben: 'responder', vic: 'viewer' }),
    policies: async () => ['default', 'quiet'],
    configured: {
      now: async () => state.configuration,
      whenOpened: async () => ({ ...state.configuration, runbooks: state.runbooks }),
    },
    incidents: {
      find: async (number) => (number === state.incident.number ? state.incident : undefined),
      list: async ({ states }) =>
        states === undefined || states.includes(state.incident.state) ? [state.incident] : [],
      board: async ({ states }) =>
        states === undefined || states.includes(state.incident.state)
          ? [{ incident: state.incident, machine: state.records.machine }]
          : [],
      counts: async () => ({ open: 0, monitoring: 0, resolved: 0, [state.incident.state]: 1 }),
      byChartToken: async (token) => (token === state.incident.chartToken ? state.incident : undefined),
      records: async () => state.records,
      events: async () => [],
    },
    marks: async () => JSON.stringify(state.incident) + state.records.timeline.length,
    services: async () => ['feed'],
    runbooks: async () => state.runbooks,
    commands: commandsOver(state, given),
    declarationPreviews: async (service) =>
      severities.map((severity) => ({
        severity,
        policy: service ?? 'default',
        held: null,
        steps: [
          { people: ['ana'], inMs: 0 },
          { people: ['ben'], inMs: 300_000 },
        ],
      })),
    declare: async (declaration) => {
      given.push({ verb: 'declare', command: declaration as never })
      return { incident: state.incident, paged: ['ana'] }
    },
    checks: {
      standings: async () => [],
      waiting: async () => [],
      mutes: async () => state.mutes,
      names: async () => state.checks.map(({ check }) => check.name),
      details: async (name) => state.details.find(({ check }) => check.name === name),
      read: async (name) => state.checks.find(({ check }) => check.name === name),
    },
    changes: async ({ service, limit }) =>
      state.records.changes
        .filter(({ labels }) => labels['service'] === (service ?? labels['service']))
        .slice(0, limit),
    heartbeats: {
      beat: async (name, beat) => {
        if (!state.heartbeats.some((one) => one.name === name)) return false
        state.beats.push({ name, beat })
        return true
      },
      list: async () => state.heartbeats,
    },
    reviews: reviewsOver(state, given),
    testPages: {
      receivers: () => [{ name: 'ana', title: 'Ana', channels: ['webhook'] }],
      send: async ({ name }) =>
        name === 'ana'
          ? { kind: 'tried', name, contacts: [{ channel: 'webhook', contact: 1, outcome: { kind: 'sent' } }] }
          : { kind: 'unknown-name', hint: '; did you mean "ana"?' },
    },
    onCall: onCallServiceOver([]),
    calendars: { ofSchedule: scheduleCalendar, ofPerson: personCalendar },
    charts: {
      about: async () => (state.chart.kind === 'none' ? undefined : likesChart),
      ofIncident: async (_, timeZone) => inZone(state.chart, timeZone),
      ofSeries: async (_, timeZone) => inZone(state.chart, timeZone),
      png: renderPng,
      svg: renderSvg,
      wordsAsPng: (words) => toPng(renderWords(words, 'message')),
      wordsAsSvg: renderWords,
    },
    intake: takesNothing,
    alertmanagerApi: {
      alerts: async () => [],
      silences: async () => [],
      silence: async () => undefined,
      setSilence: async () => ({ kind: 'unknown' }),
      expireSilence: async () => false,
      receivers: () => ['default'],
      status: () => ({ startedAt: now, configuration: 'route:\n  receiver: default\n' }),
    },
    signedIntake: {
      receive: async () => ({ kind: 'unknown-sender' }),
      receiveMapped: async () => ({ kind: 'unknown-sender' }),
      tryMap: async () => ({ kind: 'unknown-sender' }),
    },
    unready: async () => ({}),
    metrics: async () => ({ contentType: 'text/plain', text: '' }),
    served: () => undefined,
    log: () => undefined,
    now: () => new Date(now),
    newId: () => 'id-1',
  }
}

/** Reviews as they are decided, with nothing behind them that is drafted again. */
function reviewsOver(state: State, given: TestWeb['given']): WebDependencies['reviews'] {
  const change = async (decide: (document: ReviewDocument) => Changed): Promise<ReviewAnswer> => {
    const { review } = state
    if (review === undefined) return { kind: 'none' }
    const changed = decide(review.document)
    if (changed.kind === 'conflict') return { kind: 'conflict', review, sections: changed.sections }
    if (changed.kind === 'unchanged') return { kind: 'done', review, sections: [] }
    state.review = { ...review, document: changed.document }
    return { kind: 'done', review: state.review, sections: changed.sections }
  }
  const take = (verb: string) => async (command: Command) => {
    given.push({ verb, command })
    return { changed: true, message: `${verb} taken` }
  }
  return {
    get: async () => state.review,
    list: async () => (state.review === undefined ? [] : [listed(state.review)]),
    trouble: async () => state.reviewTrouble,
    edit: (edit) => change((document) => edited(document, edit)),
    answerDraft: (answer) => change((document) => answeredDraft(document, answer)),
    publish: (publication) => change((document) => published(document, publication)),
    redraft: async () => undefined,
    settleCause: take('settle'),
    note: take('note'),
    markNotActionable: take('not-actionable'),
  }
}

function listed({ document, model }: ReadableReview): ListedReview {
  return {
    incident: 42,
    title: model.title,
    service: model.service,
    severity: model.severity,
    startedAt: '2026-11-24T03:00:00.000Z',
    resolvedAt: '2026-11-24T04:15:00.000Z',
    state: document.published === null ? 'draft' : 'published',
    editedSince: false,
    version: document.version,
    openActions: openActions(document),
    unsettledCauses: 2,
  }
}

/** Acknowledging shows at once; the other commands are only taken. */
function commandsOver(state: State, given: TestWeb['given']): WebDependencies['commands'] {
  const take = (verb: string) => async (command: Command) => {
    given.push({ verb, command })
    return { changed: true, message: `${verb} taken` }
  }
  return {
    acknowledge: async (command) => {
      const changed = state.incident.acknowledgedBy === null
      if (changed)
        state.incident = { ...state.incident, acknowledgedBy: command.actor, acknowledgedAt: command.at }
      return { ...(await take('acknowledge')(command)), changed }
    },
    resolve: take('resolve'),
    note: take('note'),
    escalateNow: take('escalate'),
    takeOver: take('take-over'),
    handOver: take('hand-over'),
    snooze: take('snooze'),
    setSeverity: take('severity'),
    applyPolicy: take('apply-policy'),
    merge: take('merge'),
    unmerge: take('unmerge'),
    split: take('split'),
  }
}

function automationOver(state: State): WebDependencies['automation'] {
  const standing = (scope: SwitchScope) => state.switches.some((one) => isSameScope(one.scope, scope))
  return {
    switches: async () => state.switches,
    names: async () => ({ service: ['feed'], action: ['restart'], target: ['feed-1'] }),
    stop: async (thrown) => {
      if (standing(thrown.scope)) return false
      state.switches = [...state.switches, thrown]
      return true
    },
    resume: async ({ scope }) => {
      const wasThrown = standing(scope)
      state.switches = state.switches.filter((one) => !isSameScope(one.scope, scope))
      return wasThrown
    },
  }
}

function credentials(): WebDependencies['credentials'] {
  let logins = new Map<string, Principal>([['login-code-of-twenty-letters', principal('ana', 'responder')]])
  return {
    check: async (_kind, secret) => principals.get(secret),
    checkPageLink: async (secret, number) =>
      secret === linkSecret && number === incident.number ? principal('ana', 'responder') : undefined,
    logOutEverywhere: async () => undefined,
    idOf: (secret) => `id of ${secret}`,
    issue: async () => 'responder-secret',
    revoke: async () => true,
    list: async () => [],
    holderNamed: (name) =>
      name === 'ana' ? { holder: { kind: 'person', name }, role: 'responder' } : undefined,
    redeemLogin: async (code) => {
      const found = logins.get(code)
      logins = new Map()
      return found
    },
  }
}

const likesChart: ChartData = {
  title: 'Likes on iOS',
  unit: '/min',
  rule: { kind: 'same-time', threshold: 0.5 },
  from: '2026-03-02T02:00:00.000Z',
  bucketMs: 900_000,
  today: [480, 500, null, 510, 12],
  yesterday: [470, 480, 490, 480, 470, 460],
  weekAgo: [500, 490, 480, 500, 510, 500],
  firing: [{ from: '2026-03-02T03:00:00.000Z', to: '2026-03-02T03:15:00.000Z' }],
}

function inZone(reading: ChartReading, timeZone?: string): ChartReading {
  if (reading.kind !== 'chart' || timeZone === undefined) return reading
  return { kind: 'chart', model: { ...reading.model, timeZone } }
}

const principals = new Map<string, Principal>([
  ['sender-secret', { ...principal('alertmanager', 'sender'), kind: 'sender' }],
  ['heartbeat-secret', { ...principal('nightly-backup', 'heartbeat'), kind: 'heartbeat' }],
  [heartbeatKey, { ...principal('nightly-backup', 'heartbeat'), kind: 'heartbeat' }],
  ['viewer-secret', principal('vic', 'viewer')],
  ['responder-secret', principal('ana', 'responder')],
  ['admin-secret', principal('root', 'admin')],
])

export function principal(person: string, role: AccessRole): Principal {
  return { person, kind: 'person', role, credential: `of ${person}` }
}

export const as = (role: AccessRole) => ({ authorization: `Bearer ${role}-secret` })

/** Takes what it is asked for. */
export function maintenanceOver(given: TestWeb['given']): MaintenanceAnnouncements {
  const window = { service: 'feed', from: 0, to: Date.parse('2030-01-01T00:00:00Z'), reason: 'new disks' }
  return {
    listed: async () => [{ ...window, id: '3', madeBy: 'ben' }],
    preview: async ({ service }) => ({ kind: 'done', message: `${service} would be quiet` }),
    announce: async (request, actor, commandId) => {
      given.push({ verb: 'maintenance', command: { incident: 0, actor, at: '', commandId, ...request } })
      return { kind: 'done', message: `${request.service} is quiet` }
    },
    end: async (id) =>
      id === '3'
        ? { kind: 'done', message: 'ended' }
        : { kind: 'refused', message: `there is no maintenance ${id}` },
  }
}
