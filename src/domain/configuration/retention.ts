/** How long each kind of record is kept, in milliseconds. What an open incident or an unfinished review needs is kept longer. */
export interface Retention {
  /** Accepted alerts, from when they came in. */
  readonly inboxMs: number
  /** Verdicts, from the beginning of their bucket. */
  readonly verdictsMs: number
  /** Incidents with their alerts, timeline, pages, evidence, remediation attempts and review, from their end. */
  readonly incidentsMs: number
  /** What the auditor of paging found, from when it was over. */
  readonly auditsMs: number
  /** What people were told of changes that put them on call or took them off, from when it was sent or given up. */
  readonly noticesMs: number
  /** Sessions, log-in codes, links of pages and tokens, from when they expired. */
  readonly credentialsMs: number
  /** Configurations that no incident refers to any more, from when they were last started with. */
  readonly configurationsMs: number
}

export type RetentionKind =
  | 'inbox'
  | 'verdicts'
  | 'incidents'
  | 'audits'
  | 'notices'
  | 'credentials'
  | 'configurations'

/** Incidents before configurations: a revision that the last of them referred to can go in the same run. */
export const retentionKinds: readonly RetentionKind[] = [
  'inbox',
  'verdicts',
  'incidents',
  'audits',
  'notices',
  'credentials',
  'configurations',
]

/** What is older than this instant may go. */
export function keptSince(retention: Retention, kind: RetentionKind, now: Date): Date {
  return new Date(now.getTime() - retention[`${kind}Ms`])
}
