/** What a claim may cite. */
export type EvidenceKind =
  | 'metric-result'
  | 'timeline-event'
  | 'change-record'
  | 'log-cluster'
  | 'remediation-run'
  | 'human-statement'

/** An immutable record of what was asked and what came back; `result` is the snapshot, since sources forget. */
export interface Evidence {
  readonly incident: number
  /** Counts from 1 within the incident. */
  readonly number: number
  /** Names the question, such as `opened/os-split`; asking again under the same key keeps the first answer. */
  readonly key: string
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
