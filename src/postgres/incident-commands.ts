import { unknownName } from '../domain/values/suggestion.ts'
import type { Configuration } from '../domain/configuration/configuration.ts'
import { keepPosition } from '../domain/escalate/escalate.ts'
import type { Answer } from '../domain/incident/answer.ts'
import type { CommandEvent, MachineEvent } from '../domain/incident/event.ts'
import type {
  ApplyPolicyCommand,
  AutomationCommand,
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
import { policyOfIncident, policyRevisionOf } from '../domain/incident/plan.ts'
import { CommandRefused } from './command-refused.ts'
import { mergeTarget } from './correlation.ts'
import type { Database } from './database.ts'
import type { RowChange } from './incident-decision.ts'
import type { IncidentMachine, LockedIncident } from './incident-machine.ts'
import { type IncidentConfigurations, settingsOf } from './incident-world.ts'
import { splitOff } from './split.ts'

export interface CommandParts {
  readonly machine: IncidentMachine
  readonly configurations: IncidentConfigurations
  /** Unguessable. */
  readonly newToken: () => string
}

type Given<Event> = Event extends CommandEvent ? Omit<Event, 'at' | 'actor' | 'commandId'> : never

/**
 * What people tell incidents. Decided and kept in one transaction, so that a command counts whether or not a workflow is there to hear of it.
 * Each @throws CommandRefused
 */
export function createIncidentCommands(parts: CommandParts) {
  const simply = (event: Given<CommandEvent>) => async () => ({ event })
  return {
    acknowledge: (command: Command) =>
      give(parts, command, async (locked) => ({
        event: { type: 'acknowledge', forMs: await lastsMs(parts, locked) },
      })),
    takeOver: (command: Command) =>
      give(parts, command, async (locked) => ({
        event: { type: 'take-over', forMs: await lastsMs(parts, locked) },
      })),
    snooze: (command: SnoozeCommand) =>
      give(parts, command, simply({ type: 'snooze', forMs: command.forMs })),
    handOver: (command: HandOverCommand) =>
      give(parts, command, simply({ type: 'hand-over', to: command.to })),
    escalateNow: ({ asOf, ...command }: EscalateCommand) =>
      give(parts, command, simply({ type: 'escalate', ...(asOf === undefined ? {} : { asOf }) })),
    resolve: (command: ResolveCommand) =>
      give(parts, command, simply({ type: 'resolve', anyway: command.anyway ?? false })),
    merge: ({ into, reason, ...command }: MergeCommand) =>
      give(parts, command, async ({ incident }, db) => ({
        event: { type: 'merge', into, reason, target: await mergeTarget(db, incident.number, into) },
      })),
    unmerge: ({ reason, ...command }: UnmergeCommand) =>
      give(parts, command, simply({ type: 'unmerge', reason })),
    split: (command: SplitCommand) =>
      give(parts, command, async (locked, db) => ({ event: await splitOff(db, parts, locked, command) })),
    note: ({ text, identified, ...command }: NoteCommand) =>
      give(parts, command, simply({ type: 'note', text, ...(identified === true ? { identified } : {}) })),
    stopAutomation: ({ reason, ...command }: AutomationCommand) =>
      give(parts, command, simply({ type: 'stop-automation', reason })),
    resumeAutomation: ({ reason, ...command }: AutomationCommand) =>
      give(parts, command, simply({ type: 'resume-automation', reason })),
    setSeverity: (command: SeverityCommand) =>
      give(parts, command, (locked) => severityChange(parts, command, locked)),
    applyPolicy: (command: ApplyPolicyCommand) =>
      give(parts, command, (locked) => policyChange(parts, command, locked)),
  }
}

interface Change {
  readonly event: Given<CommandEvent>
  readonly columns?: RowChange
}

async function give(
  { machine }: CommandParts,
  { incident, actor, at, commandId }: Command,
  changeOf: (locked: LockedIncident, db: Database) => Promise<Change>,
): Promise<CommandAnswer> {
  const { answer } = await machine.take(incident, async (locked, db) => {
    const { event, columns } = await changeOf(locked, db)
    const command = { ...event, at: Date.parse(at), actor, commandId } as MachineEvent
    return columns === undefined ? { event: command } : { event: command, columns }
  })
  return answered(answer)
}

function answered(answer: Answer | null): CommandAnswer {
  if (answer === null) throw new Error('a command was decided without an answer')
  const { kind, message } = answer
  if (kind === 'refused' || kind === 'still-firing')
    throw new CommandRefused(message, kind === 'still-firing')
  return { changed: kind === 'done', message }
}

/** How long an acknowledgement holds by the incident's policy, in milliseconds; `null`: for good. */
async function lastsMs(
  { configurations }: CommandParts,
  { incident }: LockedIncident,
): Promise<number | null> {
  return (await policyNow(configurations, incident)).acknowledgedForMs ?? null
}

async function severityChange(
  { configurations }: CommandParts,
  command: SeverityCommand,
  { incident }: LockedIncident,
): Promise<Change> {
  const { severity, actor } = command
  const { settings } = await settingsOf(configurations, incident, severity)
  return { event: { type: 'set-severity', severity, settings }, columns: { severitySetBy: actor } }
}

async function policyChange(
  { configurations }: CommandParts,
  { policy, keep }: ApplyPolicyCommand,
  { incident, state }: LockedIncident,
): Promise<Change> {
  const running = configurations.running()
  refuseUnknown(policy, running)
  const applied = { ...incident, policyRevision: running.revision, policyName: policy ?? null }
  const before = await policyNow(configurations, incident)
  const after = policyOfIncident(applied, running)
  const { settings } = await settingsOf(configurations, applied, incident.severity)
  const at = state?.at ?? null
  const kept = keep && at !== null ? keepPosition(before, after, at) : null
  return {
    event: { type: 'apply-policy', policy: after.name, keep, kept, settings },
    columns: { policy: { revision: running.revision, name: policy ?? null } },
  }
}

function refuseUnknown(policy: string | undefined, { policies }: Configuration): void {
  if (policy === undefined || Object.hasOwn(policies, policy)) return
  throw new CommandRefused(unknownName('policy', policy, Object.keys(policies)))
}

async function policyNow({ running, get }: IncidentConfigurations, incident: LockedIncident['incident']) {
  const revision = policyRevisionOf(incident)
  return policyOfIncident(incident, running().revision === revision ? running() : await get(revision))
}
