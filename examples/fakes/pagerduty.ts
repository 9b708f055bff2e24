import { randomUUID } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { eventErrors, isObject } from './pagerduty-rules.ts'
import { type FakeAnswer, type FakeServer, startFakeServer } from './server.ts'

/** A request as it came in. */
export interface ReceivedEvent {
  readonly headers: IncomingMessage['headers']
  /** What was sent, as far as it is JSON. */
  readonly event: Readonly<Record<string, unknown>>
  readonly accepted: boolean
  /** Why it was refused. */
  readonly errors: readonly string[]
}

/** An incident as PagerDuty keeps it: one for each routing key and deduplication key while it is open. */
export interface FakePagerDutyIncident {
  readonly routingKey: string
  readonly dedupKey: string
  readonly summary: string
  readonly status: 'triggered' | 'acknowledged' | 'resolved'
  /** Trigger events that went into it. People are called for the first one only. */
  readonly triggers: number
}

export interface FakePagerDuty extends FakeServer {
  readonly received: readonly ReceivedEvent[]
  /** In the order in which they were opened. */
  readonly incidents: readonly FakePagerDutyIncident[]
}

/** PagerDuty's Events v2 on 127.0.0.1, as strict as its documentation; `url` is its address without the path. */
export async function startFakePagerDuty({
  port = 0,
}: {
  readonly port?: number
} = {}): Promise<FakePagerDuty> {
  const received: ReceivedEvent[] = []
  const incidents: FakePagerDutyIncident[] = []

  function take(request: IncomingMessage, body: string): FakeAnswer {
    const event = parse(body)
    const errors = [...requestErrors(request), ...eventErrors(event, Buffer.byteLength(body))]
    const fields = isObject(event) ? event : {}
    received.push({ headers: request.headers, event: fields, accepted: errors.length === 0, errors })
    if (errors.length > 0) {
      return { status: 400, body: { status: 'invalid event', message: 'Event object is invalid', errors } }
    }
    const dedup_key = typeof fields['dedup_key'] === 'string' ? fields['dedup_key'] : randomUUID()
    apply(incidents, fields, dedup_key)
    return { status: 202, body: { status: 'success', message: 'Event processed', dedup_key } }
  }

  const server = await startFakeServer(port, take, (request, body) => {
    const event = parse(body)
    received.push({
      headers: request.headers,
      event: isObject(event) ? event : {},
      accepted: false,
      errors: [],
    })
  })
  return { ...server, received, incidents }
}

function requestErrors({ method, url, headers }: IncomingMessage): string[] {
  const errors = []
  if (method !== 'POST' || url !== '/v2/enqueue') errors.push(`${method} ${url} is not POST /v2/enqueue`)
  if (headers['content-type']?.startsWith('application/json') !== true)
    errors.push('the content is not application/json')
  return errors
}

/** Acknowledging or resolving what is not open under this routing key is dropped, as the documentation says. */
function apply(
  incidents: FakePagerDutyIncident[],
  event: Readonly<Record<string, unknown>>,
  dedupKey: string,
): void {
  const routingKey = String(event['routing_key'])
  const index = incidents.findIndex(
    (one) => one.routingKey === routingKey && one.dedupKey === dedupKey && one.status !== 'resolved',
  )
  const open = incidents[index]
  if (event['event_action'] === 'trigger') {
    const payload = isObject(event['payload']) ? event['payload'] : {}
    const summary = String(payload['summary'])
    if (open === undefined)
      incidents.push({ routingKey, dedupKey, summary, status: 'triggered', triggers: 1 })
    else incidents[index] = { ...open, triggers: open.triggers + 1 }
  } else if (open !== undefined) {
    incidents[index] = { ...open, status: event['event_action'] === 'resolve' ? 'resolved' : 'acknowledged' }
  }
}

function parse(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch {
    return undefined
  }
}
