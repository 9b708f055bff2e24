import { join } from 'node:path'
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
const MEBIBYTE = 1024 * 1024

const SETTINGS = [
  // It would ask a server of its maker's for newer versions.
  'frontend.enableServerVersionCheck=false',
  // By default what it knows of workflows stays in memory for an hour, however many there are: 110 MiB more after half an hour of one incident a second.
  // By its own count a workflow is about 1.5 KB, and takes twenty times that: this is some 700 of them, and the others are read when something happens.
  'history.cacheSizeBasedLimit=true',
  `history.hostLevelCacheMaxSizeBytes=${MEBIBYTE}`,
]

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
  const flags: Readonly<Record<string, string | readonly string[]>> = {
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
    'dynamic-config-value': SETTINGS,
  }
  return supervise({
    ...rest,
    name: 'temporal',
    dataDir,
    isReady: () => answers(uiPort),
    command: {
      command: program,
      args: [
        'server',
        'start-dev',
        ...Object.entries(flags).flatMap(([name, values]) =>
          [values].flat().flatMap((value) => [`--${name}`, value]),
        ),
      ],
      cwd: dataDir,
      // Its garbage is collected sooner, for a quarter of its memory.
      env: { ...serverEnvironment(env), GOGC: '25' },
      stopSignal: 'SIGTERM',
    },
  })
}

/**
 * Whether the server has its namespace, which a new database gets a moment after the server answers. Asked through the server of its UI, which passes calls on: a gRPC
 * client for this one question would cost the supervising process 25 MiB for good.
 */
async function answers(uiPort: number): Promise<boolean> {
  const address = new URL(`/api/v1/namespaces/${NAMESPACE}`, `http://127.0.0.1:${uiPort}`)
  try {
    const response = await fetch(address, { signal: AbortSignal.timeout(ANSWER_WITHIN_MS) })
    await response.arrayBuffer()
    return response.ok
  } catch {
    // Not yet; the supervisor asks again until its time is over, and then shows the server's own log.
    return false
  }
}
