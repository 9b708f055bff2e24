import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { shareBundles } from './bundles.ts'
import { readRunFile, type RunFile } from '../../src/cli/run-file.ts'

export const main = new URL('../../src/app/main.ts', import.meta.url).pathname
const patienceMs = 90_000
/** Beside stories that are told in real time, those that only wait for conditions let them go first. */
const politely =
  process.env['FIREWATCH_TEST_NICE'] === undefined ? [] : ['nice', '-n', process.env['FIREWATCH_TEST_NICE']]

/** A command that was run to its end. */
export interface Finished {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Runs `firewatch` with these arguments to its end. */
export async function firewatch(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Finished> {
  return finished(spawn(process.execPath, [main, ...args], { env: { ...process.env, ...env } }))
}

export function finished(child: ChildProcess): Promise<Finished> {
  let stdout = ''
  let stderr = ''
  child.stdout?.on('data', (chunk: Buffer) => (stdout += chunk.toString()))
  child.stderr?.on('data', (chunk: Buffer) => (stderr += chunk.toString()))
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code) => resolve({ code, stdout, stderr }))
  })
}

/** A whole Firewatch of one test, told by `firewatch up` in a process of its own. */
export interface UpFirewatch {
  readonly dataDir: string
  readonly child: ChildProcess
  /** As `run.json` says it now. */
  run(): Promise<RunFile>
  api<Answer>(method: 'GET' | 'POST', path: string, body?: object): Promise<Answer>
  /** SIGTERM and wait. */
  stop(): Promise<Finished>
}

/** Starts `firewatch up` on a configuration and waits until it answers. Without `dataDir`, a new one below the system's temporary folder. */
export async function startUp(
  configuration: string,
  env: NodeJS.ProcessEnv = {},
  dataDir?: string,
  options: readonly string[] = [],
): Promise<UpFirewatch> {
  const folder = dataDir ?? (await makeDataDir())
  const path = join(folder, 'firewatch.yaml')
  await writeFile(path, configuration)
  const [command, ...args] = [...politely, process.execPath, main, 'up', '--config', path] as const
  const child = spawn(command, [...args, '--data', folder, '--port', '0', ...options], {
    env: { ...process.env, ...env },
  })
  const end = finished(child)
  const run = await ready(folder, child, end)
  // Whatever the test says then, this is why.
  let toldToEnd = false
  void end.then(({ code, stderr }) => {
    if (!toldToEnd && code !== null) console.error(`firewatch up ended by itself with ${code}:\n${stderr}`)
  })
  return {
    dataDir: folder,
    child,
    run: async () => (await readRunFile(folder)) ?? run,
    async api<Answer>(method: 'GET' | 'POST', apiPath: string, body?: object): Promise<Answer> {
      const { url, token } = (await readRunFile(folder)) ?? run
      const authorization = `Bearer ${token}`
      const request =
        body === undefined
          ? { method, headers: { authorization } }
          : {
              method,
              headers: { authorization, 'content-type': 'application/json' },
              body: JSON.stringify(body),
            }
      const response = await fetch(new URL(apiPath, url), request)
      if (!response.ok) throw new Error(`${method} ${apiPath}: ${response.status} ${await response.text()}`)
      return (await response.json()) as Answer
    },
    async stop() {
      toldToEnd = true
      child.kill('SIGTERM')
      return end
    },
  }
}

/** A new data directory below the system's temporary folder. */
export async function makeDataDir(): Promise<string> {
  const dataDir = await mkdtemp(join(tmpdir(), 'firewatch-journey-'))
  await shareBundles(dataDir)
  return dataDir
}

export async function removeData(dataDir: string): Promise<void> {
  await rm(dataDir, { recursive: true, force: true })
}

async function ready(folder: string, child: ChildProcess, end: Promise<Finished>): Promise<RunFile> {
  let over: Finished | undefined
  void end.then((result) => {
    over = result
  })
  const deadline = Date.now() + patienceMs
  while (Date.now() < deadline) {
    if (over !== undefined) throw new Error(`firewatch up ended with ${over.code}: ${over.stderr}`)
    const run = await readRunFile(folder)
    const answer = run && (await fetch(new URL('/health/live', run.url)).catch(() => undefined))
    if (run !== undefined && answer?.ok === true) return run
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  child.kill('SIGKILL')
  throw new Error(`firewatch up was not ready within ${patienceMs} ms`)
}
