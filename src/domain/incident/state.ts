import type { EscalationPosition } from '../escalate/escalate.ts'
import type { HoldCause } from '../escalate/hold.ts'
import type { Flapping, FlappingRule } from './flapping.ts'
import type { MergedInto } from './merging.ts'
import type { GroupNotices, GroupSettings } from '../alert/group-notice.ts'
import type { Severity } from '../values/severity.ts'
import type { Answer, GivenCommand } from './answer.ts'

/*
 * Where an incident stands: plain JSON, small, stored with each decision. Instants are epoch milliseconds, durations end in `Ms`.
 */

export const stateVersion = 1

export type Phase = 'open' | 'monitoring' | 'resolved'

export interface MachineState {
  readonly version: typeof stateVersion
  readonly incident: number
  readonly phase: Phase
  readonly severity: Severity
  /** A person set the severity: alerts change it no more. */
  readonly severityFixed: boolean
  readonly alerts: AlertCounts
  /** What of the configuration counts now, as it came with the newest event that told of it. */
  readonly settings: Settings
  /** Decisions so far. */
  readonly decisions: number
  /** How often it began to fire: the first time, and each time it fired again. */
  readonly openings: number
  /** When, the last of these first to go; what flapped carries them over from one incident to the next. Epoch milliseconds. */
  readonly openedAt: readonly number[]
  /** It fires and clears again and again; `null`: it does not. */
  readonly flapping: Flapping | null
  /** What a person made it part of; `null`: nothing. */
  readonly merged: MergedInto | null
  /** A person took it apart from what it was part of: it stands by itself, whatever it depends on. */
  readonly apart: boolean
  readonly escalation: Escalation
  /** The step that was entered last; `null` before the first. */
  readonly at: EscalationPosition | null
  /** Where an escalation that is asked to go on goes on; `null`: the policy is exhausted there. */
  readonly next: EscalationPosition | null
  /** Times through the steps so far: numbers their pages. */
  readonly round: number
  /** The round in which the steps were begun last: the policy repeats them from there on. */
  readonly begun: number
  /** Somebody was reached since the steps were begun. */
  readonly reached: boolean
  /** How often they were begun again because nobody was. */
  readonly vain: number
  readonly owner: Owner | null
  readonly handOver: HandOver | null
  /** Those who hear of it, step by step; they outlast the steps until somebody acknowledges. */
  readonly cycles: readonly Cycle[]
  /** What rooms that follow it were told; `null` where none does, and before its alerts were looked at. */
  readonly group: GroupNotices | null
  /** How often each of these was told or asked: numbers their pages. */
  readonly occasions: Readonly<Record<Occasion, number>>
  /** Those whom the policy wants told of a P0 were told. */
  readonly noticed: boolean
  readonly automation: Automation
  /** What runs beside the machine and reports when it has ended. */
  readonly tasks: readonly Task[]
  /** When it has stayed clear for long enough; `null` while it is not clear. */
  readonly stableAt: number | null
  readonly closing: Closing | null
  /** The last commands and what came of them: one that is repeated is answered, not carried out, again. */
  readonly answered: readonly (GivenCommand & { readonly answer: Answer })[]
}

export type Occasion =
  | 'acknowledged'
  | 'resolved'
  | 'handOver'
  | 'worse'
  | 'grown'
  | 'again'
  | 'reminder'
  | 'group'
  | 'cycle'

export interface AlertCounts {
  readonly firing: number
  readonly total: number
}

export interface Settings {
  /** Name of the escalation policy of this severity. */
  readonly policy: string
  /** All alerts clear for this long: resolved. */
  readonly stableForMs: number
  /** What is flapping; absent: nothing is. */
  readonly flapping?: FlappingRule
  /** How long remediation may try before the first page; 0 where it may not. */
  readonly headStartMs: number
  /** Absent where no room follows it, and nothing is to be repeated. */
  readonly group?: GroupSettings
  /** A runbook has remediation for it. */
  readonly remediates: boolean
  /** After so long, alerts that still fire over a person's resolve open the next incident; `null`: a person's word ends them. */
  readonly stillFiringAfterMs: number | null
}

export type Escalation =
  /** Nobody is being paged: it is clear, owned or over. */
  | { readonly kind: 'idle' }
  /** Remediation tries first. */
  | { readonly kind: 'head-start'; readonly dueAt: number }
  /** Who is to be paged is being worked out; never at rest. */
  | {
      readonly kind: 'entering'
      readonly position: EscalationPosition
      readonly urged: boolean
      /** What held this very step until now. */
      readonly heldBy: HoldCause | null
    }
  | {
      readonly kind: 'held'
      readonly position: EscalationPosition
      readonly dueAt: number | null
      readonly firm: boolean
      readonly cause: HoldCause
    }
  /** Awaits an acknowledgement until `dueAt`, or until none of `pages` can reach anybody. */
  | {
      readonly kind: 'waiting'
      readonly position: EscalationPosition
      readonly dueAt: number
      readonly people: readonly string[]
      readonly following: readonly string[]
      /** Whom that comes to when it is due, as things stand; absent where the targets are people by name. */
      readonly expected?: readonly string[]
      /** Pages of the step that may still reach somebody; `null` once one did. */
      readonly pages: readonly string[] | null
    }
  /** The policy's steps are over. `retryAt`: nobody was reached at all, so they begin again. */
  | { readonly kind: 'exhausted'; readonly pages: readonly string[]; readonly retryAt: number | null }
  /** It became worse, and its owner is asked whether they still have it. */
  | { readonly kind: 'asking-owner'; readonly dueAt: number; readonly pages: readonly string[] | null }

export interface Owner {
  readonly person: string
  readonly since: number
  /** When the acknowledgement runs out; `null`: never. */
  readonly until: number | null
  /** Alerts that fired when they were last told how many. */
  readonly toldFiring: number
  /** When they were last told that it fires again; `null`: never. */
  readonly toldAgainAt: number | null
  /** It fires again within a cooldown: they are told when that ends. */
  readonly againMuted?: true
}

export interface HandOver {
  readonly commandId: string
  readonly by: string
  readonly to: string
  /** Pages that may still reach them; `null` once one did. */
  readonly pages: readonly string[] | null
  /** When it is taken as declined; `null` until they were reached. */
  readonly dueAt: number | null
  /** Who was asked before, until it is known that this one can be; never at rest. */
  readonly instead?: HandOver
}

/** The people of one step, from its entry until each of them need not hear any more. */
export interface Cycle extends EscalationPosition {
  readonly id: number
  readonly enteredAt: number
  /** Each of them must acknowledge. */
  readonly each: boolean
  readonly people: readonly string[]
  /** The last look at their own rules, after `enteredAt`. */
  readonly sinceMs: number
  /** When the next of their own rules falls due; `null` when none is left. */
  readonly dueAt: number | null
}

export interface Automation {
  /** Somebody acknowledged once: from then on automation begins nothing new, also when more people are called. */
  readonly peopleTookOver: boolean
  readonly stoppedBy: string | null
  /** It handed over to people, and begins nothing new. */
  readonly handedOver: boolean
  /** What it tried last helped. */
  readonly helped: boolean
  /** What it does, in its own words. */
  readonly doing: string
}

export type Task =
  | { readonly kind: 'investigate'; readonly stage: 'opened' | 'mitigated' }
  | { readonly kind: 'remediate'; readonly opening: number }
  | { readonly kind: 'review' }

/** How and when it was resolved. */
export interface Closing {
  readonly at: number
  readonly by: string | null
  /** The review waits until then for what is under way; `null` once it was begun. */
  readonly reviewAt: number | null
  /** When alerts that still fire open the next incident; `null`: none did, or it was opened. */
  readonly successorAt: number | null
}

export function taskId(task: Task): string {
  if (task.kind === 'investigate') return `investigate/${task.stage}`
  return task.kind === 'remediate' ? `remediate/${task.opening}` : 'review'
}

const fresh = {
  version: stateVersion,
  phase: 'open',
  severityFixed: false,
  alerts: { firing: 0, total: 0 },
  decisions: 0,
  openings: 0,
  openedAt: [],
  flapping: null,
  merged: null,
  apart: false,
  escalation: { kind: 'idle' },
  at: null,
  next: { step: 1, round: 0 },
  round: 0,
  begun: 0,
  reached: false,
  vain: 0,
  owner: null,
  handOver: null,
  cycles: [],
  group: null,
  occasions: {
    acknowledged: 0,
    resolved: 0,
    handOver: 0,
    worse: 0,
    grown: 0,
    again: 0,
    reminder: 0,
    group: 0,
    cycle: 0,
  },
  noticed: false,
  automation: { peopleTookOver: false, stoppedBy: null, handedOver: false, helped: false, doing: '' },
  tasks: [],
  stableAt: null,
  closing: null,
  answered: [],
} as const

/** An incident before anything happened in it. */
export function newIncident(incident: number, severity: Severity, settings: Settings): MachineState {
  return { ...fresh, incident, severity, settings }
}

/** A state as it was stored. One from before something was counted has counted none of it, and its owner was told nothing of what was told later. */
export function readState(stored: unknown): MachineState {
  const { occasions, owner, ...rest } = stored as MachineState
  return {
    ...rest,
    group: rest.group ?? null,
    openedAt: rest.openedAt ?? [],
    flapping: rest.flapping ?? null,
    merged: rest.merged ?? null,
    apart: rest.apart ?? false,
    occasions: { ...fresh.occasions, ...occasions },
    owner: owner === null ? null : { ...owner, toldAgainAt: owner.toldAgainAt ?? null },
  }
}
