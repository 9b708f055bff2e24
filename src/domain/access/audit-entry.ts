/** One line of the audit log: who asked for what, and what became of it. */
export interface AuditEntry {
  readonly at: string
  /** Name of the person, sender or operator; `null` while nobody is known. */
  readonly actor: string | null
  /** Id of the credential that was shown, known or not. */
  readonly credential: string | null
  readonly action: string
  readonly target: string | null
  readonly outcome: 'done' | 'refused' | 'failed'
  /** Of a refusal or a failure; else what whoever asked gave as theirs, if anything. */
  readonly reason: string | null
  readonly requestId: string
}
