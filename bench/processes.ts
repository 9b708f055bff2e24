import { readdir, readFile } from 'node:fs/promises'

/** What a process and everything that it started cost. */
export interface Usage {
  /** Processor time since each was started, of descendants that have ended too. */
  readonly cpuMs: number
  /** Resident memory as `ps` shows it: pages that several share count for each. */
  readonly residentBytes: number
  /** Resident memory in which a shared page counts once, in shares; `null` when the system does not tell. */
  readonly proportionalBytes: number | null
}

interface Process {
  readonly pid: number
  readonly parent: number
  readonly ticks: number
  readonly pages: number
}

/** Linux reports processor time in hundredths of a second on every architecture that Firewatch runs on. */
const msPerTick = 10
const pageBytes = 4_096

/** The process `pid` with all its descendants; `undefined` where there is no `/proc`. */
export async function usageOf(pid: number): Promise<Usage | undefined> {
  if (process.platform !== 'linux') return undefined
  const tree = descend(await allProcesses(), pid)
  const proportional = await Promise.all(tree.map((one) => proportionalOf(one.pid)))
  return {
    cpuMs: sum(tree.map(({ ticks }) => ticks)) * msPerTick,
    residentBytes: sum(tree.map(({ pages }) => pages)) * pageBytes,
    proportionalBytes: proportional.includes(undefined) ? null : sum(proportional.map((one) => one ?? 0)),
  }
}

function descend(all: readonly Process[], root: number): Process[] {
  const children = Map.groupBy(all, ({ parent }) => parent)
  const found = all.filter(({ pid }) => pid === root)
  for (const one of found) found.push(...(children.get(one.pid) ?? []))
  return found
}

async function allProcesses(): Promise<Process[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name))
  const processes = await Promise.all(pids.map((pid) => readProcess(Number(pid))))
  return processes.filter((one) => one !== undefined)
}

/** Fields of `/proc/PID/stat` from the third on; the second is the name in parentheses. Source: proc_pid_stat(5) */
async function readProcess(pid: number): Promise<Process | undefined> {
  const stat = await fileText(`/proc/${pid}/stat`)
  if (stat === undefined) return undefined
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const field = (number: number) => Number(fields[number - 3])
  // utime, stime and those of children that have ended and were waited for.
  return { pid, parent: field(4), ticks: field(14) + field(15) + field(16) + field(17), pages: field(24) }
}

async function proportionalOf(pid: number): Promise<number | undefined> {
  const text = await fileText(`/proc/${pid}/smaps_rollup`)
  const kibibytes = /^Pss:\s+(\d+) kB$/m.exec(text ?? '')?.[1]
  return kibibytes === undefined ? undefined : Number(kibibytes) * 1024
}

/** `undefined` for a process that has ended meanwhile, or that is not ours to look at. */
async function fileText(path: string): Promise<string | undefined> {
  return readFile(path, 'utf8').catch(() => undefined)
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, one) => total + one, 0)
}
