import type { HeartbeatMonitor } from '../configuration/configuration.ts'
import type { AcceptedAlert } from './alert.ts'
import { heartbeatEnd, type HeartbeatEnd, heartbeatStart } from './heartbeat-alert.ts'

/** A sign of life of a job. */
export interface Beat {
  /** When it arrived here, epoch milliseconds: neither when it was stored nor when anybody looked. */
  readonly receivedAt: number
  /** `fail`: the job itself says that it failed. */
  readonly status: 'ok' | 'fail'
  /** What the job said with it, as it came; `null` for nothing. */
  readonly message: string | null
}

/** `inactive`: it never beat, so nobody waits for it. */
export type HeartbeatState = 'inactive' | 'healthy' | 'unhealthy'

/** What is known of a heartbeat. Instants are epoch milliseconds. */
export interface HeartbeatStanding {
  readonly name: string
  readonly lastBeat: Beat | null
  readonly state: HeartbeatState
  /** When it came into its state; `null` while it never had another. */
  readonly since: number | null
  /** When the beat was received by which it is unhealthy; `null` while it is not. */
  readonly judgedBeatAt: number | null
  /** The event by which its alert fires; `null` while none does. */
  readonly alert: AcceptedAlert | null
  /** How many alerts it has had: the events of each have ids of their own. */
  readonly alerts: number
  /** When the last of them ended. */
  readonly endedAt: number | null
}

/** Whoever looks at heartbeats. */
export interface HeartbeatLook {
  /** Epoch milliseconds. */
  readonly at: number
  /** Since when beats could come in without a break, epoch milliseconds. */
  readonly watchedSince: number
  /** Whether it goes by the configuration that all are to run. Another one ends nothing only because it does not know better. */
  readonly isCurrent: boolean
}

export interface HeartbeatChange {
  /** The very one that was looked at, when nothing changed. */
  readonly standing: HeartbeatStanding
  /** What the inbox is to hear; absent when no alert begins or ends. */
  readonly event?: AcceptedAlert
}

type Interval = Pick<HeartbeatMonitor, 'everyMs' | 'graceMs'>

/** A beat that arrived is stored within this time, or its sender was told that it was not. So long a silence is not believed yet. */
export const arrivalMs = 15_000
/** Clocks of servers differ by less: what one of them fired, none that lags behind takes back. */
const clockDifferenceMs = 30_000
/** Jobs get at least so long to be heard again when nobody could be. */
const leastAllowanceMs = 60_000

/** A heartbeat that nobody heard of. */
export function unseenHeartbeat(name: string): HeartbeatStanding {
  const never = { lastBeat: null, since: null, judgedBeatAt: null, alert: null, endedAt: null }
  return { name, state: 'inactive', alerts: 0, ...never }
}

/** The instant at which a heartbeat that is silent becomes unhealthy, epoch milliseconds. */
export function heartbeatDeadline({ receivedAt }: Beat, { everyMs, graceMs }: Interval): number {
  return receivedAt + everyMs + graceMs
}

/** State at an instant, epoch milliseconds, by the last beat alone. The deadline is inclusive. */
export function heartbeatState(lastBeat: Beat | null, interval: Interval, at: number): HeartbeatState {
  if (lastBeat === null) return 'inactive'
  if (lastBeat.status === 'fail') return 'unhealthy'
  return at >= heartbeatDeadline(lastBeat, interval) ? 'unhealthy' : 'healthy'
}

/**
 * What somebody who looks at a heartbeat finds. An alert is open exactly while the heartbeat is configured, unhealthy and not muted, and each change
 * gives one event. Looking again changes nothing.
 * @param monitor `undefined` when it is not configured
 */
export function lookAtHeartbeat(
  standing: HeartbeatStanding,
  monitor: HeartbeatMonitor | undefined,
  look: HeartbeatLook,
): HeartbeatChange {
  if (monitor === undefined) return forgotten(standing, look)
  const changed = stateChange(standing, monitor, look)
  const { state, lastBeat } = changed
  const fires = state === 'unhealthy' && monitor.muted !== true
  if (fires && lastBeat !== null && standing.alert === null) return opened(changed, lastBeat, monitor, look)
  if (fires || standing.alert === null) return { standing: changed }
  // It is unhealthy and muted: only whoever knows the newest configuration can say so.
  if (state === 'unhealthy' && !look.isCurrent) return { standing: changed }
  return state === 'healthy'
    ? closed(changed, standing.alert, 'recovered', changed.since ?? look.at)
    : closed(changed, standing.alert, 'muted', look.at)
}

function stateChange(
  standing: HeartbeatStanding,
  monitor: HeartbeatMonitor,
  look: HeartbeatLook,
): HeartbeatStanding {
  const state = stateFound(standing, monitor, look)
  const judgedBeatAt = state === 'unhealthy' ? (standing.lastBeat?.receivedAt ?? null) : null
  if (state === standing.state)
    return judgedBeatAt === standing.judgedBeatAt ? standing : { ...standing, judgedBeatAt }
  return { ...standing, state, since: beginOf(state, standing, monitor, look), judgedBeatAt }
}

/** When looking at it next may find another state without a beat, epoch milliseconds; `undefined`: never. */
export function nextLookAt(
  { state, lastBeat }: HeartbeatStanding,
  monitor: HeartbeatMonitor,
  { watchedSince }: Pick<HeartbeatLook, 'watchedSince'>,
): number | undefined {
  if (state !== 'healthy' || lastBeat === null) return undefined
  return silenceAt(lastBeat, monitor, watchedSince)
}

/** From when on silence counts. After a time in which nobody could be heard, every job gets its grace first: our outage is not its silence. */
function silenceAt(lastBeat: Beat, interval: Interval, watchedSince: number): number {
  const heardAgainBy = watchedSince + Math.max(interval.graceMs, leastAllowanceMs)
  return Math.max(heartbeatDeadline(lastBeat, interval) + arrivalMs, heardAgainBy)
}

function stateFound(
  { state, lastBeat, judgedBeatAt }: HeartbeatStanding,
  monitor: HeartbeatMonitor,
  { at, watchedSince, isCurrent }: HeartbeatLook,
): HeartbeatState {
  if (lastBeat === null || lastBeat.status === 'fail') return heartbeatState(lastBeat, monitor, at)
  if (state !== 'unhealthy' || judgedBeatAt !== lastBeat.receivedAt)
    return at >= silenceAt(lastBeat, monitor, watchedSince) ? 'unhealthy' : 'healthy'
  // Without another beat only a longer interval ends a silence.
  const isLonger = isCurrent && at < heartbeatDeadline(lastBeat, monitor) - clockDifferenceMs
  return isLonger ? 'healthy' : 'unhealthy'
}

function beginOf(
  state: HeartbeatState,
  { lastBeat, judgedBeatAt }: HeartbeatStanding,
  interval: Interval,
  { at }: HeartbeatLook,
): number {
  if (lastBeat === null) return at
  if (state === 'unhealthy' && lastBeat.status === 'ok') return heartbeatDeadline(lastBeat, interval)
  return judgedBeatAt === lastBeat.receivedAt ? at : lastBeat.receivedAt
}

/** It is not configured any more. Were it to come back, nobody would have heard of it. */
function forgotten(standing: HeartbeatStanding, { at, isCurrent }: HeartbeatLook): HeartbeatChange {
  if (!isCurrent || (standing.lastBeat === null && standing.alert === null)) return { standing }
  const { name, alerts, endedAt, alert } = standing
  const unseen = { ...unseenHeartbeat(name), since: at, alerts, endedAt }
  return alert === null ? { standing: unseen } : closed(unseen, alert, 'removed', at)
}

function opened(
  standing: HeartbeatStanding,
  lastBeat: Beat,
  monitor: HeartbeatMonitor,
  { at }: HeartbeatLook,
): HeartbeatChange {
  const number = standing.alerts + 1
  // An alert that began before its last end would be taken for the old one.
  const startsAt = Math.max(standing.since ?? at, (standing.endedAt ?? 0) + 1)
  const event = heartbeatStart(monitor, lastBeat, { number, at, startsAt })
  return { standing: { ...standing, alert: event, alerts: number }, event }
}

function closed(
  standing: HeartbeatStanding,
  alert: AcceptedAlert,
  why: HeartbeatEnd,
  at: number,
): HeartbeatChange {
  const { name, alerts: number } = standing
  const endsAt = Math.max(at, Date.parse(alert.startsAt))
  return {
    standing: { ...standing, alert: null, endedAt: endsAt },
    event: heartbeatEnd(alert, { name, number, why, endsAt }),
  }
}
