import type { AddressInfo } from 'node:net'
import type { Records } from '../../src/app/records.ts'
import type { TestWeb } from '../web/world.ts'

/** Has a server listen; the variables by which the command line talks to it as a user. */
export async function commandLineOf(
  person: string,
  { app }: TestWeb,
  { credentials }: Pick<Records, 'credentials'>,
): Promise<NodeJS.ProcessEnv> {
  await app.listen({ host: '127.0.0.1', port: 0 })
  const token = await credentials.issue('token', { kind: 'person', name: person }, null)
  const { port } = app.server.address() as AddressInfo
  return { FIREWATCH_URL: `http://127.0.0.1:${port}`, FIREWATCH_TOKEN: token }
}
