/**
 * What Events v2 refuses, by https://developer.pagerduty.com/docs/send-alert-event and
 * https://developer.pagerduty.com/docs/events-api-v2-overview; stricter where the documentation leaves a choice.
 */
const actions = ['trigger', 'acknowledge', 'resolve']
const severities = ['critical', 'error', 'warning', 'info']
const largestEventBytes = 512_000
const isoInstant = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:?\d{2})$/

type Fields = Readonly<Record<string, unknown>>

/** What is wrong with an event, one sentence each; none when PagerDuty would take it. */
export function eventErrors(event: unknown, bytes: number): string[] {
  if (!isObject(event)) return ['the event is not a JSON object']
  const key = event['dedup_key']
  return [
    ...wrong(bytes > largestEventBytes, `the event has ${bytes} bytes, the limit is ${largestEventBytes}`),
    ...wrong(!isText(event['routing_key'], 32, 32), "'routing_key' is missing or has not 32 characters"),
    ...wrong(!oneOf(event['event_action'], actions), "'event_action' is missing or unknown"),
    ...wrong(key !== undefined && !isText(key, 1, 255), "'dedup_key' is empty or longer than 255"),
    ...wrong(event['event_action'] !== 'trigger' && key === undefined, "'dedup_key' is missing"),
    ...(event['event_action'] === 'trigger' ? payloadErrors(event['payload']) : []),
    ...attachmentErrors(event, 'links', ({ href, text }) => isWebAddress(href) && isOptionalText(text)),
    ...attachmentErrors(
      event,
      'images',
      ({ src, href, alt }) =>
        isWebAddress(src, ['https:']) && (href === undefined || isWebAddress(href)) && isOptionalText(alt),
    ),
    ...wrong(!isOptionalText(event['client']), "'client' is not text"),
    ...wrong(
      event['client_url'] !== undefined && !isWebAddress(event['client_url']),
      "'client_url' is not an address",
    ),
  ]
}

function payloadErrors(payload: unknown): string[] {
  if (!isObject(payload)) return ["'payload' is missing or no object"]
  const { summary, source, severity, timestamp, custom_details: details } = payload
  const unknown = ['component', 'group', 'class'].filter((name) => !isOptionalText(payload[name]))
  return [
    ...wrong(!isText(summary, 1, 1024), "'payload.summary' is missing, empty or longer than 1024"),
    ...wrong(!isText(source, 1, Number.POSITIVE_INFINITY), "'payload.source' is missing or blank"),
    ...wrong(!oneOf(severity, severities), "'payload.severity' is missing or unknown"),
    ...wrong(timestamp !== undefined && !isInstant(timestamp), "'payload.timestamp' is not ISO 8601"),
    ...wrong(details !== undefined && !isObject(details), "'payload.custom_details' is not an object"),
    ...unknown.map((name) => `'payload.${name}' is not text`),
  ]
}

function attachmentErrors(event: Fields, name: string, isGood: (item: Fields) => boolean): string[] {
  const items = event[name]
  if (items === undefined) return []
  const good = Array.isArray(items) && items.every((item: unknown) => isObject(item) && isGood(item))
  return wrong(!good, `'${name}' is not a list of what the documentation names`)
}

function wrong(is: boolean, error: string): string[] {
  return is ? [error] : []
}

export function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Not blank, whole characters, and of a length that holds however characters are counted. */
function isText(value: unknown, shortest: number, longest: number): boolean {
  if (typeof value !== 'string' || value.trim() === '' || !value.isWellFormed()) return false
  return value.length >= shortest && value.length <= longest
}

function isOptionalText(value: unknown): boolean {
  return value === undefined || (typeof value === 'string' && value.isWellFormed())
}

function oneOf(value: unknown, allowed: readonly string[]): boolean {
  return typeof value === 'string' && allowed.includes(value)
}

function isInstant(value: unknown): boolean {
  return typeof value === 'string' && isoInstant.test(value) && !Number.isNaN(Date.parse(value))
}

function isWebAddress(value: unknown, protocols: readonly string[] = ['http:', 'https:']): boolean {
  return typeof value === 'string' && protocols.includes(URL.parse(value)?.protocol ?? '')
}
