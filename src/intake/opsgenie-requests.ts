import { opsgenieAlertId } from './opsgenie.ts'

/** What became of a request, as `GET /v2/alerts/requests/{requestId}` answers. */
export interface OpsgenieRequest {
  /** `Create`, `Close`, `Acknowledge`. */
  readonly action: string
  /** ISO 8601 in UTC. */
  readonly processedAt: string
  readonly alertId: string
}

const form = /^(.{36})-(\d{13})-([A-Za-z]{1,40})$/

/** Whoever has the id of a request can be told what came of it without anything being kept: it says so itself. */
export function opsgenieRequestId({ action, processedAt, alertId }: OpsgenieRequest): string {
  return `${alertId}-${Date.parse(processedAt)}-${action}`
}

/** `undefined` for what is no id of a request. */
export function readOpsgenieRequestId(id: string): OpsgenieRequest | undefined {
  const [, alertId = '', at = '', action = ''] = form.exec(id) ?? []
  if (alertId === '' || opsgenieAlertId(alertId) !== alertId) return undefined
  return { alertId, action, processedAt: new Date(Number(at)).toISOString() }
}
