import { overrideConflict } from './overrides.ts'
import type { Override, Schedule, Shift, ShiftSwap, Span, TemporarySchedule } from './schedule.ts'
import { swapConflict } from './swaps.ts'
import { insertTemporary } from './temporary.ts'

/*
 * What people change about a schedule for a while, beside the configuration. A change holds from when it was made, never before, and ends
 * when somebody ends it: who was on call in the past stays what it was.
 */

/** What somebody wants changed; instants in epoch milliseconds. */
export type ChangeRequest =
  | (Span & { readonly kind: 'override'; readonly removed: string | null; readonly added: string | null })
  | (Span & { readonly kind: 'temporary'; readonly shifts: readonly Shift[] })
  | (Span & { readonly kind: 'swap'; readonly owner: string })

/** A change as it is kept. It is never deleted. */
export type ScheduleChange = ChangeRequest & {
  /** Its number, as text. */
  readonly id: string
  readonly schedule: string
  readonly madeBy: string
  readonly madeAt: number
  readonly reason: string
  readonly endedBy: string | null
  readonly endedAt: number | null
  /** Of a swap: whose it is now, and since when. */
  readonly taker: string | null
  readonly takenAt: number | null
}

/** Who wants a change, when and why. */
export interface RequestContext {
  readonly actor: string
  /** Epoch milliseconds. */
  readonly at: number
  readonly reason: string
  /** Stable over repeats of one request. */
  readonly requestKey: string
}

/** What came of a change request; a refusal changes nothing and says what to do. */
export type ChangeResult =
  | { readonly kept: true; readonly change: ScheduleChange }
  | { readonly kept: false; readonly reason: string }

/** How a change is named before it is kept. */
const unkept = 'new'

/** Until when a change holds: until somebody ended it, or its own end. */
export function holdsUntil({ to, endedAt }: Pick<ScheduleChange, 'to' | 'endedAt'>): number {
  return endedAt === null ? to : Math.min(to, endedAt)
}

/** Whether a change still has something to say after an instant. */
export function isCurrent(change: ScheduleChange, instant: number): boolean {
  return holdsUntil(change) > instant
}

/**
 * The schedule with what people changed, in the order in which they did. Where the configuration was given an override meanwhile that
 * contradicts one of theirs, both hold, theirs after it: at 3 a.m. two people on call are better than none.
 */
export function withChanges(schedule: Schedule, changes: readonly ScheduleChange[]): Schedule {
  const own = changes
    .filter((change) => change.schedule === schedule.name)
    .toSorted((a, b) => Number(a.id) - Number(b.id))
  return {
    ...schedule,
    overrides: [...schedule.overrides, ...own.flatMap(overrideOf)],
    temporary: own.flatMap(temporaryOf).reduce(insertTemporary, [...schedule.temporary]),
    swaps: [...schedule.swaps, ...own.flatMap(swapOf)],
  }
}

/** Why a requested change cannot stand beside what is there, or `null`. Two that contradict each other would leave open which of them holds. */
export function changeConflict(
  schedule: Schedule,
  changes: readonly ScheduleChange[],
  requested: ChangeRequest,
): string | null {
  const { overrides, swaps } = withChanges(schedule, changes)
  const { from, to } = requested
  if (requested.kind === 'override') {
    const { removed, added } = requested
    return overrideConflict(overrides, { id: unkept, from, to, removed, added })
  }
  if (requested.kind === 'swap')
    return swapConflict(swaps, { id: unkept, from, to, owner: requested.owner, taker: null })
  return from < to ? null : `the temporary schedule ends at or before its start: give it a later end`
}

function overrideOf(change: ScheduleChange): Override[] {
  if (change.kind !== 'override') return []
  const { id, from, removed, added } = change
  return lasting({ id, from, to: holdsUntil(change), removed, added })
}

function temporaryOf(change: ScheduleChange): TemporarySchedule[] {
  if (change.kind !== 'temporary') return []
  const { id, from, shifts } = change
  return lasting({ id, from, to: holdsUntil(change), shifts })
}

/** Until it is taken a swap is an offer; who had the shift before that, had it. */
function swapOf(change: ScheduleChange): ShiftSwap[] {
  if (change.kind !== 'swap') return []
  const { id, from, owner, taker, takenAt } = change
  return lasting({ id, from: Math.max(from, takenAt ?? from), to: holdsUntil(change), owner, taker })
}

function lasting<T extends Span>(one: T): T[] {
  return one.from < one.to ? [one] : []
}
