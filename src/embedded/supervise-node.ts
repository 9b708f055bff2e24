import { type RestartPolicy, type SupervisedProcess, supervise } from './supervised-process.ts'

export interface NodeProcessOptions {
  /** Of its log and pid file; one living process per name and data directory. */
  name: string
  /** Locked by this process; holds `logs/<name>.log`. */
  dataDir: string
  /** The file to run, absolute. */
  entry: string
  args: readonly string[]
  /** The whole environment of the process. */
  env: NodeJS.ProcessEnv
  cwd?: string
  /** Whether it answers; without it, a started process is ready. */
  isReady?: () => Promise<boolean>
  readyWithinMs?: number
  /** How long it has to drain after SIGTERM before it is killed; 10 s unless given. */
  graceMs?: number
  restart?: Partial<RestartPolicy>
  log: (line: string) => void
  onGivenUp?: (error: Error) => void
}

/**
 * Keeps a program of our own running, on the Node that runs this: restarted when it dies, with growing delays, given
 * up when it dies too often in a row. It does not outlive this process.
 */
export function superviseNode(options: NodeProcessOptions): SupervisedProcess {
  const { entry, args, env, cwd, ...supervision } = options
  return supervise({
    ...supervision,
    command: {
      command: process.execPath,
      args: [entry, ...args],
      cwd: cwd ?? process.cwd(),
      env,
      stopSignal: 'SIGTERM',
    },
  })
}
