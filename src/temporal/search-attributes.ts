import type { Connection } from '@temporalio/client'
import { searchAttributeNames } from '../domain/incident/messages.ts'

/** `INDEXED_VALUE_TYPE_KEYWORD` of temporal.api.enums.v1. */
const keyword = 2

/**
 * Registers the search attributes that the namespace lacks. Needed at each start: an unregistered one makes workflow tasks fail for
 * ever, and the development server takes its own option only for a new database.
 */
export async function registerSearchAttributes(
  connection: Pick<Connection, 'operatorService'>,
  namespace: string,
): Promise<void> {
  const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace })
  const missing = Object.values(searchAttributeNames).filter((name) => customAttributes?.[name] === undefined)
  if (missing.length === 0) return
  const wanted = Object.fromEntries(missing.map((name) => [name, keyword]))
  await connection.operatorService.addSearchAttributes({ namespace, searchAttributes: wanted })
}
