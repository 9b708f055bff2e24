import { formatDuration } from '../src/domain/duration.ts'
import type { EscalationPosition } from '../src/domain/escalate.ts'
import type { IncidentAlerts, IncidentReading } from '../src/domain/incident.ts'
import type {
  ApplyPolicyCommand,
  Command,
  NoteCommand,
  SeverityCommand,
} from '../src/domain/incident-messages.ts'
import { planIncident, policyOfIncident, policyRevisionOf } from '../src/domain/plan.ts'
import { firewatch, type TimelineKind } from '../src/domain/timeline.ts'
import type { IncidentDependencies } from './incident-dependencies.ts'
import {
  type AcknowledgementEnd,
  applyPolicy,
  recordAcknowledgement,
  type TakenIncident,
} from './incident-ownership.ts'

/** A change of an incident's state, numbered within its workflow so that a repeated activity writes it once. */
export interface StateChange {
  readonly incident: number
  readonly state: 'open' | 'monitoring'
  readonly change: number
  readonly summary: string
}

export interface CommandRecord extends Command {
  readonly kind: Extract<TimelineKind, 'escalation' | 'remediation'>
  readonly summary: string
}

export interface CloseIncident {
  readonly incident: number
  readonly change: number
  /** Absent: closed by Firewatch, if nothing has changed since `version`. */
  readonly by?: Command
  readonly version: number
  readonly stableForMs: number
}

export interface Release {
  readonly incident: number
  readonly change: number
  readonly summary: string
}

/** What is said of an incident, and in how long paging does something next: `null`, when people do; absent, as was said before. */
export interface Progress {
  readonly incident: number
  readonly text: string
  readonly dueInMs?: number | null
}

export type IncidentActivities = ReturnType<typeof createIncidentActivities>

/** The deeds of an incident's own story: reading where it stands and writing what became of it. Each may run again after a crash. */
export function createIncidentActivities(deps: IncidentDependencies) {
  const { incidents, timeline } = deps
  return {
    /** Where the incident stands, and what is to be done about it by the configuration it started with. */
    readIncident: (incident: number): Promise<IncidentReading> => readIncident(deps, incident),

    readAlerts: (incident: number): Promise<IncidentAlerts> => incidents.alerts(incident),

    changeState: (change: StateChange): Promise<void> => changeState(deps, change),

    recordAcknowledgement: (taken: TakenIncident): Promise<AcknowledgementEnd> =>
      recordAcknowledgement(deps, taken),

    /** Nobody has the incident any more, for a reason that people read. */
    async releaseAcknowledgement({ incident, change, summary }: Release): Promise<void> {
      await incidents.release(incident)
      const [eventKey, at] = [`released/${change}`, deps.now().toISOString()]
      await timeline.append({ incident, eventKey, at, kind: 'escalation', actor: firewatch, summary })
    },

    async setSeverity(command: SeverityCommand): Promise<void> {
      const { incident, actor, at, commandId, severity } = command
      await incidents.setSeverity(incident, severity, actor)
      const summary = `${actor} set the severity to ${severity}`
      await timeline.append({
        incident,
        eventKey: `command/${commandId}`,
        at,
        kind: 'severity',
        actor,
        summary,
      })
    },

    applyPolicy: (command: ApplyPolicyCommand & { at: string; position: EscalationPosition | null }) =>
      applyPolicy(deps, command),

    async recordNote({ incident, actor, at, commandId, text }: NoteCommand): Promise<void> {
      const eventKey = `note/${commandId}`
      await timeline.append({ incident, eventKey, at, kind: 'note', actor, summary: text })
    },

    /** A command that changes what the workflow does next, for the record. */
    async recordCommand({ incident, actor, at, commandId, kind, summary }: CommandRecord): Promise<void> {
      await timeline.append({ incident, eventKey: `command/${commandId}`, at, kind, actor, summary })
    },

    /** Closes the incident unless an alert changed meanwhile; a person's command closes it anyway. */
    closeIncident: (closing: CloseIncident): Promise<boolean> => closeIncident(deps, closing),

    describeProgress: ({ incident, text, dueInMs }: Progress): Promise<void> => {
      if (dueInMs === undefined) return incidents.describe(incident, text)
      const dueAt = dueInMs === null ? null : new Date(deps.now().getTime() + dueInMs).toISOString()
      return incidents.describe(incident, text, dueAt)
    },
  }
}

async function readIncident(
  { incidents, configurations, now }: IncidentDependencies,
  incident: number,
): Promise<IncidentReading> {
  const record = await incidents.get(incident)
  const policy = policyOfIncident(record, await configurations.get(policyRevisionOf(record)))
  const plan = planIncident(record, await configurations.get(record.configRevision), policy)
  if (record.runbook !== plan.runbook) await incidents.setRunbook(incident, plan.runbook)
  const { state, acknowledgedBy, acknowledgedUntil } = record
  const acknowledgedForMs =
    acknowledgedUntil === null ? null : Math.max(Date.parse(acknowledgedUntil) - now().getTime(), 0)
  return { plan, alerts: await incidents.alerts(incident), state, acknowledgedBy, acknowledgedForMs }
}

async function changeState(
  { incidents, timeline, now }: IncidentDependencies,
  { incident, state, change, summary }: StateChange,
): Promise<void> {
  const at = now().toISOString()
  await incidents.setState(incident, state, at)
  const eventKey = `state/${change}`
  await timeline.append({ incident, eventKey, at, kind: 'state', actor: firewatch, summary })
}

async function closeIncident(
  { incidents, timeline, now }: IncidentDependencies,
  { incident, change, by, version, stableForMs }: CloseIncident,
): Promise<boolean> {
  const at = by?.at ?? now().toISOString()
  const actor = by?.actor ?? firewatch
  if (!(await incidents.close(incident, actor, at, by === undefined ? version : null))) return false
  const summary =
    by === undefined
      ? `Resolved: every alert stayed clear for ${formatDuration(stableForMs)}`
      : `${actor} resolved the incident`
  const eventKey = `resolved/${change}`
  await timeline.append({ incident, eventKey, at, kind: 'resolved', actor, summary })
  return true
}
