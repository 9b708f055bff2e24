import type { Configuration } from '../src/domain/configuration.ts'
import { formatDuration } from '../src/domain/duration.ts'
import type { Incident, IncidentAlerts, IncidentReading } from '../src/domain/incident.ts'
import type { Command, NoteCommand } from '../src/domain/incident-messages.ts'
import { planIncident } from '../src/domain/plan.ts'
import { firewatch, type TimelineEntry, type TimelineKind } from '../src/domain/timeline.ts'

export interface IncidentStore {
  get(incident: number): Promise<Incident>
  alerts(incident: number): Promise<IncidentAlerts>
  setRunbook(incident: number, runbook: string | null): Promise<void>
  /** Moves between `open` and `monitoring`; a resolved incident stays resolved. */
  setState(incident: number, state: 'open' | 'monitoring', at: string): Promise<void>
  acknowledge(incident: number, actor: string, at: string): Promise<void>
  /** Compare-and-set on the version; `null` closes whatever arrived meanwhile. False when it was refused. */
  close(incident: number, actor: string, at: string, version: number | null): Promise<boolean>
  describe(incident: number, nowDoing: string): Promise<void>
}

export interface IncidentDependencies {
  readonly incidents: IncidentStore
  readonly timeline: { append(entry: TimelineEntry): Promise<void> }
  readonly configurations: { get(revision: string): Promise<Configuration> }
  readonly now: () => Date
}

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

export type IncidentActivities = ReturnType<typeof createIncidentActivities>

/** The deeds of an incident's own story: reading where it stands and writing what became of it. Each may run again after a crash. */
export function createIncidentActivities(deps: IncidentDependencies) {
  const { incidents, timeline } = deps
  return {
    /** Where the incident stands, and what is to be done about it by the configuration it started with. */
    readIncident: (incident: number): Promise<IncidentReading> => readIncident(deps, incident),

    readAlerts: (incident: number): Promise<IncidentAlerts> => incidents.alerts(incident),

    changeState: (change: StateChange): Promise<void> => changeState(deps, change),

    async recordAcknowledgement({ incident, actor, at, commandId }: Command): Promise<void> {
      await incidents.acknowledge(incident, actor, at)
      const eventKey = `acknowledged/${commandId}`
      const summary = `${actor} acknowledged; escalation stops`
      await timeline.append({ incident, eventKey, at, kind: 'acknowledged', actor, summary })
    },

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

    describeProgress: ({ incident, text }: { incident: number; text: string }): Promise<void> =>
      incidents.describe(incident, text),
  }
}

async function readIncident(
  { incidents, configurations }: IncidentDependencies,
  incident: number,
): Promise<IncidentReading> {
  const record = await incidents.get(incident)
  const plan = planIncident(record, await configurations.get(record.configRevision))
  if (record.runbook !== plan.runbook) await incidents.setRunbook(incident, plan.runbook)
  const { state, acknowledgedBy } = record
  return { plan, alerts: await incidents.alerts(incident), state, acknowledgedBy }
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
