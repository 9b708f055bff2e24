import type { OnCall } from '../domain/page/channel-answers.ts'
import type { Configuration } from '../domain/configuration/configuration.ts'
import type { Silencing } from '../domain/alert/silence-request.ts'
import type { MaintenanceAnnouncements } from '../domain/escalate/maintenance.ts'
import type { Declaration } from '../domain/alert/declaration.ts'
import type { Incident } from '../domain/incident/incident.ts'
import type { Command, CommandAnswer, EscalateCommand, ResolveCommand } from '../domain/incident/messages.ts'

/** Somebody who was turned away, for the audit. */
export interface Refusal {
  readonly channel: string
  /** As the provider names them. */
  readonly account: string
  readonly person?: string
  readonly verb: string
  readonly incident?: string
  readonly reason: string
}

export interface AnswerServiceOptions {
  /** As configured now. */
  readonly users: () => Configuration['users']
  readonly incidents: { find(incident: number): Promise<Incident | undefined> }
  readonly commands: {
    acknowledge(command: Command): Promise<CommandAnswer>
    resolve(command: ResolveCommand): Promise<CommandAnswer>
    escalateNow(command: EscalateCommand): Promise<CommandAnswer>
  }
  /** Numbers of the incidents of a bundle, which a page of the incident leads; none when there is no such bundle. */
  readonly bundle: (incident: number, name: string) => Promise<readonly number[]>
  /** By whose clock a person reads times, as configured now. */
  readonly zoneOf: (person: string) => string
  /** Names of the services, as configured now. */
  readonly services: () => readonly string[]
  /** Opens the incident; `undefined` when it is stored and opens in a moment. */
  readonly declare: (
    declaration: Declaration,
  ) => Promise<{ readonly incident: Incident; readonly paged: readonly string[] } | undefined>
  readonly maintenance: MaintenanceAnnouncements
  readonly silencing: Silencing
  /** Of one schedule, or of all. */
  readonly whoIsOnCall: (schedule?: string) => Promise<readonly OnCall[]>
  /** An address that logs this person in once, for a few minutes. */
  readonly loginLink: (person: string) => Promise<string>
  readonly publicUrl: string
  readonly now: () => Date
  /** Told of everybody who was turned away. */
  readonly refused: (refusal: Refusal) => void
  readonly log: (message: string, error: unknown) => void
}
