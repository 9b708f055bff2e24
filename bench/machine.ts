import { availableParallelism, cpus, loadavg, platform, release, totalmem } from 'node:os'

/** Where figures were measured: without it they mean nothing. */
export interface Machine {
  readonly measuredAt: string
  readonly processor: string
  readonly cores: number
  readonly memoryBytes: number
  readonly system: string
  readonly node: string
  /** Processes that wanted a core in the minute before: well above 0, the machine had other work too. */
  readonly loadBefore: number
}

export function describeMachine(): Machine {
  return {
    measuredAt: new Date().toISOString(),
    processor: cpus()[0]?.model.trim() ?? 'unknown',
    cores: availableParallelism(),
    memoryBytes: totalmem(),
    system: `${platform()} ${release()}`,
    node: process.version,
    loadBefore: Number((loadavg()[0] ?? 0).toFixed(2)),
  }
}

export function machineText(machine: Machine): string {
  const { measuredAt, processor, cores, memoryBytes, system, node, loadBefore } = machine
  const memory = `${(memoryBytes / 2 ** 30).toFixed(1)} GiB`
  return `${measuredAt}, ${cores} cores of ${processor}, ${memory}, ${system}, Node ${node}; load average before: ${loadBefore}`
}
