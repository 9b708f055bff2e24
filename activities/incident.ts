import { ApplicationFailure } from '@temporalio/common'
import type { Configuration } from '../src/domain/configuration.ts'
import { formatDuration } from '../src/domain/duration.ts'
import { type EscalationPosition, keepPosition, type KeptPosition } from '../src/domain/escalate.ts'
import type { Incident, IncidentAlerts, IncidentReading } from '../src/domain/incident.ts'
import type {
  ApplyPolicyCommand,
  Command,
  NoteCommand,
  SeverityCommand,
} from '../src/domain/incident-messages.ts'
import { planIncident, policyOfIncident, policyRevisionOf } from '../src/domain/plan.ts'
import type { Severity } from '../src/domain/severity.ts'
import { firewatch, type TimelineEntry, type TimelineKind } from '../src/domain/timeline.ts'

export interface IncidentStore {
  get(incident: number): Promise<Incident>
  alerts(incident: number): Promise<IncidentAlerts>
  setRunbook(incident: number, runbook: string | null): Promise<void>
  /** Moves between `open` and `monitoring`; a resolved incident stays resolved. */
  setState(incident: number, state: 'open' | 'monitoring', at: string): Promise<void>
  /** `until`: when the acknowledgement runs out; `null`: never. */
  acknowledge(incident: number, actor: string, at: string, until: string | null): Promise<void>
  /** Nobody has it any more. */
  release(incident: number): Promise<void>
  setSeverity(incident: number, severity: Severity, actor: string): Promise<void>
  /** From now on its policy is that of `revision`: the one called `policy`, or by its route when that is `null`. */
  setPolicy(incident: number, revision: string, policy: string | null): Promise<void>
  /** Compare-and-set on the version; `null` closes whatever arrived meanwhile. False when it was refused. */
  close(incident: number, actor: string, at: string, version: number | null): Promise<boolean>
  /** `dueAt`: when paging does something next; `null` when it waits for nothing but people, absent to leave it as it is. */
  describe(incident: number, nowDoing: string, dueAt?: string | null): Promise<void>
}

export interface IncidentDependencies {
  readonly incidents: IncidentStore
  readonly timeline: { append(entry: TimelineEntry): Promise<void> }
  readonly configurations: { get(revision: string): Promise<Configuration> }
  /** As configured now. */
  readonly running: () => Configuration
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

/** Somebody has the incident. */
export interface TakenIncident extends Command {
  /** What they did, after their name: `acknowledged; escalation stops`. */
  readonly deed: string
  /** They ask to be reminded after so long; `null`: as the policy says. */
  readonly forMs: number | null
}

export interface AcknowledgementEnd {
  /** `null`: it holds for good. */
  readonly forMs: number | null
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

export interface AppliedPolicy {
  readonly name: string
  /** Where the escalation goes on; `null`: from its beginning. */
  readonly kept: KeptPosition | null
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

async function recordAcknowledgement(
  { incidents, timeline, configurations, now }: IncidentDependencies,
  { incident, actor, at, commandId, deed, forMs }: TakenIncident,
): Promise<AcknowledgementEnd> {
  const record = await incidents.get(incident)
  const policy = policyOfIncident(record, await configurations.get(policyRevisionOf(record)))
  const lasts = forMs ?? policy.acknowledgedForMs ?? null
  const until = lasts === null ? null : new Date(now().getTime() + lasts).toISOString()
  await incidents.acknowledge(incident, actor, at, until)
  const [eventKey, summary] = [`acknowledged/${commandId}`, `${actor} ${deed}`]
  const detail = until === null ? {} : { until }
  await timeline.append({ incident, eventKey, at, kind: 'acknowledged', actor, summary, detail })
  return { forMs: lasts }
}

/** @throws ApplicationFailure `NoSuchPolicy` when the configuration as it runs now has none of that name */
async function applyPolicy(
  { incidents, timeline, configurations, running }: IncidentDependencies,
  {
    incident,
    actor,
    at,
    commandId,
    policy,
    keep,
    position,
  }: ApplyPolicyCommand & {
    position: EscalationPosition | null
  },
): Promise<AppliedPolicy> {
  const current = running()
  if (policy !== undefined && !Object.hasOwn(current.policies, policy)) {
    const known = Object.keys(current.policies).join(', ')
    throw ApplicationFailure.nonRetryable(`there is no policy "${policy}"; there is ${known}`, 'NoSuchPolicy')
  }
  const record = await incidents.get(incident)
  const before = policyOfIncident(record, await configurations.get(policyRevisionOf(record)))
  await incidents.setPolicy(incident, current.revision, policy ?? null)
  const after = policyOfIncident(
    { ...record, policyRevision: current.revision, policyName: policy ?? null },
    current,
  )
  const how = keep ? 'where it stands' : 'from its first step'
  const summary = `${actor} applied policy ${after.name} as configured now, ${how}`
  await timeline.append({
    incident,
    eventKey: `command/${commandId}`,
    at,
    kind: 'escalation',
    actor,
    summary,
  })
  return { name: after.name, kept: keep && position !== null ? keepPosition(before, after, position) : null }
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
