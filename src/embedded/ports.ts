import { randomInt } from 'node:crypto'
import { readFile, rename, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'

export type PortName = 'temporal' | 'temporalUi' | 'postgres' | 'clickhouse'
export type Ports = Record<PortName, number>

/**
 * Below the ranges from which systems take the ports of outgoing connections (Linux from 32768, macOS from 49152):
 * otherwise a client that retries while a server is down may be given the server's own port, and keep it.
 */
const LOWEST = 18_000
const HIGHEST = 31_999

const NAMES: readonly PortName[] = ['temporal', 'temporalUi', 'postgres', 'clickhouse']

/** The ports of one data directory on 127.0.0.1: those of its last run where they are free, else free ones. */
export async function choosePorts(dataDir: string): Promise<Ports> {
  const path = join(dataDir, 'ports.json')
  const former = await readFormer(path)
  const chosen: Partial<Ports> = {}
  for (const name of NAMES) chosen[name] = await choosePort(former[name], Object.values(chosen))
  const ports = chosen as Ports
  await writeFile(`${path}.new`, `${JSON.stringify(ports)}\n`, { mode: 0o600 })
  await rename(`${path}.new`, path)
  return ports
}

async function choosePort(preferred: number | undefined, taken: number[]): Promise<number> {
  for (let candidate = preferred ?? randomPort(); ; candidate = randomPort()) {
    if (!taken.includes(candidate) && (await isFree(candidate))) return candidate
  }
}

function randomPort(): number {
  return randomInt(LOWEST, HIGHEST + 1)
}

/** Whether a server could listen on 127.0.0.1 at this port now. */
export async function isFree(port: number): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>()
  const server = createServer()
  server.once('error', () => resolve(false))
  server.listen({ host: '127.0.0.1', port, exclusive: true }, () => server.close(() => resolve(true)))
  return promise
}

async function readFormer(path: string): Promise<Partial<Ports>> {
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {}
    throw error
  }
  try {
    return JSON.parse(text) as Partial<Ports>
  } catch {
    // Half a file, from a machine that lost power: any free ports will do.
    return {}
  }
}
