import { holdSentence } from '../domain/escalate/hold.ts'
import { pagingDue } from '../domain/incident/outline.ts'
import type { MachineState } from '../domain/incident/state.ts'

/** Where paging stands. Instants are ISO 8601 in UTC. */
export type EscalationStanding =
  | {
      readonly kind: 'waiting'
      readonly step: number
      readonly dueAt: string
      readonly following: readonly string[]
    }
  /** A step is due, and something holds it back; `dueAt` `null`: until more alerts begin. */
  | { readonly kind: 'held'; readonly step: number; readonly reason: string; readonly dueAt: string | null }
  /** Remediation tries before anybody is paged. */
  | { readonly kind: 'head-start'; readonly dueAt: string }
  /** Somebody owns it, and unless it is over by then it escalates again. */
  | { readonly kind: 'acknowledged'; readonly by: string; readonly until: string }
  /** It became worse, and its owner has until then to say that they still have it. */
  | { readonly kind: 'asking-owner'; readonly by: string; readonly dueAt: string }
  /** `retryAt`: nobody was reached, so the steps begin again then. */
  | { readonly kind: 'exhausted'; readonly retryAt: string | null }
  /** Nobody is being paged: not yet, or not any more. */
  | { readonly kind: 'idle' }

/** Read from the incident's state. `null`: nothing was decided about it. */
export function escalationStanding(machine: MachineState | null): EscalationStanding {
  if (machine === null || machine.phase !== 'open') return { kind: 'idle' }
  const { escalation, owner } = machine
  const [due] = pagingDue(machine)
  const dueAt = due === undefined ? null : instant(due.at)
  switch (escalation.kind) {
    case 'waiting': {
      const { position, following } = escalation
      return { kind: 'waiting', step: position.step, dueAt: instant(escalation.dueAt), following }
    }
    case 'held': {
      const reason = holdSentence(escalation.cause)
      return { kind: 'held', step: escalation.position.step, reason, dueAt }
    }
    case 'head-start':
      return { kind: 'head-start', dueAt: instant(escalation.dueAt) }
    case 'asking-owner':
      return { kind: 'asking-owner', by: owner?.person ?? 'its owner', dueAt: instant(escalation.dueAt) }
    case 'exhausted':
      return { kind: 'exhausted', retryAt: dueAt }
    case 'entering':
    case 'idle':
      return owner?.until == null
        ? { kind: 'idle' }
        : { kind: 'acknowledged', by: owner.person, until: instant(owner.until) }
  }
}

/** The step that was entered last, as a command to escalate carries it (`r0/s2`): pressed on a page that was overtaken, it is refused. */
export function enteredStep(machine: MachineState | null): string | null {
  const at = machine?.at ?? null
  return at === null ? null : `r${at.round}/s${at.step}`
}

/** Since when somebody owns it; ISO 8601 in UTC. */
export function ownedSince(machine: MachineState | null): string | null {
  const owner = machine?.owner ?? null
  return owner === null ? null : instant(owner.since)
}

function instant(at: number): string {
  return new Date(at).toISOString()
}
