import { type ChildProcess, fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { JsonMap, JsonMapField } from '../domain/configuration/sender.ts'

/** A body and what is to be made of it. */
export interface MapRequest {
  readonly map: JsonMap
  readonly body: unknown
}

/** What the expressions made of one item, or why they could not. */
export interface MappedItem {
  readonly fields: Readonly<Partial<Record<JsonMapField, unknown>>>
  /** `labels: …`, by the field. */
  readonly problems: readonly string[]
}

export interface MapAnswer {
  readonly items: readonly MappedItem[]
  readonly changes: readonly unknown[]
  readonly problems: readonly string[]
}

/** Evaluation was ended from outside, or could not begin: the message says why, for whoever wrote the map. */
export class MapEnded extends Error {
  override readonly name = 'MapEnded'
  /** It is not for this body: it may be tried again. */
  readonly isBusy: boolean
  constructor(why: string, isBusy = false) {
    super(why)
    this.isBusy = isBusy
  }
}

export interface JsonMapEvaluator {
  /** @throws {MapEnded} */
  evaluate(request: MapRequest): Promise<MapAnswer>
  close(): Promise<void>
}

/** For all expressions of one request, in milliseconds, from when the process turns to it. */
const deadlineMs = 1_000
/** For the process to begin, on a machine that has much else to do. */
const startMs = 15_000
/** One is worked on; more wait than any burst brings. */
const mostWaiting = 64

interface Evaluation {
  readonly child: ChildProcess
  readonly ready: Promise<unknown>
}

/**
 * Evaluates maps in a process of its own, one request after another. What takes too long or too much memory ends with the process, and the next request
 * gets a new one. It starts with the first request and ends with this process, which
 * does not wait for it.
 */
export function createJsonMapEvaluator({ timeoutMs = deadlineMs } = {}): JsonMapEvaluator {
  let running: Evaluation | undefined
  let waiting = 0
  let last: Promise<unknown> = Promise.resolve()

  function end(): void {
    running?.child.kill('SIGKILL')
    running = undefined
  }

  async function answer(request: MapRequest): Promise<MapAnswer> {
    try {
      running ??= start((ended) => {
        if (running?.child === ended) running = undefined
      })
      const { child, ready } = running
      await ready
      const text = exchange(child, timeoutMs, `the map took longer than ${timeoutMs} ms`)
      child.send(request)
      return JSON.parse(await text) as MapAnswer
    } catch (error) {
      end()
      throw error
    }
  }

  return {
    async evaluate(request) {
      if (waiting >= mostWaiting) throw new MapEnded('too many bodies wait to be mapped', true)
      waiting++
      const turn = last.then(() => answer(request)).finally(() => waiting--)
      last = turn.catch(() => undefined)
      return turn
    },
    async close() {
      await last
      end()
    },
  }
}

/** @param ended is told when there is nobody any more to ask */
function start(ended: (child: ChildProcess) => void): Evaluation {
  const child = fork(fileURLToPath(new URL('./json-map-process.ts', import.meta.url)), {
    // Nothing of ours is told, least of all secrets; what V8 says at its end is for nobody.
    env: {},
    execArgv: [],
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  })
  child.unref()
  child.channel?.unref()
  child.once('exit', () => ended(child)).on('error', () => ended(child))
  return { child, ready: exchange(child, startMs, 'the process for maps did not start') }
}

/** The next thing that the process says. */
function exchange(child: ChildProcess, withinMs: number, late: string): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  const timer = setTimeout(() => reject(new MapEnded(late)), withinMs)
  const failed = (error: Error) => reject(new MapEnded(`the map cannot be evaluated: ${error.message}`))
  const exited = () => reject(new MapEnded('the map took too much memory'))
  child.once('message', resolve).once('error', failed).once('exit', exited)
  return promise.finally(() => {
    clearTimeout(timer)
    child.off('message', resolve).off('error', failed).off('exit', exited)
  })
}
