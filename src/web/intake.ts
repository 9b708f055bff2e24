/**
 * What takes alerts in. Each method returns only after everything is committed, and throws an error with status 400 whose `problems` name what is wrong
 * with a body that is not understood at all. `sender` is the name of whoever sends.
 */
export interface Intake {
  /** Firewatch's own format. */
  firewatch(body: unknown, sender: string): Promise<IntakeReceipt>
  /** Alertmanager's webhook, and Grafana's. */
  alertmanager(body: unknown, sender: string): Promise<IntakeReceipt>
}

export interface IntakeReceipt {
  readonly accepted: number
  readonly duplicates: number
  /** Why some of its alerts could not be taken; the others are stored. */
  readonly problems: readonly string[]
}
