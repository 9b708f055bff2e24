import type { AcceptedAlert } from '../../../src/domain/alert/alert.ts'
import {
  arrivalMs,
  type Beat,
  type HeartbeatLook,
  type HeartbeatStanding,
  lookAtHeartbeat,
  unseenHeartbeat,
} from '../../../src/domain/alert/heartbeat.ts'
import type { HeartbeatMonitor } from '../../../src/domain/configuration/configuration.ts'

/** An instant long after 1970, so that times of a story may lie before it. */
export const epoch = Date.UTC(2026, 2, 2, 3)

export function monitor(change: Partial<HeartbeatMonitor> = {}): HeartbeatMonitor {
  return {
    name: 'nightly-backup',
    everyMs: 300_000,
    graceMs: 0,
    severity: 'critical',
    labels: {},
    ...change,
  }
}

/** Somebody looks so long after the story began that a beat of then would be stored; beats could come in all the time. */
export function lookAt(at: number, change: Partial<HeartbeatLook> = {}): HeartbeatLook {
  return { at, watchedSince: 0, isCurrent: true, ...change }
}

/** A heartbeat that is told and looked at, with all that the inbox heard of it. */
export class HeartbeatStory {
  standing: HeartbeatStanding
  readonly events: AcceptedAlert[] = []
  readonly #monitor: HeartbeatMonitor | undefined
  constructor(of: HeartbeatMonitor) {
    this.#monitor = of
    this.standing = unseenHeartbeat(of.name)
  }

  beat(beat: Partial<Beat> & Pick<Beat, 'receivedAt'>): void {
    this.standing = { ...this.standing, lastBeat: { status: 'ok', message: null, ...beat } }
  }

  /** @returns the event that came of it */
  look(
    at: number,
    { monitor: by = this.#monitor, ...change }: Partial<HeartbeatLook> & { monitor?: HeartbeatMonitor } = {},
  ): AcceptedAlert | undefined {
    return this.#take(by, lookAt(at, change))
  }

  /** Somebody looks who has it not in their configuration. */
  lookWithout(at: number, change: Partial<HeartbeatLook> = {}): AcceptedAlert | undefined {
    return this.#take(undefined, lookAt(at, change))
  }

  #take(by: HeartbeatMonitor | undefined, look: HeartbeatLook): AcceptedAlert | undefined {
    const { standing, event } = lookAtHeartbeat(this.standing, by, look)
    this.standing = standing
    if (event !== undefined) this.events.push(event)
    return event
  }
}

/** When a look sees what was the case at `at`: beats that had arrived by then are stored. */
export const seenFrom = (at: number) => at + arrivalMs
