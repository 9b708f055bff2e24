import type { Labels } from '../domain/alert/alert.ts'
import { own } from '../domain/values/own.ts'
import type { IntakeReading, SenderContext } from './reading.ts'

/** The same, with the label `service` of the sender where what it sends has none. */
export function withService(
  reading: IntakeReading,
  { service }: Pick<SenderContext, 'service'>,
): IntakeReading {
  if (service === undefined) return reading
  const named = <Part extends { readonly labels: Labels }>(part: Part): Part =>
    own(part.labels, 'service') === undefined ? { ...part, labels: { ...part.labels, service } } : part
  return { ...reading, alerts: reading.alerts.map(named), changes: reading.changes.map(named) }
}
