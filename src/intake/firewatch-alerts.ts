import type { AcceptedAlert } from '../domain/alert.ts'
export function parseAlerts(_body: unknown, _of: { now: Date; newId: () => string }): AcceptedAlert[] {
  return []
}
