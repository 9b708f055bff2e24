import { type Connection, isGrpcServiceError } from '@temporalio/client'
import { searchAttributeNames } from '../domain/incident/messages.ts'

/** `INDEXED_VALUE_TYPE_KEYWORD` of temporal.api.enums.v1. */
const keyword = 2

/** gRPC status codes: https://grpc.github.io/grpc/core/md_doc_statuscodes.html */
const status = { invalidArgument: 3, permissionDenied: 7, unimplemented: 12 } as const

type Services = Pick<Connection, 'operatorService' | 'workflowService'>

/**
 * Registers the search attributes that the namespace lacks. Needed at each start: an unregistered one makes workflow tasks fail for
 * ever, and the development server takes its own option only for a new database.
 * @throws naming those that are missing where the server lets nobody register them, as Temporal Cloud does
 */
export async function registerSearchAttributes(connection: Services, namespace: string): Promise<void> {
  const missing = await missingAttributes(connection, namespace)
  if (missing.length === 0) return
  const wanted = Object.fromEntries(missing.map((name) => [name, keyword]))
  try {
    await connection.operatorService.addSearchAttributes({ namespace, searchAttributes: wanted })
  } catch (error) {
    if (!isRefused(error)) throw error
    throw new Error(
      `Temporal lets nobody register search attributes here: add ${missing.join(', ')} to namespace "${namespace}" as Keyword, in Temporal Cloud by \`tcld namespace search-attributes add\``,
      { cause: error },
    )
  }
}

async function missingAttributes(connection: Services, namespace: string): Promise<string[]> {
  const names = Object.values(searchAttributeNames)
  try {
    const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace })
    return names.filter((name) => customAttributes?.[name] === undefined)
  } catch (error) {
    if (!isRefused(error)) throw error
  }
  const missing: string[] = []
  for (const name of names) if (!(await isKnown(connection, namespace, name))) missing.push(name)
  return missing
}

/** For those who may not list them: a query for one that is not registered is refused. */
async function isKnown({ workflowService }: Services, namespace: string, name: string): Promise<boolean> {
  try {
    await workflowService.countWorkflowExecutions({ namespace, query: `${name} IS NULL` })
    return true
  } catch (error) {
    if (isGrpcServiceError(error) && Number(error.code) === status.invalidArgument) return false
    throw error
  }
}

function isRefused(error: unknown): boolean {
  if (!isGrpcServiceError(error)) return false
  return [status.permissionDenied, status.unimplemented].some((code) => code === Number(error.code))
}
