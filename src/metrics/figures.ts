import type { FindingKind } from '../domain/audit/audit.ts'
import type { CheckMute } from '../domain/check/mutes.ts'
import type { IncidentState } from '../domain/incident/incident.ts'
import type { Severity } from '../domain/values/severity.ts'

/** What the records say at one moment. */
export interface Figures {
  readonly inbox: {
    /** Accepted alerts that no incident has been told of yet. */
    readonly waiting: number
    /** How long the oldest of them has waited; 0 when none waits. */
    readonly oldestSeconds: number
  }
  readonly incidents: readonly {
    readonly state: IncidentState
    readonly severity: Severity
    readonly count: number
  }[]
  readonly pages: readonly { readonly channel: string; readonly state: string; readonly count: number }[]
  /** Pages of open incidents that failed, or of which nobody knows, and after which nobody heard. */
  readonly undeliveredPages: number
  readonly audit: {
    /** What is wrong with paging itself. */
    readonly findings: readonly { readonly kind: FindingKind; readonly count: number }[]
    /** When the auditor last found all well, ISO 8601 UTC; `null`: never. */
    readonly okAt: string | null
  }
  /** Of the newest bucket that each check judged. */
  readonly checks: readonly {
    readonly check: string
    /** ISO 8601 UTC. */
    readonly evaluatedAt: string
    readonly ok: number
    readonly firing: number
    readonly unknown: number
  }[]
  /** Checks of which something fires that their cooldown mutes. */
  readonly mutes: readonly CheckMute[]
}
