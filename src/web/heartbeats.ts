import type { Beat } from '../domain/alert/heartbeat.ts'
import type { ListedHeartbeat } from '../domain/alert/heartbeat-view.ts'

/** Beats of jobs, and what is known of them. */
export interface Heartbeats {
  /** Returns only after the beat is committed. False when no heartbeat of this name is configured. */
  beat(name: string, beat: Beat): Promise<boolean>
  /** All that are configured, as they are now: what is wrong first. */
  list(): Promise<readonly ListedHeartbeat[]>
}
