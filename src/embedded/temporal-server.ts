import { join } from 'node:path'
import { Connection } from '@temporalio/client'
import { serverEnvironment } from './server-environment.ts'
import { type SupervisedProcess, supervise } from './supervised-process.ts'
import { findProgram, TEMPORAL } from './temporal-binaries.mjs'

export interface ServerOptions {
  /** Locked by this process. */
  dataDir: string
  env: NodeJS.ProcessEnv
  log: (line: string) => void
  onGivenUp: (error: Error) => void
}

const NAMESPACE = 'default'
const ANSWER_WITHIN_MS = 2_000

/**
 * Temporal's development server with its database in a file and its UI. Search attributes are not its matter: they
 * have to be registered with the running server at each start.
 */
export function superviseTemporal(
  options: ServerOptions & { port: number; uiPort: number },
): SupervisedProcess {
  const { dataDir, env, port, uiPort, ...rest } = options
  const program = findProgram(TEMPORAL, env)
  if (program === undefined)
    throw new Error(
      "Temporal's server is not on this machine: run `npm run setup`, install the Temporal CLI (https://docs.temporal.io/cli), or set TEMPORAL_ADDRESS to a running server",
    )
  const flags = {
    ip: '127.0.0.1',
    port: String(port),
    'ui-port': String(uiPort),
    namespace: NAMESPACE,
    'db-filename': join(dataDir, 'temporal.db'),
    // A write-ahead log takes a quarter less time per task. It survives the end of any process; after a power cut it may lack the last moments,
    // which the auditor then finds missing.
    'sqlite-pragma': 'journal_mode=WAL',
    'log-level': 'warn',
    'log-format': 'json',
    // It would ask a server of its maker's for newer versions.
    'dynamic-config-value': 'frontend.enableServerVersionCheck=false',
  }
  return supervise({
    ...rest,
    name: 'temporal',
    dataDir,
    isReady: () => answers(`127.0.0.1:${port}`),
    command: {
      command: program,
      args: [
        'server',
        'start-dev',
        ...Object.entries(flags).flatMap(([name, value]) => [`--${name}`, value]),
      ],
      cwd: dataDir,
      env: serverEnvironment(env),
      stopSignal: 'SIGTERM',
    },
  })
}

/** Whether the server answers gRPC and has its namespace, which a new database gets a moment later. */
async function answers(address: string): Promise<boolean> {
  const connection = Connection.lazy({ address, connectTimeout: ANSWER_WITHIN_MS })
  try {
    await connection.withDeadline(Date.now() + ANSWER_WITHIN_MS, () =>
      connection.workflowService.describeNamespace({ namespace: NAMESPACE }),
    )
    return true
  } catch {
    // Not yet; the supervisor asks again until its time is over, and then shows the server's own log.
    return false
  } finally {
    await connection.close()
  }
}
