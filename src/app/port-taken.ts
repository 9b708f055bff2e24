import type { FastifyInstance } from 'fastify'
import { CommandFailed, exitCodes } from '../cli/api-client.ts'
import type { Settings } from './settings.ts'

const patienceMs = 1_000

/** Something else listens where the server should. */
export function portTaken(port: number, by = 'something else'): CommandFailed {
  return new CommandFailed(
    `port ${port} is taken by ${by}: end it, or choose another port (up: --port, 0 for any free one; serve: FIREWATCH_PORT)`,
    exitCodes.unreachable,
  )
}

/** Who listens at this address, in words. */
export async function ownerOfPort(url: string): Promise<string> {
  try {
    const response = await fetch(`${url}/health/live`, { signal: AbortSignal.timeout(patienceMs) })
    const answer = (await response.json()) as { live?: unknown } | null
    return answer?.live === true ? 'another Firewatch' : 'something else'
  } catch {
    // Nothing that speaks as a Firewatch does.
    return 'something else'
  }
}

/** @throws CommandFailed when something else listens there */
export async function listenOn(
  app: FastifyInstance,
  { host, port }: Pick<Settings, 'host' | 'port'>,
): Promise<void> {
  try {
    await app.listen({ host, port })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE') throw portTaken(port)
    throw error
  }
}
