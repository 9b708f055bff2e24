import type { Configuration } from '../src/domain/configuration.ts'
import type { Incident, IncidentAlerts } from '../src/domain/incident.ts'
import type { Severity } from '../src/domain/severity.ts'
import type { TimelineEntry } from '../src/domain/timeline.ts'

export interface IncidentStore {
  get(incident: number): Promise<Incident>
  alerts(incident: number): Promise<IncidentAlerts>
  setRunbook(incident: number, runbook: string | null): Promise<void>
  /** Moves between `open` and `monitoring`; a resolved incident stays resolved. */
  setState(incident: number, state: 'open' | 'monitoring', at: string): Promise<void>
  /** `until`: when the acknowledgement runs out; `null`: never. */
  acknowledge(incident: number, actor: string, at: string, until: string | null): Promise<void>
  /** Nobody has it any more. */
  release(incident: number): Promise<void>
  setSeverity(incident: number, severity: Severity, actor: string): Promise<void>
  /** From now on its policy is that of `revision`: the one called `policy`, or by its route when that is `null`. */
  setPolicy(incident: number, revision: string, policy: string | null): Promise<void>
  /** Compare-and-set on the version; `null` closes whatever arrived meanwhile. False when it was refused. */
  close(incident: number, actor: string, at: string, version: number | null): Promise<boolean>
  /** `dueAt`: when paging does something next; `null` when it waits for nothing but people, absent to leave it as it is. */
  describe(incident: number, nowDoing: string, dueAt?: string | null): Promise<void>
}

export interface IncidentDependencies {
  readonly incidents: IncidentStore
  readonly timeline: { append(entry: TimelineEntry): Promise<void> }
  readonly configurations: { get(revision: string): Promise<Configuration> }
  /** As configured now. */
  readonly running: () => Configuration
  readonly now: () => Date
}
