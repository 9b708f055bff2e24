import { type ChildProcess, spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

/** One run of the service. */
export interface Run {
  readonly pid: number
  readonly instance: string
  readonly startedAt: string
}

export interface ServiceChild {
  readonly run: Run
  readonly exited: Promise<void>
  /** SIGTERM, and SIGKILL for one that has not gone after a while. */
  stop(): Promise<void>
}

const main = fileURLToPath(new URL('./main.ts', import.meta.url))
const startTimeoutMs = 15_000
const graceMs = 2_500

/**
 * Starts the service on `port` and waits until this very run answers.
 * @throws Error if it dies before, or takes too long; nothing of it is left running then
 */
export async function startService(port: number, environment: NodeJS.ProcessEnv): Promise<ServiceChild> {
  const instance = randomUUID().slice(0, 8)
  const child = spawn(process.execPath, [main, '--end-with-stdin'], {
    env: { ...environment, FEED_PORT: String(port), FEED_INSTANCE: instance },
    stdio: ['pipe', 'ignore', 'inherit'],
  })
  const exited = once(child, 'exit').then(() => undefined)
  const stop = () => stopChild(child, exited)
  const deadline = Date.now() + startTimeoutMs
  while (!(await answers(port, instance))) {
    if (child.exitCode !== null || child.signalCode !== null)
      throw new Error(`the feed service ended with ${child.exitCode ?? child.signalCode} before it answered`)
    if (Date.now() > deadline) {
      await stop()
      throw new Error(`the feed service did not answer on port ${port} within ${startTimeoutMs} ms`)
    }
    await sleep(50)
  }
  return { run: { pid: child.pid ?? 0, instance, startedAt: new Date().toISOString() }, exited, stop }
}

async function answers(port: number, instance: string): Promise<boolean> {
  try {
    const response = await fetch(`http://127.0.0.1:${port}/health`, { signal: AbortSignal.timeout(1_000) })
    const health = (await response.json()) as { instance?: string }
    return health.instance === instance
  } catch {
    return false
  }
}

async function stopChild(child: ChildProcess, exited: Promise<void>): Promise<void> {
  child.kill('SIGTERM')
  const kill = setTimeout(() => child.kill('SIGKILL'), graceMs)
  await exited
  clearTimeout(kill)
}
