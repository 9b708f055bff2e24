import { userInfo } from 'node:os'
import { randomUUID } from 'node:crypto'
import { loadConfiguration } from '../config/load.ts'
import { type AccessConfiguration, holderNamed, roleOf } from '../domain/access/access.ts'
import { unknownName } from '../domain/values/suggestion.ts'
import type { AuditEntry } from '../domain/access/audit-entry.ts'
import { createAuditLog } from '../postgres/audit-log.ts'
import { credentialId } from '../postgres/credential-list.ts'
import { openDatabase } from '../postgres/database.ts'
import { CommandFailed, exitCodes } from '../cli/api-client.ts'
import type { IssuedToken, WantedToken } from '../cli/installation.ts'
import { prepareDatabase } from './prepare.ts'
import { createRecords } from './records.ts'
import type { Settings } from './settings.ts'

/**
 * Makes an API token without a server. Whoever has the database's password may do anything anyway; the audit log keeps who it was on this machine.
 * @throws ConfigurationError, and CommandFailed when nobody is called so or the database does not answer
 */
export async function issueToken(
  { name, replace, validForMs }: WantedToken,
  { configPath, databaseUrl }: Pick<Settings, 'configPath' | 'databaseUrl'>,
): Promise<IssuedToken> {
  const configuration = await loadConfiguration(configPath)
  const holder = holderNamed(name, configuration)
  const role = holder && roleOf(holder, configuration, undefined)
  if (holder === undefined || role === undefined)
    throw new CommandFailed(
      `${configPath}: ${unknownName('user, sender or heartbeat', name, holderNames(configuration))}`,
      exitCodes.refused,
    )
  const database = openDatabase(databaseUrl, 2)
  try {
    const now = () => new Date()
    const records = createRecords(database.db, now)
    await prepareDatabase(database, records, configuration)
    const lost: unknown[] = []
    const auditLog = createAuditLog(database.db, (_entries, reason) => lost.push(reason))
    if (replace) await records.credentials.revokeAll('token', holder)
    const token = await records.credentials.issue('token', holder, validForMs)
    const id = credentialId(token)
    await auditLog.append(entryOf(`${name} ${id}`, replace, now()))
    if (lost.length > 0) throw lost[0]
    return { id, person: name, role, token }
  } finally {
    await database.close()
  }
}

function holderNames({ users, integrations, heartbeats }: AccessConfiguration): string[] {
  return [users, integrations?.senders ?? {}, heartbeats ?? {}].flatMap((named) => Object.keys(named))
}

function entryOf(target: string, replace: boolean, at: Date): AuditEntry {
  return {
    at: at.toISOString(),
    actor: `${userInfo().username}, on the database`,
    credential: null,
    action: replace ? 'token --direct --replace' : 'token --direct',
    target,
    outcome: 'done',
    reason: null,
    requestId: randomUUID(),
  }
}
