import type { Series } from '../check/verdict.ts'

/** What a claim may cite. */
export type EvidenceKind =
  | 'metric-result'
  | 'timeline-event'
  | 'change-record'
  | 'log-cluster'
  | 'remediation-run'
  | 'human-statement'

/** When an incident is looked into: as soon as it opens, and again when its alerts are clear. */
export type Stage = 'opened' | 'mitigated'

/** What a record is of. Version 1: a record is never rewritten, so what is of something else is a new kind. */
export type EvidenceSubject =
  /** The answer to an evidence query of the runbook. */
  | { readonly kind: 'query'; readonly stage: Stage; readonly name: string }
  /** How a check judged one series. */
  | { readonly kind: 'verdicts'; readonly stage: Stage; readonly series: Series }
  /** The data of the chart. */
  | { readonly kind: 'chart'; readonly stage: Stage }
  /** A remediation attempt, as it ended. */
  | { readonly kind: 'attempt'; readonly attempt: string }
  /** What the target of an attempt answered to its act. */
  | { readonly kind: 'answer'; readonly attempt: string }

/** Names the subject, such as `opened/os-split`: asking again about the same keeps the first answer. Nobody reads meaning from it. */
export function evidenceKey(about: EvidenceSubject): string {
  switch (about.kind) {
    case 'query':
      return `${about.stage}/${about.name}`
    case 'verdicts': {
      const { check, metric, slice, group } = about.series
      return `${about.stage}/verdicts/${check}/${metric}/${slice}/${group}`
    }
    case 'chart':
      return `${about.stage}/chart`
    case 'attempt':
      return `remediation/${about.attempt}`
    case 'answer':
      return `remediation/${about.attempt}/answer`
  }
}

/** Whether a record is of an attempt, or of what came of its act. */
export function isOfAttempt({ about }: Pick<Evidence, 'about'>, attempt: string): boolean {
  return about !== null && 'attempt' in about && about.attempt === attempt
}

/** When a record was asked for; `undefined` of one that belongs to no stage. */
export function stageOf({ about }: Pick<Evidence, 'about'>): Stage | undefined {
  return about !== null && 'stage' in about ? about.stage : undefined
}

/** An immutable record of what was asked and what came back; `result` is the snapshot, since sources forget. */
export interface Evidence {
  readonly incident: number
  /** Counts from 1 within the incident. */
  readonly number: number
  /** `null` of a record that was kept before they said it, and whose key did not tell. */
  readonly about: EvidenceSubject | null
  readonly kind: EvidenceKind
  readonly title: string
  readonly query?: string
  readonly window?: { readonly from: string; readonly to: string }
  readonly result: unknown
  /** SHA-256 in hex over the canonical JSON of kind, query, window and result. */
  readonly hash: string
  readonly collectedAt: string
}

/** `INC-42/E3`, as reviews cite it. */
export function evidenceId(of: Pick<Evidence, 'incident' | 'number'>): string {
  return `${incidentName(of.incident)}/E${of.number}`
}

/** `INC-42`. */
export function incidentName(number: number): string {
  return `INC-${number}`
}

/** The number in `INC-42`, `inc-42` or `42`; `undefined` for other text. */
export function parseIncidentName(text: string): number | undefined {
  const match = /^(?:INC-)?([1-9]\d{0,14})$/i.exec(text.trim())
  return match === null ? undefined : Number(match[1])
}
