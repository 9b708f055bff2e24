import type { MaintenanceAnnouncements } from '../domain/escalate/maintenance.ts'
import type { Alert } from '../domain/alert/alert.ts'
import type { Silencing } from '../domain/alert/silence-request.ts'
import type { ChartModel } from '../domain/chart/chart.ts'
import type { Check, Configuration, Metric, Slice } from '../domain/configuration/configuration.ts'
import type { Role } from '../domain/configuration/people.ts'
import type { Declaration } from '../domain/alert/declaration.ts'
import type { PagingPreview } from '../domain/escalate/preview.ts'
import type { LinkPlace } from '../domain/page/page-link.ts'
import type { Evidence } from '../domain/investigate/evidence.ts'
import type { MachineEvent } from '../domain/incident/event.ts'
import type { ChangeEvent } from '../domain/alert/change-event.ts'
import type { IncidentPart } from '../domain/incident/merging.ts'
import type { MachineState } from '../domain/incident/state.ts'
import type { Incident, IncidentState } from '../domain/incident/incident.ts'
import type {
  ApplyPolicyCommand,
  Command,
  CommandAnswer,
  EscalateCommand,
  HandOverCommand,
  MergeCommand,
  NoteCommand,
  ResolveCommand,
  SeverityCommand,
  SnoozeCommand,
  SplitCommand,
  UnmergeCommand,
} from '../domain/incident/messages.ts'
import type { Schedule, Span } from '../domain/on-call/schedule.ts'
import type { Page } from '../domain/page/page.ts'
import type { RemediationAttempt } from '../domain/remediate/remediation.ts'
import type { Runbook } from '../domain/investigate/runbook.ts'
import type { Severity } from '../domain/values/severity.ts'
import type { TimelineEntry } from '../domain/incident/timeline.ts'
import type { WaitingCheck } from '../domain/check/first-data.ts'
import type { CheckMute } from '../domain/check/mutes.ts'
import type { CheckStanding, Series, Verdict } from '../domain/check/verdict.ts'
import type { Credentials } from './access.ts'
import type { AlertmanagerApi } from './alertmanager-api.ts'
import type { AuditLog } from './audit.ts'
import type { Automation } from './automation.ts'
import type { ConfigurationService } from './configuration-service.ts'
import type { Heartbeats } from './heartbeats.ts'
import type { Intake } from './intake.ts'
import type { ServedRequest } from './observe.ts'
import type { OnCallService } from './on-call-service.ts'
import type { ReviewService } from './review-service.ts'
import type { Sessions } from './sessions.ts'
import type { SignedIntake } from './signed-intake.ts'
import type { TestPages } from './test-pages.ts'
import type { SlackWebhookHandler, AnswerLinkHandler, TelegramWebhookHandler } from './channel-handlers.ts'

/** What the web needs of the rest, wired by the composition root. */
export interface WebDependencies {
  /** Known to whoever started this server, who so tells its answers from another's. */
  readonly runId?: string
  readonly credentials: Credentials & Sessions
  /** Sends log-in links to people; absent where nobody has a chat or a mailbox of their own. */
  readonly loginLinks?: {
    canSend(): boolean
    /** Begins it: whoever asks learns nothing of what comes of it. @param next where to lead then @param place where it is tried first */
    send(name: string, next: string | undefined, place?: LinkPlace): void
  }
  readonly auditLog: AuditLog
  readonly automation: Automation
  readonly configuration: ConfigurationService
  readonly maintenance: MaintenanceAnnouncements
  readonly silencing: Silencing
  readonly incidents: IncidentReader
  readonly commands: IncidentCommands
  /** Opens an incident in a person's words; `undefined` when it is stored and opens in a moment. */
  readonly declare: (
    declaration: Declaration,
  ) => Promise<{ readonly incident: Incident; readonly paged: readonly string[] } | undefined>
  /** Who would be paged if somebody declared an incident now, for each severity, about a service or without one. */
  readonly declarationPreviews: (service: string | undefined) => Promise<readonly PagingPreview[]>
  readonly checks: CheckReader
  /** What was changed, the newest first. */
  changes(asked: { readonly service?: string; readonly limit: number }): Promise<readonly ChangeEvent[]>
  readonly heartbeats: Heartbeats
  /** Marks that change whenever what people see changes; `null` means the list of all incidents. */
  readonly marks: (incident: number | null) => Promise<string>
  readonly configured: {
    now(): Promise<Configuration>
    /** As it was when an incident opened; as it is now when that revision is gone. */
    whenOpened(incident: Incident): Promise<Configuration>
  }
  /** As configured now. */
  readonly runbooks: () => Promise<readonly Runbook[]>
  /** Names of the services, as configured now. */
  readonly services: () => Promise<readonly string[]>
  /** Where people reach us: whether over TLS. */
  readonly publicUrl: string
  /** People and their roles, as configured now. */
  readonly people: () => Promise<Readonly<Record<string, Role>>>
  /** Names of the escalation policies, as configured now. */
  readonly policies: () => Promise<readonly string[]>
  readonly testPages: TestPages
  readonly onCall: OnCallService
  readonly calendars: CalendarWriter
  readonly reviews: ReviewService
  readonly charts: Charts
  readonly intake: Intake
  readonly alertmanagerApi: AlertmanagerApi
  readonly signedIntake: SignedIntake
  /** What channels bring in; one that is not configured now has no handler. */
  readonly slack?: () => SlackWebhookHandler | undefined
  readonly telegram?: () => TelegramWebhookHandler | undefined
  readonly mail?: AnswerLinkHandler
  /** What does not answer, by name; empty when all is well. */
  readonly unready: () => Promise<Readonly<Record<string, string>>>
  /** What Firewatch counts of itself, as text of this content type. */
  readonly metrics: () => Promise<{ readonly contentType: string; readonly text: string }>
  /** Told of every request when its answer has been sent. */
  readonly served: (request: ServedRequest) => void
  /** Where Temporal's own UI shows our namespace, if there is one. */
  readonly temporalUiUrl?: string
  readonly log: (message: string, error: unknown) => void
  readonly now: () => Date
  readonly newId: () => string
}

/** When calendars are written, and what time they are about; epoch milliseconds. */
export interface CalendarRange extends Span {
  readonly writtenAt: number
}

/** Writes iCalendar texts. @throws RangeError when it would be too long for calendar programs */
export interface CalendarWriter {
  ofSchedule(schedule: Schedule, range: CalendarRange): string
  ofPerson(
    person: string,
    head: { readonly title: string; readonly timeZone: string },
    schedules: readonly Schedule[],
    range: CalendarRange,
  ): string
}

/** A chart, that nothing measures what it would show, or that the measurements cannot be read now. */
export type ChartReading =
  | { readonly kind: 'chart'; readonly model: ChartModel }
  | { readonly kind: 'none' }
  | { readonly kind: 'unreadable'; readonly why: 'unavailable' | 'refused' }

/** What a chart shows: in people's titles, and by which rule it was judged, where that is known. */
export type ChartAbout = Pick<ChartModel, 'title' | 'unit' | 'rule'>

/** A series of a check, and for how long up to now. */
export interface SeriesRange {
  readonly series: Series
  readonly rangeMs: number
}

/** Time zones are those whose clock a chart shows; by default the configuration's. */
export interface Charts {
  /** What an incident's chart shows, from the records alone; `undefined` where nothing measures what fires. */
  about(incident: Incident): Promise<ChartAbout | undefined>
  ofIncident(incident: Incident, timeZone?: string): Promise<ChartReading>
  ofSeries(range: SeriesRange, timeZone?: string): Promise<ChartReading>
  /** For messages: on a light ground. */
  png(model: ChartModel): Uint8Array
  /** For pages: dark where the reader prefers it. */
  svg(model: ChartModel, size: PageChartSize): string
  /** Words in the place of a chart. */
  wordsAsPng(words: string): Uint8Array
  wordsAsSvg(words: string, size: PageChartSize): string
}

/** `narrow`: for a phone. */
export type PageChartSize = 'wide' | 'narrow'

export interface CheckReader {
  standings(): Promise<readonly CheckStanding[]>
  /** Checks of which something fires that their cooldown mutes. */
  mutes(): Promise<readonly CheckMute[]>
  /** Checks that wait for their first data. */
  waiting(): Promise<readonly WaitingCheck[]>
  /** Names of the checks, as configured now. */
  names(): Promise<readonly string[]>
  /** What a check watches and how it stands; `undefined` when there is no such check. */
  details(check: string): Promise<CheckDetails | undefined>
  /** How a check judged of late, at most `most` of its series; `undefined` when there is no such check. */
  read(check: string, most: number): Promise<CheckReading | undefined>
}

/** A check and its recent verdicts: series that fire come first. */
export interface CheckReading {
  readonly check: Check
  readonly series: readonly CheckSeries[]
  /** Series that are not shown. */
  readonly more: number
}

/** A check in words that people gave: what it watches, what fires, and what came of it. */
export interface CheckDetails {
  readonly check: Check
  readonly metrics: readonly Metric[]
  /** Without the slice `total`. */
  readonly slices: readonly Slice[]
  readonly series: readonly Series[]
  readonly runbook: { readonly name: string; readonly title: string } | null
  readonly dashboardUrl: string | null
  /** Series that fire, those that have not fired long enough for an alert among them. */
  readonly firing: readonly FiringSeries[]
  /** Those that its alerts opened or joined, newest first. */
  readonly incidents: readonly Incident[]
}

export interface FiringSeries extends Series {
  readonly phase: 'pending' | 'firing'
  /** Start of the first bucket that fired, ISO 8601 in UTC. */
  readonly since: string
}

export interface CheckSeries {
  /** `Likes on iOS`. */
  readonly title: string
  /** Oldest first; never empty. */
  readonly verdicts: readonly Verdict[]
  /** Shown behind its values. */
  readonly unit?: string
  /** The incident that its alert fires in. */
  readonly incident?: number
}

export interface IncidentReader {
  find(incident: number): Promise<Incident | undefined>
  list(filter: IncidentListFilter): Promise<Incident[]>
  /** Open before monitored before resolved, the former two by severity, and the newest first. */
  board(filter: BoardFilter): Promise<readonly BoardRow[]>
  /** How many there are in each state, of those that the filter lets through. */
  counts(filter?: Partial<IncidentListFilter>): Promise<Readonly<Record<IncidentState, number>>>
  byChartToken(token: string): Promise<Incident | undefined>
  /** Everything that is known of one incident. */
  records(incident: number): Promise<IncidentRecords>
  /** Everything it heard of, in the order in which it was decided; none of those that were opened before events were kept. */
  events(incident: number): Promise<readonly MachineEvent[]>
}

export interface IncidentListFilter {
  readonly states?: readonly IncidentState[]
  readonly severities?: readonly Severity[]
  readonly service?: string
  /** Acknowledged by this person, or paged to them. */
  readonly person?: string
  /** Occurs in the title, the service or the grouping key. */
  readonly text?: string
  /** Not over, and nobody has it. */
  readonly isUnowned?: boolean
  /** Only incidents with a lower number. */
  readonly before?: number
  readonly limit: number
}

/** Where an incident stands in the order of the board. */
export interface BoardPosition {
  readonly state: IncidentState
  readonly severity: Severity
  readonly number: number
}

export interface BoardFilter extends IncidentListFilter {
  /** Only incidents that stand after this place, which need not be one of them any more. */
  readonly after?: BoardPosition
}

export interface BoardRow {
  readonly incident: Incident
  /** The state that its last decision left; `null` where nothing was ever decided. */
  readonly machine: MachineState | null
}

export interface IncidentRecords {
  /** The state that its last decision left; `null` where nothing was ever decided. */
  readonly machine: MachineState | null
  readonly alerts: readonly Alert[]
  readonly timeline: readonly TimelineEntry[]
  readonly pages: readonly Page[]
  readonly attempts: readonly RemediationAttempt[]
  readonly evidence: readonly Evidence[]
  /** What was changed of its service, and of those that it depends on, from an hour before it began: what was changed nearest to that first. */
  readonly changes: readonly ChangeEvent[]
  /** Open incidents that are part of it. */
  readonly parts: readonly IncidentPart[]
}

export interface IncidentCommands {
  acknowledge(command: Command): Promise<CommandAnswer>
  resolve(command: ResolveCommand): Promise<CommandAnswer>
  note(command: NoteCommand): Promise<CommandAnswer>
  escalateNow(command: EscalateCommand): Promise<CommandAnswer>
  takeOver(command: Command): Promise<CommandAnswer>
  handOver(command: HandOverCommand): Promise<CommandAnswer>
  snooze(command: SnoozeCommand): Promise<CommandAnswer>
  setSeverity(command: SeverityCommand): Promise<CommandAnswer>
  applyPolicy(command: ApplyPolicyCommand): Promise<CommandAnswer>
  merge(command: MergeCommand): Promise<CommandAnswer>
  unmerge(command: UnmergeCommand): Promise<CommandAnswer>
  split(command: SplitCommand): Promise<CommandAnswer>
}
