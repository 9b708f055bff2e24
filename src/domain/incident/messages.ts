import type { Matcher } from '../alert/matcher.ts'
import type { Severity } from '../values/severity.ts'

/**
 * What may be said to the workflow of an incident. The names stand here, so that the client edge and the workflow agree without knowing each
 * other.
 */
export const incidentMessages = {
  /** Something was decided that it may have to act on. */
  stirred: 'stirred',
  status: 'status',
} as const

/** A person's command. `at` is when the server took it, ISO 8601 in UTC. */
export interface Command {
  readonly incident: number
  readonly actor: string
  readonly at: string
  /** Stable over repeats of one command. */
  readonly commandId: string
}

export interface ResolveCommand extends Command {
  /** Also while alerts fire. */
  readonly anyway?: boolean
}

export interface NoteCommand extends Command {
  readonly text: string
  /** It says what was wrong: from then on somebody knew. */
  readonly identified?: boolean
}

/** `asOf` is where the escalation stood when the message was sent that this answers; past it, the command is refused. */
export interface EscalateCommand extends Command {
  readonly asOf?: { readonly round: number; readonly step: number }
}

export interface MergeCommand extends Command {
  /** The incident that it is to be part of. */
  readonly into: number
  readonly reason: string
}

export interface UnmergeCommand extends Command {
  readonly reason: string
}

/** Alerts by their fingerprints, or by matchers as silences have them; those that fire count. */
export interface SplitCommand extends Command {
  readonly fingerprints: readonly string[]
  readonly matchers: readonly Matcher[]
  readonly reason: string
}

export interface AutomationCommand extends Command {
  readonly reason: string
}

export interface HandOverCommand extends Command {
  /** A user. */
  readonly to: string
}

export interface SnoozeCommand extends Command {
  readonly forMs: number
}

export interface SeverityCommand extends Command {
  readonly severity: Severity
}

/** Puts the policy as configured now in the place of the one that the incident started with. */
export interface ApplyPolicyCommand extends Command {
  /** By its route when absent. */
  readonly policy?: string
  /** Goes on where it stands, instead of from the first step. */
  readonly keep: boolean
}

/** What came of a command, as a sentence for the one who gave it. */
export interface CommandAnswer {
  readonly changed: boolean
  readonly message: string
}

/** What incidents can be searched by in Temporal's UI, all keywords. Stored in plain text there: no secrets. */
export const searchAttributeNames = {
  incident: 'FirewatchIncident',
  severity: 'FirewatchSeverity',
  service: 'FirewatchService',
  state: 'FirewatchState',
  runbook: 'FirewatchRunbook',
} as const
