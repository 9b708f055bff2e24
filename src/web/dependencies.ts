import type { AcceptedAlert, Alert } from '../domain/alert.ts'
import type { Role } from '../domain/configuration.ts'
import type { Evidence } from '../domain/evidence.ts'
import type { Incident, IncidentState } from '../domain/incident.ts'
import type { Command, CommandAnswer, NoteCommand } from '../domain/incident-messages.ts'
import type { Page } from '../domain/page.ts'
import type { RemediationAttempt } from '../domain/remediation.ts'
import type { Severity } from '../domain/severity.ts'
import type { TimelineEntry } from '../domain/timeline.ts'
import type { CheckStanding } from '../domain/verdict.ts'
import type { Credentials, Principal } from './access.ts'

/** What the web needs of the rest, wired by the composition root. */
export interface WebDependencies {
  readonly credentials: Credentials & Sessions
  readonly incidents: IncidentReader
  readonly commands: IncidentCommands
  readonly checks: { standings(): Promise<readonly CheckStanding[]> }
  /** People and their roles, as configured now. */
  readonly people: () => Promise<Readonly<Record<string, Role>>>
  readonly reviews: { get(incident: number): Promise<{ markdown: string; draftedAt: string } | undefined> }
  readonly charts: {
    /** PNG of the incident's chart as it stands. */
    render(incident: Incident): Promise<Uint8Array>
  }
  readonly intake: {
    /** Reads the body of `POST /api/v1/alerts`. @throws an error whose `problems` name each bad path */
    parse(body: unknown): readonly AcceptedAlert[]
    /** Returns only after the alerts are committed. */
    accept(alerts: readonly AcceptedAlert[]): Promise<{ accepted: number; duplicates: number }>
  }
  /** What does not answer, by name; empty when all is well. */
  readonly unready: () => Promise<Readonly<Record<string, string>>>
  /** Where Temporal's own UI shows workflows, if there is one. */
  readonly temporalUiUrl?: string
  readonly log: (message: string, error: unknown) => void
  readonly now: () => Date
  readonly newId: () => string
}

export interface Sessions {
  issue(kind: 'session' | 'login' | 'token', principal: Principal, validForMs: number | null): Promise<string>
  redeemLogin(code: string): Promise<Principal | undefined>
}

export interface IncidentReader {
  find(incident: number): Promise<Incident | undefined>
  list(filter: IncidentListFilter): Promise<Incident[]>
  byChartToken(token: string): Promise<Incident | undefined>
  /** Everything that is known of one incident. */
  records(incident: number): Promise<IncidentRecords>
}

export interface IncidentListFilter {
  readonly states?: readonly IncidentState[]
  readonly severities?: readonly Severity[]
  readonly service?: string
  readonly limit: number
}

export interface IncidentRecords {
  readonly alerts: readonly Alert[]
  readonly timeline: readonly TimelineEntry[]
  readonly pages: readonly Page[]
  readonly attempts: readonly RemediationAttempt[]
  readonly evidence: readonly Evidence[]
}

export interface IncidentCommands {
  acknowledge(groupingKey: string, command: Command): Promise<CommandAnswer>
  resolve(groupingKey: string, command: Command): Promise<CommandAnswer>
  note(groupingKey: string, command: NoteCommand): Promise<CommandAnswer>
  escalateNow(groupingKey: string, command: Command): Promise<CommandAnswer>
  stopAutomation(groupingKey: string, command: Command): Promise<CommandAnswer>
}
