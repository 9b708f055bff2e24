import type { AnswerServiceOptions } from '../answers/options.ts'
import type { AuditEntry } from '../domain/access/audit-entry.ts'
import { declaredTitle } from '../domain/alert/declaration.ts'
import type { SilenceAnswer, Silencing } from '../domain/alert/silence-request.ts'
import type { MaintenanceAnnouncements, MaintenanceAnswer } from '../domain/escalate/maintenance.ts'
import { errorMessage } from '../domain/values/error-message.ts'
import { incidentName } from '../domain/investigate/evidence.ts'
import type { Command, CommandAnswer } from '../domain/incident/messages.ts'
import type { IncidentCommands } from '../web/dependencies.ts'

export interface ChannelAudit {
  readonly auditLog: { append(entry: AuditEntry): Promise<void> }
  readonly now: () => Date
  readonly newId: () => string
}

type Declare = AnswerServiceOptions['declare']
type Give = (command: Command) => Promise<CommandAnswer>

/** The same commands for what channels bring in, each with an entry in the audit log: it is no request by somebody who is logged in. */
export function auditedCommands(commands: IncidentCommands, audit: ChannelAudit): IncidentCommands {
  const audited = (verb: string, give: Give): Give => {
    return (command) => {
      const about = {
        actor: command.actor,
        action: `channel ${verb}`,
        target: incidentName(command.incident),
        reason: null,
      }
      return noted(audit, about, () => give(command))
    }
  }
  const all = Object.entries(commands) as [string, Give][]
  return Object.fromEntries(
    all.map(([verb, give]) => [verb, audited(verb, give)]),
  ) as unknown as IncidentCommands
}

/** The same for incidents that people declare in a channel. */
export function auditedDeclare(declare: Declare, audit: ChannelAudit): Declare {
  return (declaration) => {
    const { by: actor, title, service } = declaration
    const target = service === undefined ? null : `service/${service}`
    return noted(audit, { actor, action: 'channel declare', target, reason: declaredTitle(title) }, () =>
      declare(declaration),
    )
  }
}

/** The same for maintenance; who only looks changes nothing. */
export function auditedMaintenance(
  maintenance: MaintenanceAnnouncements,
  audit: ChannelAudit,
): MaintenanceAnnouncements {
  return {
    listed: () => maintenance.listed(),
    preview: (request) => maintenance.preview(request),
    announce(request, actor, requestKey) {
      const { service, reason = null } = request
      const about = { actor, action: 'channel maintenance', target: `service/${service}`, reason }
      return noted(audit, about, () => maintenance.announce(request, actor, requestKey), refusedBy)
    },
    end(id, actor) {
      const about = { actor, action: 'channel maintenance end', target: `maintenance/${id}`, reason: null }
      return noted(audit, about, () => maintenance.end(id, actor), refusedBy)
    },
  }
}

/** The same for silences. */
export function auditedSilencing(silencing: Silencing, audit: ChannelAudit): Silencing {
  return {
    ...silencing,
    add(request, actor, requestKey) {
      const { matchers, reason = null } = request
      const about = { actor, action: 'channel silence', target: matchers.join(', ').slice(0, 500), reason }
      return noted(audit, about, () => silencing.add(request, actor, requestKey), refusedBy)
    },
    expire(id, actor) {
      const about = { actor, action: 'channel silence expire', target: `silence/${id}`, reason: null }
      return noted(audit, about, () => silencing.expire(id, actor), refusedBy)
    },
  }
}

type About = Pick<AuditEntry, 'actor' | 'action' | 'target' | 'reason'>

/**
 * Does it and notes what came of it.
 * @param refusalIn why an answer is a refusal, where one may be; others are thrown
 */
async function noted<Result>(
  audit: ChannelAudit,
  about: About,
  give: () => Promise<Result>,
  refusalIn: (result: Result) => string | undefined = () => undefined,
): Promise<Result> {
  try {
    const result = await give()
    const refusal = refusalIn(result)
    if (refusal === undefined) note(audit, { ...about, outcome: 'done' })
    else note(audit, { ...about, outcome: 'refused', reason: refusal })
    return result
  } catch (error) {
    const isRefusal = error instanceof Error && error.name === 'CommandRefused'
    note(audit, { ...about, outcome: isRefusal ? 'refused' : 'failed', reason: errorMessage(error) })
    throw error
  }
}

function refusedBy({ kind, message }: MaintenanceAnswer | SilenceAnswer): string | undefined {
  return kind === 'refused' ? message : undefined
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
