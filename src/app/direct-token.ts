import { loadConfiguration } from '../config/load.ts'
import type { Role } from '../domain/configuration.ts'
import { openDatabase } from '../postgres/database.ts'
import { CommandFailed, exitCodes } from './api-client.ts'
import { prepareDatabase } from './prepare.ts'
import { createRecords } from './records.ts'
import type { Settings } from './settings.ts'

/**
 * Makes an API token without a server. Whoever has the database's password may do anything anyway.
 * @param replace ends all tokens that the person had
 * @throws ConfigurationError, and CommandFailed when nobody is called so or the database does not answer
 */
export async function issueToken(
  person: string,
  replace: boolean,
  { configPath, databaseUrl }: Pick<Settings, 'configPath' | 'databaseUrl'>,
): Promise<{ person: string; role: Role; token: string }> {
  const configuration = await loadConfiguration(configPath)
  const user = new Map(Object.entries(configuration.users)).get(person)
  if (user === undefined)
    throw new CommandFailed(`nobody called ${person} is among the users of ${configPath}`, exitCodes.refused)
  const database = openDatabase(databaseUrl, 2)
  try {
    const records = createRecords(database.db, () => new Date())
    await prepareDatabase(database, records, configuration)
    if (replace) await records.credentials.revokeAll('token', person)
    const { role } = user
    return { person, role, token: await records.credentials.issue('token', { person, role }, null) }
  } catch (error) {
    if (isConnectionFailure(error))
      throw new CommandFailed(
        `PostgreSQL at DATABASE_URL does not answer: ${error.code}`,
        exitCodes.unreachable,
      )
    throw error
  } finally {
    await database.close()
  }
}

function isConnectionFailure(error: unknown): error is Error & { code: string } {
  return (
    error instanceof Error &&
    'code' in error &&
    /^(ECONN|ENOTFOUND|EAI_|ETIMEDOUT|28|3D000)/.test(String(error.code))
  )
}
