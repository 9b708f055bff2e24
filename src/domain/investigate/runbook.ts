import type { Labels } from '../alert/alert.ts'

/** A runbook file: what to do and to ask for one kind of incident. Durations are milliseconds. */
export interface Runbook {
  readonly name: string
  readonly title: string
  /** Holds when each label has one of the values. */
  readonly match: Readonly<Record<string, readonly string[]>>
  readonly evidence: readonly EvidenceQuery[]
  readonly remediation: readonly RemediationRung[]
  readonly causes: readonly CauseTemplate[]
  readonly actions: readonly ActionTemplate[]
  /** Prose for people, Markdown, as written. */
  readonly guidance: string
  readonly path: string
}

/**
 * A read-only ClickHouse query. Bound parameters: `from`, `to` (the incident's window), `dayFrom`, `dayTo`, `weekFrom`, `weekTo` (the same window a
 * day and a week before), all `DateTime`, and `bucketSeconds` (`UInt32`).
 */
export interface EvidenceQuery {
  readonly name: string
  readonly title: string
  readonly sql: string
}

/** One rung of the ladder, tried in order. */
export interface RemediationRung {
  readonly action: string
  readonly target: string
  readonly timeoutMs: number
  /** Measured before and after: `good` of `of` samples newer than the act must be good. */
  readonly verify: { readonly good: number; readonly of: number; readonly withinMs: number }
}

export type CauseProblem = 'occurred' | 'detected-late' | 'mitigated-slowly' | 'impact-spread'

/** How a cause leads to its effect. */
export type CauseEdge = 'caused' | 'enabled' | 'amplified' | 'delayed' | 'undetected-because'

/** A node that the runbook proposes. What supports or refutes it is looked up in evidence; with no test it stays `inferred`. */
export interface CauseTemplate {
  readonly id: string
  readonly problem: CauseProblem
  /** Parent node; absent for the root of its problem's tree. */
  readonly parent?: string
  readonly edge: CauseEdge
  readonly claim: string
  readonly test?: CauseTest
}

/**
 * A cell of evidence compared with a number, or how a remediation ended. `where` selects the row of the result; every row selected
 * must satisfy the comparison.
 */
export type CauseTest =
  | {
      readonly evidence: string
      readonly where?: Labels
      readonly column: string
      readonly op: '<' | '<=' | '>' | '>=' | '=='
      readonly value: number
    }
  | { readonly remediation: string; readonly outcome: 'helped' | 'no-effect' | 'harmed' }

export interface ActionTemplate {
  readonly type: 'prevent' | 'detect' | 'mitigate' | 'process'
  readonly cause: string
  readonly title: string
  readonly doneWhen: string
  readonly owner?: string
  readonly priority: 'guard' | 'rest'
}
