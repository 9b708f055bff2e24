import { randomUUID } from 'node:crypto'
import { hostname } from 'node:os'
import type { AuditEntry } from '../domain/access/audit-entry.ts'
import { problemLines } from './read-configuration.ts'
import type { ReloadOutcome } from './running-configuration.ts'

/** What came of it. */
export type Hangup =
  | Extract<ReloadOutcome, { kind: 'switched' | 'invalid' }>
  | { readonly kind: 'failed'; readonly revision: string; readonly reason: string }

/**
 * Keeps in the audit log what came of a SIGHUP. A signal does not say who sent it: the entry has no actor, but names the process that was told, which only
 * whoever runs it there, or root, may tell anything.
 * @param told `server`, `worker` or `up`
 */
export async function auditHangup(
  auditLog: { append(entry: AuditEntry): Promise<void> },
  told: string,
  hangup: Hangup,
  at: Date,
): Promise<void> {
  await auditLog.append({
    at: at.toISOString(),
    actor: null,
    credential: null,
    action: `SIGHUP to ${told} ${hostname()}/${process.pid}`,
    requestId: randomUUID(),
    ...becameOf(hangup),
  })
}

function becameOf(hangup: Hangup): Pick<AuditEntry, 'target' | 'outcome' | 'reason'> {
  switch (hangup.kind) {
    case 'switched':
      return { target: `${hangup.from} -> ${hangup.to}`, outcome: 'done', reason: null }
    case 'invalid':
      return { target: hangup.revision, outcome: 'refused', reason: problemLines(hangup.problems).join('; ') }
    case 'failed':
      return { target: hangup.revision, outcome: 'failed', reason: hangup.reason }
  }
}
