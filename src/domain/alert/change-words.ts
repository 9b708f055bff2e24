import { cutText, oneLine } from '../page/delivery.ts'
import { formatDuration } from '../values/duration.ts'
import type { ChangeEvent } from './change-event.ts'

/** As many as people read. */
export const mostChangesShown = 10
const longestSummary = 200

/** `4 min before: Deployed checkout v42 (checkout)`. @param began when the incident did, ISO 8601 in UTC */
export function changeSentence({ at, summary, labels }: ChangeEvent, began: string): string {
  const apart = Date.parse(at) - Date.parse(began)
  const when = apart <= 0 ? `${formatDuration(-apart)} before` : `${formatDuration(apart)} after it began`
  const service = oneLine(labels['service'] ?? '')
  return `${when}: ${cutText(oneLine(summary), longestSummary)}${service === '' ? '' : ` (${cutText(service, 100)})`}`
}
