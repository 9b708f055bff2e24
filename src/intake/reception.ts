import type { AcceptedAlert } from '../domain/alert/alert.ts'
import type { ChangeEvent } from '../domain/alert/change-event.ts'
import type { WithinQuota } from './quota.ts'
import { type IntakeReading, firstProblems } from './reading.ts'

export interface ReceptionDependencies {
  /** Returns only after the alerts are committed. */
  readonly accept: (
    alerts: readonly AcceptedAlert[],
  ) => Promise<{ readonly accepted: number; readonly duplicates: number }>
  /** Returns only after the changes are committed, and how many of them were new. */
  readonly keepChanges: (changes: readonly ChangeEvent[]) => Promise<number>
  readonly withinQuota: WithinQuota
}

/** What became of a request. */
export interface IntakeReceipt {
  /** Events that are stored now, and those that had been before. */
  readonly accepted: number
  readonly duplicates: number
  /** Why some of its alerts could not be taken; the others are stored. */
  readonly problems: readonly string[]
}

/**
 * Where everything that was read is handed in.
 * @returns only after everything is committed
 * @throws SenderHeldBack when the sender brings more than it may
 */
export function createReception({ accept, keepChanges, withinQuota }: ReceptionDependencies) {
  return async ({ alerts, changes, problems }: IntakeReading): Promise<IntakeReceipt> => {
    // All that a request brings is of one sender.
    const source = (alerts[0] ?? changes[0])?.source ?? ''
    const [stored, kept] = await withinQuota(source, alerts.length + changes.length, () =>
      Promise.all([accept(alerts), keepChanges(changes)]),
    )
    return {
      accepted: stored.accepted + kept,
      duplicates: stored.duplicates + changes.length - kept,
      problems: firstProblems(problems),
    }
  }
}
