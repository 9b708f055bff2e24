import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { secretIn } from './secret-file.ts'
import { serverEnvironment } from './server-environment.ts'
import { superviseNode } from './supervise-node.ts'
import type { SupervisedProcess } from './supervised-process.ts'
import type { ServerOptions } from './temporal-server.ts'

/** A program, not a module: it owns chdb in a process of its own. */
const ENTRY = fileURLToPath(new URL('../chdb/server.ts', import.meta.url))

/** The one user that it knows. */
const USER = 'firewatch'

/** In the data directory; its owner alone can read it. */
export const passwordFileName = 'clickhouse.password'

const ANSWER_WITHIN_MS = 2_000

/**
 * The process that owns chdb and speaks ClickHouse's HTTP interface, to whoever has the password of this data directory.
 * The URL is a secret: it has the password.
 */
export async function superviseClickhouse(
  options: ServerOptions & { port: number },
): Promise<{ process: SupervisedProcess; url: string }> {
  const { dataDir, env, port, ...rest } = options
  const passwordFile = join(dataDir, passwordFileName)
  const password = await secretIn(passwordFile)
  const server = superviseNode({
    ...rest,
    name: 'clickhouse',
    dataDir,
    entry: ENTRY,
    // A path, because everybody on the machine sees arguments.
    args: ['--path', join(dataDir, 'clickhouse'), '--port', String(port), '--password-file', passwordFile],
    cwd: dataDir,
    env: serverEnvironment(env),
    isReady: () => answers(`http://127.0.0.1:${port}/ping`),
  })
  return { process: server, url: `http://${USER}:${password}@127.0.0.1:${port}` }
}

async function answers(url: string): Promise<boolean> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(ANSWER_WITHIN_MS) })
    await response.body?.cancel()
    return response.ok
  } catch {
    // Not yet; the supervisor asks again until its time is over, and then shows the server's own log.
    return false
  }
}
