/**
 * What takes alerts in. Each method returns only after everything is committed, and throws an error with status 400 whose `problems` name what is wrong
 * with a body that is not understood at all. `sender` is the name of whoever sends.
 */
export interface Intake {
  /** Firewatch's own format. */
  firewatch(body: unknown, sender: string): Promise<IntakeReceipt>
  /** Alertmanager's webhook, and Grafana's. */
  alertmanager(body: unknown, sender: string): Promise<IntakeReceipt>
  readonly pagerDuty: PagerDutyEvents
  readonly opsgenie: OpsgenieAlerts
  /** What Prometheus sends to Alertmanager's API v2. */
  alertmanagerApi(body: unknown, sender: string): Promise<IntakeReceipt>
}

export interface IntakeReceipt {
  readonly accepted: number
  readonly duplicates: number
  /** Why some of its alerts could not be taken; the others are stored. */
  readonly problems: readonly string[]
}

/** https://developer.pagerduty.com/docs/events-api-v2-overview */
export interface PagerDutyEvents {
  /** @returns what later events find the alert by */
  enqueue(body: unknown, sender: string): Promise<{ readonly dedupKey: string }>
  enqueueChange(body: unknown, sender: string): Promise<void>
}

/** https://docs.opsgenie.com/docs/alert-api */
export interface OpsgenieAlerts {
  /** @returns the id of the request */
  create(body: unknown, sender: string): Promise<string>
  /** @param identifier id or alias of the alert @param action as the request is told of later: `Close` or `Delete` @returns the id of the request */
  close(identifier: string, action: string, sender: string): Promise<string>
  /** Of a request that changes nothing here. @returns its id */
  requestId(identifier: string, action: string): string
  /** `undefined` for what is no id of a request. */
  request(id: string): OpsgenieRequest | undefined
}

/** A request that was accepted. */
export interface OpsgenieRequest {
  /** `Create`, `Close`, `Acknowledge`. */
  readonly action: string
  /** ISO 8601 in UTC. */
  readonly processedAt: string
  readonly alertId: string
}
