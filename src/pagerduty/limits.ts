/**
 * Limits of Events v2.
 * https://developer.pagerduty.com/docs/send-alert-event (fields) and
 * https://developer.pagerduty.com/docs/events-api-v2-overview (size, response codes)
 */
export const pagerDutyLimits = {
  routingKeyLength: 32,
  dedupKeyLength: 255,
  summaryLength: 1024,
  /** The documentation says 512 KB, not which; the smaller reading. */
  eventBytes: 512_000,
} as const

/** Of fields without a documented limit, so that no single one can fill the event. */
export const longestField = 1024
