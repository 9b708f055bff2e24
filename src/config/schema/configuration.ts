import { z } from 'zod'
import type { Configuration } from '../../domain/configuration/configuration.ts'
import type { Runbook } from '../../domain/investigate/runbook.ts'
import { checkSchema, toCheck } from './checks.ts'
import { duration, named, text, webAddress } from './fields.ts'
import { heartbeatMonitorSchema, toHeartbeatMonitor } from './heartbeats.ts'
import { inhibitionRuleSchema } from './inhibition.ts'
import { integrationsSchema, toIntegrations } from './integrations.ts'
import { metricSchema, sliceSchema, sourceSchema, toMetric, toSlice, toSource } from './metrics.ts'
import { calendarSchema, scheduleSchema, toCalendar, toSchedule } from './on-call.ts'
import {
  channelSchema,
  serviceSchema,
  teamSchema,
  toChannel,
  toService,
  toTeam,
  toUser,
  userSchema,
} from './people.ts'
import { policySchema, toPolicy } from './policies.ts'
import { retentionSchema, toRetention } from './retention.ts'
import { routeSchema, toRoute } from './routes.ts'
import { severityWordsSchema, toSeverityWords } from './severities.ts'
import { secretReference } from './secret-fields.ts'
import { targetSchema, toTarget } from './targets.ts'
import { timeZone } from './time-fields.ts'
import { toWindow, windowSchema } from './windows.ts'

/** The auditor looks once a minute. */
const heartbeatSchema = z.strictObject({
  url: secretReference,
  every: duration({ leastMs: 60_000 }).prefault('1m'),
})

/** `false`: no incident is taken for a part of another. */
const correlationSchema = z.union([
  z.literal(false),
  z.strictObject({
    within: duration({ leastMs: 1_000 }).prefault('5m'),
    holdFor: duration({ leastMs: 1_000 }).prefault('30m'),
  }),
])

/** `firewatch.yaml`, section by section. What ties sections together is in the cross-references and rules. */
export const configurationSchema = z.strictObject({
  timeZone: timeZone.default('UTC'),
  publicUrl: webAddress.exactOptional(),
  heartbeat: heartbeatSchema.exactOptional(),
  retention: retentionSchema,
  services: named(serviceSchema).default({}),
  sources: named(sourceSchema).default({}),
  metrics: named(metricSchema).default({}),
  slices: named(sliceSchema).default({}),
  checks: named(checkSchema).default({}),
  heartbeats: named(heartbeatMonitorSchema).exactOptional(),
  users: named(userSchema),
  teams: named(teamSchema).default({}),
  channels: named(channelSchema).default({}),
  calendars: named(calendarSchema).default({}),
  schedules: named(scheduleSchema).default({}),
  policies: named(policySchema),
  routes: z.array(routeSchema).min(1),
  windows: named(windowSchema).exactOptional(),
  inhibit: z.array(inhibitionRuleSchema).exactOptional(),
  severities: severityWordsSchema,
  correlation: correlationSchema.prefault({}),
  resolveTimeout: duration({ leastMs: 1_000 }).prefault('5m'),
  targets: named(targetSchema).default({}),
  runbooks: z.array(text).default([]),
  include: z.array(text).default([]),
  integrations: integrationsSchema.exactOptional(),
})

export type WrittenConfiguration = z.output<typeof configurationSchema>

/** The configuration in the terms of the domain; all but its revision. */
export function toConfiguration(
  written: WrittenConfiguration,
  runbooks: readonly Runbook[],
): Omit<Configuration, 'revision'> {
  const windows = written.windows && mapped(written.windows, toWindow(written.timeZone))
  return {
    timeZone: written.timeZone,
    // Paths are put behind it, so it ends without a slash.
    ...(written.publicUrl !== undefined && { publicUrl: written.publicUrl.replace(/\/+$/, '') }),
    ...(written.heartbeat !== undefined && {
      heartbeat: { url: written.heartbeat.url, everyMs: written.heartbeat.every },
    }),
    retention: toRetention(written.retention),
    services: mapped(written.services, toService(written.timeZone, windows ?? {})),
    sources: mapped(written.sources, toSource),
    metrics: mapped(written.metrics, toMetric),
    slices: mapped(written.slices, toSlice),
    checks: mapped(written.checks, toCheck),
    ...(written.heartbeats !== undefined && { heartbeats: mapped(written.heartbeats, toHeartbeatMonitor) }),
    users: mapped(written.users, toUser),
    teams: mapped(written.teams, toTeam),
    channels: mapped(written.channels, toChannel),
    calendars: mapped(written.calendars, toCalendar(written.timeZone)),
    schedules: mapped(written.schedules, toSchedule(written.timeZone)),
    policies: mapped(written.policies, toPolicy),
    routes: written.routes.map(toRoute),
    ...(windows !== undefined && { windows }),
    ...(written.inhibit !== undefined && { inhibit: written.inhibit }),
    severities: toSeverityWords(written.severities),
    ...(written.correlation !== false && {
      correlation: { withinMs: written.correlation.within, holdForMs: written.correlation.holdFor },
    }),
    resolveTimeoutMs: written.resolveTimeout,
    targets: mapped(written.targets, toTarget),
    runbooks,
    ...(written.integrations !== undefined && { integrations: toIntegrations(written.integrations) }),
  }
}

function mapped<From, To>(
  entries: Readonly<Record<string, From>>,
  to: (name: string, from: From) => To,
): Record<string, To> {
  return Object.fromEntries(Object.entries(entries).map(([name, from]) => [name, to(name, from)]))
}
