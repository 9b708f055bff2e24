import type { HeartbeatMonitor } from '../configuration/configuration.ts'
import { own } from '../values/own.ts'
import {
  type Beat,
  heartbeatDeadline,
  type HeartbeatLook,
  type HeartbeatStanding,
  type HeartbeatState,
  lookAtHeartbeat,
  unseenHeartbeat,
} from './heartbeat.ts'

/** A configured heartbeat as people and programs read it. Instants are ISO 8601 in UTC. */
export interface ListedHeartbeat {
  readonly name: string
  readonly title: string
  readonly service: string | null
  readonly state: HeartbeatState
  /** `null` while it never beat. */
  readonly since: string | null
  readonly lastBeatAt: string | null
  readonly lastStatus: Beat['status'] | null
  /** What the job said with its last beat, as it came. */
  readonly message: string | null
  /** When it becomes unhealthy, or did, without another beat; `null` while it never beat, and after a failure. */
  readonly deadlineAt: string | null
  readonly everyMs: number
  readonly graceMs: number
  readonly muted: boolean
}

const order: readonly HeartbeatState[] = ['unhealthy', 'inactive', 'healthy']

/** All configured heartbeats as they are at an instant, what is wrong first. @param standings of those that were ever heard of */
export function listHeartbeats(
  monitors: Readonly<Record<string, HeartbeatMonitor>>,
  standings: readonly HeartbeatStanding[],
  look: HeartbeatLook,
): ListedHeartbeat[] {
  const known = Object.fromEntries(standings.map((one) => [one.name, one]))
  const listed = Object.values(monitors).map((monitor) => {
    const standing = own(known, monitor.name) ?? unseenHeartbeat(monitor.name)
    return listedHeartbeat(monitor, lookAtHeartbeat(standing, monitor, look).standing)
  })
  return listed.toSorted(
    (a, b) => order.indexOf(a.state) - order.indexOf(b.state) || (a.name < b.name ? -1 : 1),
  )
}

function listedHeartbeat(
  monitor: HeartbeatMonitor,
  { state, since, lastBeat }: HeartbeatStanding,
): ListedHeartbeat {
  const { name, title = name, service = null, everyMs, graceMs, muted = false } = monitor
  const waited = lastBeat?.status === 'ok' ? heartbeatDeadline(lastBeat, monitor) : null
  return {
    name,
    title,
    service,
    state,
    since: instantOf(lastBeat === null ? null : since),
    lastBeatAt: instantOf(lastBeat?.receivedAt ?? null),
    lastStatus: lastBeat?.status ?? null,
    message: lastBeat?.message ?? null,
    deadlineAt: instantOf(waited),
    everyMs,
    graceMs,
    muted,
  }
}

function instantOf(ms: number | null): string | null {
  return ms === null ? null : new Date(ms).toISOString()
}
