import type { MachineEvent, TaskEvent } from '../src/domain/incident/event.ts'
import { duesOf, isOver, type Outline } from '../src/domain/incident/outline.ts'
import type { MachineState, Task } from '../src/domain/incident/state.ts'
import type { Configuration } from '../src/domain/configuration/configuration.ts'
import type { Incident, IncidentPlan } from '../src/domain/incident/incident.ts'
import { keepsOut } from '../src/domain/incident/automation.ts'
import { planIncident, policyOfIncident, policyRevisionOf } from '../src/domain/incident/plan.ts'

/** Something that runs beside the incident told of itself; absent: the workflow looks what fell due. */
export interface AdvanceInput {
  readonly incident: number
  readonly event?: TaskEvent
}

/** What an incident's workflow does next, and what it shows. */
export interface Advanced {
  /** Nothing happens in it any more. */
  readonly over: boolean
  readonly tasks: readonly Task[]
  /** What falls due next and in how long; `null`: only people and alerts change anything. */
  readonly due: { readonly what: string; readonly inMs: number } | null
  readonly shown: ShownIncident
}

/** What Temporal's UI tells of an incident. */
export interface ShownIncident {
  readonly title: string
  readonly service: string
  readonly severity: string
  readonly state: string
  readonly runbook: string | null
  readonly owner: string | null
  readonly nowDoing: string
}

/** Where an incident stands for automation. */
export interface AutomationStanding {
  /** Nothing new may begin: people took over, or stopped it. */
  readonly stopped: boolean
  /** Nothing fires any more. */
  readonly cleared: boolean
}

interface Decided {
  readonly outline: Outline
}

export interface IncidentDependencies {
  readonly machine: {
    take(
      incident: number,
      eventOf: (locked: {
        readonly state: MachineState | null
      }) => Promise<{ readonly event: MachineEvent; readonly told: boolean } | undefined>,
    ): Promise<Decided>
  }
  readonly incidents: {
    get(incident: number): Promise<Incident>
    machine(incident: number): Promise<MachineState | null>
  }
  readonly configurations: { get(revision: string): Promise<Configuration> }
  readonly now: () => Date
}

export type IncidentActivities = ReturnType<typeof createIncidentActivities>

/** The deeds of an incident's workflow: it hears what was decided, brings what fell due, and reports what ran. Each may run again after a crash. */
export function createIncidentActivities(deps: IncidentDependencies) {
  return {
    advance: (input: AdvanceInput): Promise<Advanced> => advance(deps, input),

    /** Something that runs beside the incident tells of itself; the incident's workflow hears of it like of anything else. */
    async report({ incident, event }: Required<AdvanceInput>): Promise<void> {
      await deps.machine.take(incident, async () => ({
        event: { ...event, at: deps.now().getTime() },
        told: false,
      }))
    },

    /** What is to be done about the incident, by the configuration it started with. */
    readPlan: (incident: number): Promise<IncidentPlan> => readPlan(deps, incident),

    readStanding: (incident: number): Promise<AutomationStanding> => readStanding(deps, incident),
  }
}

async function advance(
  { machine, incidents, now }: IncidentDependencies,
  { incident, event }: AdvanceInput,
): Promise<Advanced> {
  const at = now().getTime()
  const { outline } = await machine.take(incident, async ({ state }) => {
    if (event !== undefined) return { event: { ...event, at }, told: true }
    const isDue = state !== null && duesOf(state).some((due) => due.at <= at)
    return isDue ? { event: { type: 'tick', at }, told: true } : undefined
  })
  const { title, service, severity, state, runbook, acknowledgedBy, nowDoing } = await incidents.get(incident)
  return {
    over: isOver(outline),
    tasks: outline.tasks,
    due: outline.due === null ? null : { what: outline.due.what, inMs: Math.max(outline.due.at - at, 1) },
    shown: { title, service, severity, state, runbook, owner: acknowledgedBy, nowDoing },
  }
}

async function readPlan(
  { incidents, configurations }: IncidentDependencies,
  number: number,
): Promise<IncidentPlan> {
  const incident = await incidents.get(number)
  const policy = policyOfIncident(incident, await configurations.get(policyRevisionOf(incident)))
  return planIncident(incident, await configurations.get(incident.configRevision), policy)
}

async function readStanding(
  { incidents }: IncidentDependencies,
  number: number,
): Promise<AutomationStanding> {
  const state = await incidents.machine(number)
  if (state === null) return { stopped: true, cleared: false }
  return { stopped: keepsOut(state), cleared: state.phase !== 'open' }
}
