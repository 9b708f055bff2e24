import type { GroupStanding } from '../alert/group-notice.ts'
import type { Calendar } from '../configuration/people.ts'
import type { Configuration, Maintenance } from '../configuration/configuration.ts'
import type { EscalationPolicy } from '../configuration/escalation-policy.ts'
import type { Hold } from '../escalate/hold.ts'
import type { ReachableBy } from '../escalate/escalate.ts'
import type { OnCallReader } from '../escalate/targets.ts'
import type { Page } from '../page/page.ts'
import type { Severity } from '../values/severity.ts'

export interface GroupLook {
  readonly standing: GroupStanding
  /** How long the oldest alert that fires has fired, in milliseconds. */
  readonly longestMs: number
}

/** What paging goes by at one instant. */
export interface PagingWorld {
  readonly incident: number
  readonly service: string
  readonly severity: Severity
  readonly policy: EscalationPolicy
  readonly teams: Configuration['teams']
  readonly calendars: Readonly<Record<string, Calendar>>
  /** Of the incident's service: as configured now, and what people announced. */
  readonly maintenance: readonly Maintenance[]
  /** What keeps its alerts from paging now; only steps and people's rules look at it. */
  readonly suppression?: Hold
  /** Its group of alerts; only notices to rooms look at it. */
  readonly group?: GroupLook
  readonly reachable: ReachableBy
  readonly onCall: OnCallReader
  /** When alerts of the incident began, epoch milliseconds; only steps that wait for a rate of alerts look at it. */
  readonly alertsBegan: readonly number[]
  /** Pages of the incident so far; only looks at personal rules ask for them. */
  readonly pages: readonly Page[]
}
