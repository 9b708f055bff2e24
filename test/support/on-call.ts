import type { ScheduleChange, ChangeRequest } from '../../src/domain/on-call/changes.ts'
import type { Schedule, Shift } from '../../src/domain/on-call/schedule.ts'

/** A schedule in which these people are on call together, always. */
export function alwaysOn(name: string, ...people: readonly string[]): Schedule {
  const shifts = [{ from: 0, to: 9e12, people }]
  return {
    name,
    title: name,
    timeZone: 'UTC',
    layers: [{ name: 'all', priority: 1, windows: [], turns: { kind: 'shifts', shifts } }],
    overrides: [],
    temporary: [],
    swaps: [],
  }
}

export function override(
  from: number,
  to: number,
  removed: string | null,
  added: string | null,
): ChangeRequest {
  return { kind: 'override', from, to, removed, added }
}

export function temporary(from: number, to: number, shifts: readonly Shift[]): ChangeRequest {
  return { kind: 'temporary', from, to, shifts }
}

export function swapOffer(from: number, to: number, owner: string): ChangeRequest {
  return { kind: 'swap', from, to, owner }
}

/** A change as if it had been stored, of the schedule `feed` unless said otherwise. */
export function kept(
  id: number,
  requested: ChangeRequest,
  more: Partial<ScheduleChange> = {},
): ScheduleChange {
  const rest = {
    id: String(id),
    schedule: 'feed',
    madeBy: 'ana',
    madeAt: 0,
    reason: '',
    endedBy: null,
    endedAt: null,
    taker: null,
    takenAt: null,
  }
  return { ...requested, ...rest, ...more } as ScheduleChange
}
