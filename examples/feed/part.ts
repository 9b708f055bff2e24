import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

/** A process of this world that said it is ready. */
export interface Part<T> {
  readonly ready: T
  readonly pid: number
  /** SIGTERM, and SIGKILL for one that has not gone after a while. */
  stop(): Promise<void>
}

export interface PartOptions {
  /** Relative to this folder. */
  readonly file: string
  readonly args?: readonly string[]
  readonly environment?: NodeJS.ProcessEnv
  readonly log: (line: string) => void
}

const readyTimeoutMs = 25_000
const graceMs = 8_000

/**
 * Starts a program of this folder as a child that ends when we do, and waits for its line `{"ready":true,…}`.
 * @throws Error if it ends or keeps silent instead; nothing of it is left running then
 */
export async function startPart<T>({
  file,
  args = [],
  environment = {},
  log,
}: PartOptions): Promise<Part<T>> {
  const path = fileURLToPath(new URL(file, import.meta.url))
  const child = spawn(process.execPath, [path, '--end-with-stdin', ...args], {
    env: { ...process.env, ...environment },
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  createInterface({ input: child.stderr }).on('line', log)
  const exited = once(child, 'exit')
  let stopping = false
  const stop = async () => {
    stopping = true
    await stopChild(child, exited)
  }
  const late = setTimeout(() => child.kill('SIGKILL'), readyTimeoutMs)
  const ready = await Promise.race([firstLine(child), exited.then(() => undefined)])
  clearTimeout(late)
  if (ready === undefined)
    throw new Error(
      `${file} ended before it was ready, or took longer than ${readyTimeoutMs} ms; see its log`,
    )
  void exited.then(([code, signal]) => {
    if (!stopping) log(`${file} ended by itself: ${String(signal ?? code)}`)
  })
  return { ready: JSON.parse(ready) as T, pid: child.pid ?? 0, stop }
}

async function firstLine(child: ChildProcess): Promise<string | undefined> {
  if (!child.stdout) throw new Error('the child has no stdout to read')
  for await (const line of createInterface({ input: child.stdout })) return line
  return undefined
}

async function stopChild(child: ChildProcess, exited: Promise<unknown>): Promise<void> {
  child.kill('SIGTERM')
  const kill = setTimeout(() => child.kill('SIGKILL'), graceMs)
  await exited
  clearTimeout(kill)
}
