import type { HeartbeatMonitor } from '../configuration/configuration.ts'
import { cutText, oneLine } from '../page/delivery.ts'
import { formatDuration } from '../values/duration.ts'
import { utcWords } from '../values/utc-words.ts'
import { type AcceptedAlert, fingerprintOf, titleAnnotation } from './alert.ts'
import type { Beat } from './heartbeat.ts'

/** `alertname` of every alert about a heartbeat. */
export const heartbeatAlertName = 'HeartbeatMissing'

/** A heartbeat sets these on its alerts. */
export const heartbeatLabels = ['alertname', 'heartbeat', 'service', 'severity'] as const

/** Of what a job said, as pages show it. */
const longestShown = 300

export type HeartbeatEnd = 'recovered' | 'muted' | 'removed'

interface EndedHeartbeat {
  readonly name: string
  /** Of its alert, as it began. */
  readonly number: number
  readonly why: HeartbeatEnd
  /** Epoch milliseconds. */
  readonly endsAt: number
}

/**
 * The event by which a heartbeat's alert begins. Its fingerprint names the heartbeat alone, so that it stays the same alert whatever else is
 * configured meanwhile.
 */
export function heartbeatStart(
  monitor: HeartbeatMonitor,
  lastBeat: Beat,
  { number, at, startsAt }: { readonly number: number; readonly at: number; readonly startsAt: number },
): AcceptedAlert {
  const { name, service, severity } = monitor
  const identity = { alertname: heartbeatAlertName, heartbeat: name }
  return {
    source: `heartbeat/${name}`,
    eventId: eventId(name, number, 'firing'),
    fingerprint: fingerprintOf(identity),
    status: 'firing',
    labels: { ...monitor.labels, ...identity, ...(service === undefined ? {} : { service }), severity },
    annotations: {
      [titleAnnotation]: titleOf(monitor, lastBeat, at),
      summary: summaryOf(monitor, lastBeat, at),
    },
    startsAt: iso(startsAt),
  }
}

/** The event by which it ends. @param began the event by which it began */
export function heartbeatEnd(
  began: AcceptedAlert,
  { name, number, why, endsAt }: EndedHeartbeat,
): AcceptedAlert {
  return {
    ...began,
    eventId: eventId(name, number, 'resolved'),
    status: 'resolved',
    annotations: { ...began.annotations, summary: endWords(name, why, endsAt) },
    endsAt: iso(endsAt),
  }
}

function eventId(name: string, number: number, status: AcceptedAlert['status']): string {
  return `heartbeat/${name}/${number}/${status}`
}

function titleOf({ name, title = name }: HeartbeatMonitor, { status, receivedAt }: Beat, at: number): string {
  return status === 'fail'
    ? `${title} reported a failure`
    : `No heartbeat from ${title} for ${formatDuration(at - receivedAt)}`
}

function summaryOf({ summary, everyMs, graceMs }: HeartbeatMonitor, beat: Beat, at: number): string {
  const when = `${utcWords(beat.receivedAt)} (${formatDuration(at - beat.receivedAt)} ago)`
  const grace = graceMs === 0 ? '' : ` with ${formatDuration(graceMs)} of grace`
  const facts =
    beat.status === 'fail'
      ? `It said so at ${when}.`
      : `Last heard ${when}; expected every ${formatDuration(everyMs)}${grace}.`
  const said = oneLine(beat.message ?? '')
  const message = said === '' ? [] : [`Last message: ${cutText(said, longestShown)}`]
  return [...(summary === undefined ? [] : [summary]), facts, ...message].join(' ')
}

function endWords(name: string, why: HeartbeatEnd, endsAt: number): string {
  const when = utcWords(endsAt)
  switch (why) {
    case 'recovered':
      return `${name} is healthy again since ${when}.`
    case 'muted':
      return `${name} was muted in the configuration at ${when}.`
    case 'removed':
      return `${name} is not watched any more since ${when}: it was taken out of the configuration.`
  }
}

function iso(ms: number): string {
  return new Date(ms).toISOString()
}
