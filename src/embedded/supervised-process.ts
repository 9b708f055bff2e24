import { setTimeout as sleep } from 'node:timers/promises'
import { logPath, prepareLog, sizeOf, tailOf } from './log-file.ts'
import { endLeftover, recordChild } from './pid-files.ts'
import { type GuardedChild, type GuardedCommand, startGuarded } from './watchdog.ts'
import { DEFAULT_RESTART_POLICY, type RestartPolicy } from './restart-policy.ts'

export interface SupervisionOptions {
  /** Of the log and pid files; one living process per name and data directory. */
  name: string
  /** Locked by this process. */
  dataDir: string
  command: Omit<GuardedCommand, 'logPath'>
  /** Whether it answers; asked until it does. Without one, a started process is ready. */
  isReady?: () => Promise<boolean>
  /** How long it may take to be ready before it counts as dead. */
  readyWithinMs?: number
  /** How long it has to end when asked before it is killed. */
  graceMs?: number
  restart?: Partial<RestartPolicy>
  /** One line for the operator: a death, a restart, giving up. */
  log: (line: string) => void
  /** Told once when it is given up. */
  onGivenUp?: (error: Error) => void
}

export type ProcessState = 'starting' | 'ready' | 'waiting' | 'given up' | 'stopped'

export interface ProcessStatus {
  name: string
  state: ProcessState
  /** While it runs. */
  pid?: number
  restarts: number
}

export interface SupervisedProcess {
  readonly name: string
  status(): ProcessStatus
  /** Resolves when it is ready for the first time; rejects when it is given up or stopped before. */
  whenReady(): Promise<void>
  /** Asks it to end, kills it when it does not within the grace, and never starts it again. */
  stop(): Promise<void>
}

interface Death {
  /** In words: `exit 1`, `SIGKILL`. */
  how: string
  /** The same with the last lines of its log. */
  told: () => Promise<string>
}

const READY_WITHIN_MS = 60_000
const GRACE_MS = 10_000
const ASK_EVERY_MS = 50

/** Starts a process and keeps it running until `stop()`. */
export function supervise(options: SupervisionOptions): SupervisedProcess {
  const supervision = new Supervision(options)
  supervision.start()
  return supervision
}

class Supervision implements SupervisedProcess {
  readonly name: string
  readonly #options: SupervisionOptions
  readonly #policy: RestartPolicy
  readonly #stopping = new AbortController()
  readonly #firstReady = Promise.withResolvers<void>()
  #running: Promise<void> = Promise.resolve()
  #child: GuardedChild | undefined
  #state: ProcessState = 'starting'
  #starts = 0
  #quickDeaths = 0
  #wasReady = false

  constructor(options: SupervisionOptions) {
    this.name = options.name
    this.#options = options
    this.#policy = { ...DEFAULT_RESTART_POLICY, ...options.restart }
    // Whoever never asks for readiness must not die of an unhandled rejection; giving up is reported besides.
    this.#firstReady.promise.catch(() => undefined)
  }

  start(): void {
    this.#running = this.#keepRunning().catch((error: unknown) => this.#giveUp(error as Error))
  }

  status(): ProcessStatus {
    const pid = this.#child?.pid
    const restarts = Math.max(0, this.#starts - 1)
    return { name: this.name, state: this.#state, restarts, ...(pid === undefined ? {} : { pid }) }
  }

  whenReady(): Promise<void> {
    return this.#firstReady.promise
  }

  async stop(): Promise<void> {
    this.#stopping.abort()
    await this.#running
    this.#state = 'stopped'
    this.#firstReady.reject(new Error(`${this.name} was stopped before it was ready`))
  }

  async #keepRunning(): Promise<void> {
    const { signal } = this.#stopping
    while (!signal.aborted) {
      const startedAt = Date.now()
      const death = await this.#liveOnce()
      if (signal.aborted) return
      const wasSound = Date.now() - startedAt >= this.#policy.soundAfterMs
      this.#quickDeaths = wasSound ? 1 : this.#quickDeaths + 1
      const limit = this.#wasReady ? this.#policy.maxQuickDeaths : this.#policy.maxFirstStarts
      if (this.#quickDeaths >= limit)
        throw new Error(
          `${this.name} died ${this.#quickDeaths} times in a row and is given up: ${await death.told()}`,
        )
      const delayMs = Math.min(
        this.#policy.firstDelayMs * 2 ** (this.#quickDeaths - 1),
        this.#policy.maxDelayMs,
      )
      this.#options.log(`${this.name} died (${death.how}) and starts again in ${delayMs} ms`)
      this.#state = 'waiting'
      await sleep(delayMs, undefined, { signal }).catch(ignoreAbort)
    }
  }

  /** From start to end of one process. */
  async #liveOnce(): Promise<Death> {
    const { name, dataDir, command, log } = this.#options
    await endLeftover(dataDir, name, log)
    const path = logPath(dataDir, name)
    await prepareLog(path)
    const logStart = await sizeOf(path)
    this.#state = 'starting'
    const child = await startGuarded({ ...command, logPath: path })
    this.#child = child
    this.#starts += 1
    const end = new AbortController()
    const ended = child.ended.finally(() => end.abort())
    try {
      await recordChild(dataDir, name, child, command.stopSignal)
      const trouble = await this.#untilReadyThenEnded(child, end.signal)
      if (!end.signal.aborted) child.kill()
      const how = await ended
      return {
        how: trouble ?? how,
        told: async () => `${trouble ?? how}; the end of ${path}:\n${await tailOf(path, logStart)}`,
      }
    } finally {
      if (!end.signal.aborted) child.kill()
      await ended
      this.#child = undefined
      // Usually this only forgets it; when somebody killed the watchdog alone, the child itself still lives.
      await endLeftover(dataDir, name, log)
    }
  }

  /** Lives on while the child does. Returns why it had to be ended, or nothing when it ended or was stopped. */
  async #untilReadyThenEnded(child: GuardedChild, ended: AbortSignal): Promise<string | undefined> {
    const stopped = this.#stopping.signal
    const within = this.#options.readyWithinMs ?? READY_WITHIN_MS
    const ready = await this.#becomesReady(AbortSignal.any([ended, stopped]), within)
    if (!ready && !ended.aborted && !stopped.aborted) return `not ready within ${within} ms`
    if (ready) this.#markReady(child)
    await untilAborted(AbortSignal.any([ended, stopped]))
    if (stopped.aborted && !ended.aborted) {
      child.askToStop()
      await Promise.race([
        untilAborted(ended),
        sleep(this.#options.graceMs ?? GRACE_MS, undefined, { ref: false }),
      ])
    }
    return undefined
  }

  async #becomesReady(over: AbortSignal, withinMs: number): Promise<boolean> {
    const { isReady } = this.#options
    if (isReady === undefined) return !over.aborted
    for (const deadline = Date.now() + withinMs; !over.aborted && Date.now() < deadline; ) {
      if (await isReady()) return !over.aborted
      await sleep(ASK_EVERY_MS, undefined, { signal: over }).catch(ignoreAbort)
    }
    return false
  }

  #markReady(child: GuardedChild): void {
    this.#state = 'ready'
    if (this.#starts > 1) this.#options.log(`${this.name} runs again (process ${child.pid})`)
    this.#wasReady = true
    this.#firstReady.resolve()
  }

  #giveUp(error: Error): void {
    this.#state = 'given up'
    this.#firstReady.reject(error)
    this.#options.log(error.message)
    this.#options.onGivenUp?.(error)
  }
}

async function untilAborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return
  await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }))
}

function ignoreAbort(error: unknown): void {
  if ((error as Error).name !== 'AbortError') throw error
}
