import { setTimeout as sleep } from 'node:timers/promises'
import { type Run, type ServiceChild, startService } from './child.ts'

export interface Restart {
  readonly before: Run | null
  readonly after: Run
}

/** Keeps one run of the service alive on one port. */
export interface ServiceProcess {
  /** The run that is alive; null while one is being started. */
  run(): Run | null
  restarts(): number
  start(): Promise<Run>
  /** Stops the run and starts a new one. If that fails the caller hears why, and further starts are tried all the same. */
  restart(): Promise<Restart>
  end(): Promise<void>
}

const firstPauseMs = 200
const longestPauseMs = 5_000

export function createServiceProcess(port: number, environment: NodeJS.ProcessEnv): ServiceProcess {
  let child: ServiceChild | undefined
  let restarts = 0
  let ending = false
  let turn: Promise<unknown> = Promise.resolve()

  /** Starts and stops happen one after another. */
  const inTurn = <T>(act: () => Promise<T>): Promise<T> => {
    const result = turn.then(act)
    turn = result.catch(() => undefined)
    return result
  }

  const launch = async (): Promise<Run> => {
    const started = await startService(port, environment)
    child = started
    void started.exited.then(() => {
      // One that was stopped is no longer ours; one that still is has died by itself.
      if (child !== started) return
      console.error(`feed supervisor: the service (pid ${started.run.pid}) died and is started again`)
      child = undefined
      void revive()
    })
    return started.run
  }

  const stop = async (): Promise<void> => {
    const stopping = child
    child = undefined
    await stopping?.stop()
  }

  const revive = async (): Promise<void> => {
    for (let pauseMs = firstPauseMs; !child && !ending; pauseMs = Math.min(pauseMs * 2, longestPauseMs)) {
      await sleep(pauseMs)
      await inTurn(async () => {
        if (child || ending) return
        restarts += 1
        await launch()
      }).catch((error: unknown) => console.error(`feed supervisor: ${String(error)}`))
    }
  }

  return {
    run: () => child?.run ?? null,
    restarts: () => restarts,
    start: () => inTurn(launch),
    restart: () =>
      inTurn(async () => {
        const before = child?.run ?? null
        await stop()
        restarts += 1
        try {
          return { before, after: await launch() }
        } catch (error) {
          void revive()
          throw error
        }
      }),
    async end() {
      ending = true
      await inTurn(stop)
    },
  }
}
