import type { AuditEntry } from '../domain/access/audit-entry.ts'
import { errorMessage } from '../domain/values/error-message.ts'
import { incidentName } from '../domain/investigate/evidence.ts'
import type { Command, CommandAnswer } from '../domain/incident/messages.ts'
import type { IncidentCommands } from '../web/dependencies.ts'

export interface ChannelAudit {
  readonly auditLog: { append(entry: AuditEntry): Promise<void> }
  readonly now: () => Date
  readonly newId: () => string
}

type Give = (command: Command) => Promise<CommandAnswer>

/** The same commands for what channels bring in, each with an entry in the audit log: it is no request by somebody who is logged in. */
export function auditedCommands(commands: IncidentCommands, audit: ChannelAudit): IncidentCommands {
  const audited = (verb: string, give: Give): Give => {
    return async (command) => {
      const about = {
        actor: command.actor,
        action: `channel ${verb}`,
        target: incidentName(command.incident),
      }
      try {
        const answer = await give(command)
        note(audit, { ...about, outcome: 'done', reason: null })
        return answer
      } catch (error) {
        const isRefusal = error instanceof Error && error.name === 'CommandRefused'
        const reason = errorMessage(error)
        note(audit, { ...about, outcome: isRefusal ? 'refused' : 'failed', reason })
        throw error
      }
    }
  }
  const all = Object.entries(commands) as [string, Give][]
  return Object.fromEntries(
    all.map(([verb, give]) => [verb, audited(verb, give)]),
  ) as unknown as IncidentCommands
}

/** Somebody whom a channel's webhook handler turned away. */
interface Refusal {
  readonly channel: string
  readonly account: string
  readonly verb: string
  readonly reason: string
  readonly incident?: string
  readonly person?: string
}

/** Notes an answer that was refused, by the account that gave it where nobody is known. */
export function auditRefusal(
  { channel, account, verb, reason, incident, person }: Refusal,
  audit: ChannelAudit,
): void {
  note(audit, {
    actor: person ?? `${channel} ${account}`,
    action: `channel ${verb}`,
    target: incident ?? null,
    outcome: 'refused',
    reason,
  })
}

/** Notes that somebody was given a log-in link where they asked for it. */
export function auditLoginLink(person: string, audit: ChannelAudit): void {
  note(audit, { actor: person, action: 'channel login', target: null, outcome: 'done', reason: null })
}

/** Not awaited: a provider wants its answer within three seconds. An entry that cannot be stored is logged by the audit log itself. */
function note(
  { auditLog, now, newId }: ChannelAudit,
  entry: Omit<AuditEntry, 'at' | 'credential' | 'requestId'>,
): void {
  void auditLog.append({ ...entry, at: now().toISOString(), credential: null, requestId: newId() })
}
