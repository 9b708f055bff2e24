import { mkdir, open, rename, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'

/** At most about twice this much is kept per process: the current file and the one before. */
const ROTATE_AT_BYTES = 10 * 1024 * 1024

const TAIL_BYTES = 4096
const TAIL_LINES = 5

/** Where a child's output goes. */
export function logPath(dataDir: string, name: string): string {
  return join(dataDir, 'logs', `${name}.log`)
}

/** Makes the log's folder, and moves a log that has grown large to `<name>.log.1` in the place of an older one. */
export async function prepareLog(path: string, rotateAtBytes = ROTATE_AT_BYTES): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 })
  if ((await sizeOf(path)) >= rotateAtBytes) await rename(path, `${path}.1`)
}

/** The last lines of a log from the byte `since` on, for an error message. */
export async function tailOf(path: string, since: number): Promise<string> {
  const size = await sizeOf(path)
  const start = Math.max(since, size - TAIL_BYTES)
  if (size <= start) return ''
  const file = await open(path, 'r')
  try {
    const { buffer, bytesRead } = await file.read({ buffer: Buffer.alloc(size - start), position: start })
    return buffer.toString('utf8', 0, bytesRead).trim().split('\n').slice(-TAIL_LINES).join('\n')
  } finally {
    await file.close()
  }
}

/** Bytes of a file; 0 when there is none. */
export async function sizeOf(path: string): Promise<number> {
  try {
    return (await stat(path)).size
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return 0
    throw error
  }
}
