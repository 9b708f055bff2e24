import { join } from 'node:path'
import type { RestartPolicy } from './restart-policy.ts'
import { type SupervisedProcess, supervise } from './supervised-process.ts'

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
 * Several processes share one machine, and none of them has work that needs a large young generation: by default V8 keeps up to 48 MiB for it in
 * each, and glibc an arena of its own for each of a dozen threads, which it gives back the less, the larger the blocks were that it was once asked for.
 * Measured: 140 MiB less in all, and no slower. What Node made of the sources is kept beside the data: a restart need not take the types out of them again.
 */
const spareMemory = ['--max-semi-space-size=4']
const spareArenas = {
  MALLOC_ARENA_MAX: '2',
  MALLOC_TRIM_THRESHOLD_: '131072',
  MALLOC_MMAP_THRESHOLD_: '131072',
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
      args: [...spareMemory, entry, ...args],
      cwd: cwd ?? process.cwd(),
      env: { ...spareArenas, NODE_COMPILE_CACHE: join(options.dataDir, 'cache', 'compiled'), ...env },
      stopSignal: 'SIGTERM',
    },
  })
}
