import type { Labels } from '../alert/alert.ts'
import type { CorrelationRules } from '../alert/correlation.ts'
import type { DeployWindow } from '../alert/deploy-window.ts'
import type { InhibitionRule } from '../alert/inhibition.ts'
import type { Matcher } from '../alert/matcher.ts'
import type { FlappingRule } from '../incident/flapping.ts'
import type { TimeWindow } from '../alert/time-window.ts'
import type { Schedule } from '../on-call/schedule.ts'
import type { Retention } from './retention.ts'
import type { Runbook } from '../investigate/runbook.ts'
import type { Severity, SeverityWords } from '../values/severity.ts'
import type { EscalationPolicy } from './escalation-policy.ts'
import type { Team, User, Calendar, SharedChannel } from './people.ts'
import type { SecretReference } from './secret-reference.ts'
import type { Integrations } from './integrations.ts'

/** Everything `firewatch.yaml` and the runbooks say, validated as a whole and frozen. Durations are milliseconds. */
export interface Configuration {
  /** First 12 hex digits of the SHA-256 of all that was read; stored with each incident. */
  readonly revision: string
  readonly timeZone: string
  /** Where people's links lead; by default the address of the server. */
  readonly publicUrl?: string
  /** Told while all is well with paging. */
  readonly heartbeat?: Heartbeat
  readonly retention: Retention
  /** What words of other systems mean, in capitals; absent: the usual ones. */
  readonly severities?: SeverityWords
  /** An alert through Alertmanager's API that does not say until when fires for so long after it was last sent; absent: 5 minutes. */
  readonly resolveTimeoutMs?: number
  /** Which incidents are taken for parts of others; absent: none. */
  readonly correlation?: CorrelationRules
  readonly services: Readonly<Record<string, Service>>
  readonly sources: Readonly<Record<string, SourceTable>>
  readonly metrics: Readonly<Record<string, Metric>>
  readonly slices: Readonly<Record<string, Slice>>
  readonly checks: Readonly<Record<string, Check>>
  /** Jobs that say regularly that they are alive. */
  readonly heartbeats?: Readonly<Record<string, HeartbeatMonitor>>
  readonly users: Readonly<Record<string, User>>
  readonly teams: Readonly<Record<string, Team>>
  /** Places where many people hear, such as a chat room. */
  readonly channels: Readonly<Record<string, SharedChannel>>
  readonly schedules: Readonly<Record<string, Schedule>>
  readonly calendars: Readonly<Record<string, Calendar>>
  readonly policies: Readonly<Record<string, EscalationPolicy>>
  /** The first route whose matchers all hold takes the alert; the last one has no matchers. */
  readonly routes: readonly Route[]
  /** Times that routes name, in which they are muted or active. */
  readonly windows?: Readonly<Record<string, TimeWindow>>
  /** Which alerts keep which others from paging. */
  readonly inhibit?: readonly InhibitionRule[]
  readonly targets: Readonly<Record<string, RemediationTarget>>
  readonly runbooks: readonly Runbook[]
  /** Accounts of this installation with those who carry its messages. */
  readonly integrations?: Integrations
}

/** A place outside that raises the alarm when it hears nothing. */
export interface Heartbeat {
  readonly url: SecretReference
  readonly everyMs: number
}

export interface Service {
  readonly name: string
  readonly description?: string
  /** Who owns action items of its reviews: a user or a role's name. */
  readonly owner?: string
  readonly dashboardUrl?: string
  /** What to do, kept elsewhere. */
  readonly runbookUrl?: string
  /** Further places to look. */
  readonly links?: readonly NamedLink[]
  /** Services that it cannot do without. */
  readonly dependsOn?: readonly string[]
  /** While one of them lasts, nobody is paged about the service; what is still wrong at its end is paged then. */
  readonly maintenance?: readonly Maintenance[]
  /** The same at recurring times. */
  readonly recurringMaintenance?: readonly RecurringMaintenance[]
  /** For a while after each of its deploys, some of its alerts page nobody; absent: they do. */
  readonly deploys?: DeployWindow
}

/** An address for people, `http` or `https`, and what it is called. */
export interface NamedLink {
  readonly title: string
  readonly url: string
}

/** Half-open; epoch milliseconds. */
export interface Maintenance {
  readonly from: number
  readonly to: number
  readonly reason: string
}

/** Maintenance whenever a window of the configuration holds. */
export interface RecurringMaintenance {
  /** Its name, and when it holds. */
  readonly window: string
  readonly times: TimeWindow
  readonly reason: string
}

/** A ClickHouse table with one row per event. `table` and `timeColumn` are identifiers, checked, never free SQL. */
export interface SourceTable {
  readonly name: string
  readonly table: string
  readonly timeColumn: string
}

/** What zero rows mean depends on the kind: 0 for `count` and `unique`, `unknown` for `ratio` and `gauge`. */
export type Metric =
  | (MetricBase & { readonly kind: 'count' | 'unique' | 'gauge'; readonly sql: string })
  | (MetricBase & { readonly kind: 'ratio'; readonly numerator: string; readonly denominator: string })

interface MetricBase {
  readonly name: string
  /** For people: `Likes per user`. */
  readonly title: string
  /** Shown behind numbers: `%`. */
  readonly unit?: string
  readonly source: string
  readonly chartUrl?: string
  readonly responsible: readonly string[]
}

/** A dimension to look at one by one. The slice `total` always exists and has the single group `total`. */
export interface Slice {
  readonly name: string
  /** Expression over the source's columns whose value names the group. */
  readonly sql: string
  readonly groups: readonly string[]
  readonly responsible: readonly string[]
}

export interface Check {
  readonly name: string
  /** What people call it: it stands in the titles of its incidents. */
  readonly title?: string
  readonly service: string
  readonly metrics: readonly string[]
  readonly slices: readonly string[]
  readonly detector: DetectorConfiguration
  readonly bucketMs: number
  /** `false`: no schedule runs it; it is there to be replayed over recorded data. */
  readonly scheduled?: false
  /** How often it runs; by default once a bucket. */
  readonly everyMs: number
  /** How long after a bucket's end its rows may still come in. */
  readonly lateMs: number
  /** Local clock windows in which buckets are not judged, half-open, `HH:MM`. */
  readonly quietHours: readonly { readonly from: string; readonly to: string }[]
  /** A series must fire this long before it is an alert; 0: at once. */
  readonly forMs: number
  /** Consecutive evaluated `ok` buckets after which an alert clears. */
  readonly clearAfter: number
  /** For this long after a message a re-fire of the same series changes state but sends no new message. */
  readonly cooldownMs: number
  /** A source without rows for this long is an alert of its own. */
  readonly silentAfterMs: number
  /** What never had any data is waited for so long before people are told; absent: an hour. */
  readonly firstDataWithinMs?: number
  /** Label `severity` of its alerts. */
  readonly severity: string
  readonly labels: Labels
  readonly dashboardUrl?: string
  readonly runbookUrl?: string
  readonly links?: readonly NamedLink[]
}

/** A job that is expected to be heard of: silence is an alert. */
export interface HeartbeatMonitor {
  readonly name: string
  /** How often it beats. */
  readonly everyMs: number
  /** How much later than that a beat may still come. */
  readonly graceMs: number
  readonly service?: string
  /** Label `severity` of its alert. */
  readonly severity: string
  readonly labels: Labels
  /** What people call it: it stands in the title of its alert. */
  readonly title?: string
  /** What its silence means, for whoever is paged. */
  readonly summary?: string
  /** Its state is followed, and nobody is told. */
  readonly muted?: true
  readonly dashboardUrl?: string
  readonly runbookUrl?: string
  readonly links?: readonly NamedLink[]
}

/** One kind per detector of `src/domain/detectors`. */
export type DetectorConfiguration = SameTimeConfiguration | ThresholdConfiguration

export interface SameTimeConfiguration {
  readonly kind: 'same-time'
  /** Least difference from both baselines, 0 to 1. */
  readonly threshold: number
}

/** Fires while the metric's value stands so to `value`. */
export interface ThresholdConfiguration {
  readonly kind: 'threshold'
  readonly op: '>' | '>=' | '<' | '<='
  readonly value: number
  /** Stricter: a series that fires does so until its value does not stand so to `clear` either. */
  readonly clear?: number
}

export interface Route {
  /** Tells it from the others, whatever its place: alerts of two routes meet in no incident. Empty: the one that takes what is left. */
  readonly key?: string
  /** Labels that must be so; beside them, all `matchers` hold. */
  readonly match: Labels
  readonly matchers?: readonly Matcher[]
  /** The routes behind it have their turn as well. */
  readonly continue?: boolean
  /** What people call those whom it brings alerts to; absent: its policy. */
  readonly receiver?: string
  /** What alerts meet in one incident by; `...`: by all their labels. */
  readonly groupBy: readonly string[]
  /** Before the first page, more alerts of the group may come in for so long; absent: it goes out at once. */
  readonly groupWaitMs?: number
  /** Shared channels, by name, that follow each group of its alerts, beside whoever is paged. */
  readonly tell?: readonly string[]
  /** How often they hear at most; absent: 5 minutes. */
  readonly groupIntervalMs?: number
  /** What fires on as it was is told again after so long, and paged again where nobody has it; absent: it is not. */
  readonly repeatIntervalMs?: number
  /** Whether they hear of alerts that are over; absent: they do. */
  readonly sendResolved?: boolean
  /** Windows, by name, in which nobody is paged; and windows outside which nobody is. */
  readonly mute?: readonly string[]
  readonly active?: readonly string[]
  /** Looked at before it: the first that takes an alert has it. They have its settings, but for what they say themselves. */
  readonly routes?: readonly Route[]
  readonly service?: string
  /** Policy per severity; a severity without one takes `default`. */
  readonly policies: Readonly<Partial<Record<Severity, string>> & { default: string }>
  /** All alerts clear for this long: resolved. */
  readonly stableForMs: number
  /** What begins to fire so often within this time flaps; absent: nothing does. */
  readonly flapping?: FlappingRule
  /** Alerts that still fire so long after a person resolved their incident open the next one. */
  readonly stillFiringAfterMs?: number
  /** Head start of remediation before the first page, per severity; absent: page at once. P0 never waits. */
  readonly remediateFirstMs: Readonly<Partial<Record<Severity, number>>>
}

/** Something an action may be done to. `group` bounds how many of its kind may be under repair at once. */
export interface RemediationTarget {
  readonly name: string
  readonly service: string
  readonly group: string
  readonly actions: Readonly<Record<string, ActionConfiguration>>
}

/** How one action reaches its target: an HTTP call, and what may be done when its answer is lost. */
export interface ActionConfiguration {
  readonly kind: 'http'
  readonly url: SecretReference
  readonly token?: SecretReference
  readonly timeoutMs: number
  /** Read-only: says whether an attempt with this key was applied (`{"applied": true|false}`). */
  readonly probeUrl?: SecretReference
  /** Declared by people: the target carries out each `Idempotency-Key` once. Without a `probeUrl` a lost answer is then asked for again. */
  readonly idempotent?: boolean
}
