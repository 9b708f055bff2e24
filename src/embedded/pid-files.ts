import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { processIdentity } from './process-identity.mjs'
import { type GuardedChild, killGroup, type StopSignal } from './watchdog.ts'

/** What is written down about a child, so that a later run finds it and nothing else. */
interface PidRecord {
  child: ProcessMark
  watchdog: ProcessMark
  stopSignal: StopSignal
}

interface ProcessMark {
  pid: number
  identity: string
}

/** How long a leftover has to end when asked; its watchdog gives it about three seconds too. */
const ASKED_MS = 5_000
/** After SIGKILL only the kernel's clearing up is waited for. */
const KILLED_MS = 5_000
/** The end of a process that is not our child cannot be awaited, only looked for. */
const LOOK_EVERY_MS = 25

/** Remembers a child of this data directory under its name. */
export async function recordChild(
  dataDir: string,
  name: string,
  child: GuardedChild,
  stopSignal: StopSignal,
): Promise<void> {
  const record: PidRecord = { child: mark(child.pid), watchdog: mark(child.watchdogPid), stopSignal }
  await mkdir(pidFolder(dataDir), { recursive: true, mode: 0o700 })
  const path = pidPath(dataDir, name)
  await writeFile(`${path}.new`, `${JSON.stringify(record)}\n`, { mode: 0o600 })
  await rename(`${path}.new`, path)
}

/** Forgets a child that has ended. */
export async function forgetChild(dataDir: string, name: string): Promise<void> {
  await rm(pidPath(dataDir, name), { force: true })
}

/** Ends everything that a former run of this data directory left behind. Only for the owner of the directory. */
export async function endAllLeftovers(dataDir: string, log: (line: string) => void): Promise<void> {
  await mkdir(pidFolder(dataDir), { recursive: true, mode: 0o700 })
  const files = await readdir(pidFolder(dataDir))
  const names = files.filter((file) => file.endsWith('.json')).map((file) => file.slice(0, -'.json'.length))
  await Promise.all(names.map((name) => endLeftover(dataDir, name, log)))
}

/**
 * Ends the process that was last started under `name`, if it still lives. A process is only touched when pid and
 * start time are those that were written down.
 */
export async function endLeftover(dataDir: string, name: string, log: (line: string) => void): Promise<void> {
  const record = await readRecord(pidPath(dataDir, name))
  if (record !== undefined && isAlive(record.child)) {
    log(`ending ${name} (process ${record.child.pid}), left behind by a former run`)
    signal(record.child, record.stopSignal)
    if (!(await isGone(record.child, ASKED_MS))) signal(record.child, 'SIGKILL')
    if (!(await isGone(record.child, KILLED_MS)))
      throw new Error(`process ${record.child.pid} (${name}) does not end, even when killed: end it by hand`)
  }
  if (record !== undefined && isAlive(record.watchdog)) killGroup(record.watchdog.pid)
  await forgetChild(dataDir, name)
}

function signal(process_: ProcessMark, name: NodeJS.Signals): void {
  try {
    process.kill(process_.pid, name)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}

async function isGone(process_: ProcessMark, withinMs: number): Promise<boolean> {
  for (const deadline = Date.now() + withinMs; Date.now() < deadline; await sleep(LOOK_EVERY_MS)) {
    if (!isAlive(process_)) return true
  }
  return !isAlive(process_)
}

/** An empty identity is that of a process which had ended before it was recorded. */
function isAlive(process_: ProcessMark): boolean {
  return process_.identity !== '' && processIdentity(process_.pid) === process_.identity
}

function mark(pid: number): ProcessMark {
  return { pid, identity: processIdentity(pid) ?? '' }
}

async function readRecord(path: string): Promise<PidRecord | undefined> {
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
  try {
    return JSON.parse(text) as PidRecord
  } catch (error) {
    throw new Error(`${path} is damaged: end what may still run from it, then remove it`, { cause: error })
  }
}

function pidFolder(dataDir: string): string {
  return join(dataDir, 'pids')
}

function pidPath(dataDir: string, name: string): string {
  return join(pidFolder(dataDir), `${name}.json`)
}
