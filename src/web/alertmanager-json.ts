import type { Labels } from '../domain/alert/alert.ts'
import { type AlertGroup, type CurrentAlert, suppressionOf } from '../domain/alert/current-alert.ts'
import type { Matcher, MatchOperator } from '../domain/alert/matcher.ts'
import { type Silence, silenceState } from '../domain/alert/silence.ts'

/**
 * The answers of Alertmanager's API v2, as version 0.25 gives them. Source: https://github.com/prometheus/alertmanager/blob/v0.25.0/api/v2/openapi.yaml
 */

interface ReceiverJson {
  readonly name: string
}

interface AlertJson {
  readonly annotations: Labels
  readonly endsAt: string
  readonly fingerprint: string
  readonly receivers: readonly ReceiverJson[]
  readonly startsAt: string
  readonly status: {
    readonly inhibitedBy: readonly string[]
    readonly silencedBy: readonly string[]
    readonly state: string
  }
  readonly updatedAt: string
  readonly generatorURL?: string
  readonly labels: Labels
}

/** The address of the alert's origin, which is an annotation with us, stands beside the annotations. */
export function alertJson(alert: CurrentAlert): AlertJson {
  const { inhibitedBy, silencedBy, endsAt, fingerprint, startsAt, updatedAt, labels, routes } = alert
  const { generatorURL, ...annotations } = alert.annotations
  return {
    annotations,
    endsAt,
    fingerprint,
    receivers: routes.map(({ receiver }) => ({ name: receiver })),
    startsAt,
    status: { inhibitedBy, silencedBy, state: suppressionOf(alert) },
    updatedAt,
    ...(generatorURL === undefined ? {} : { generatorURL }),
    labels,
  }
}

export function groupJson({ alerts, labels, receiver }: AlertGroup) {
  return { alerts: alerts.map(alertJson), labels, receiver: { name: receiver } }
}

/** @param now epoch milliseconds */
export function silenceJson(silence: Silence, now: number) {
  const { id, updatedAt, comment, createdBy, endsAt, matchers, startsAt } = silence
  return {
    id,
    status: { state: silenceState(silence, now) },
    updatedAt: instant(updatedAt),
    comment,
    createdBy,
    endsAt: instant(endsAt),
    matchers: matchers.map(matcherJson),
    startsAt: instant(startsAt),
  }
}

const operators: Readonly<Record<MatchOperator, { readonly isEqual: boolean; readonly isRegex: boolean }>> = {
  '=': { isEqual: true, isRegex: false },
  '!=': { isEqual: false, isRegex: false },
  '=~': { isEqual: true, isRegex: true },
  '!~': { isEqual: false, isRegex: true },
}

function matcherJson({ name, operator, value }: Matcher) {
  return { ...operators[operator], name, value }
}

export function operatorOf(isEqual: boolean, isRegex: boolean): MatchOperator {
  if (isRegex) return isEqual ? '=~' : '!~'
  return isEqual ? '=' : '!='
}

/** With milliseconds, as Alertmanager writes it. */
function instant(ms: number): string {
  return new Date(ms).toISOString()
}

interface Status {
  readonly startedAt: string
  readonly configuration: string
}

/** The API that is spoken; amtool warns when its own version is another, and dashboards choose by it what they ask. */
const apiVersion = '0.25.0'

export function statusJson({ startedAt, configuration }: Status) {
  return {
    cluster: { peers: [], status: 'disabled' },
    config: { original: configuration },
    uptime: startedAt,
    versionInfo: {
      branch: 'firewatch',
      buildDate: '',
      buildUser: '',
      goVersion: '',
      revision: '',
      version: apiVersion,
    },
  }
}
