import { chmod, readdir } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { type LockOwner, takeLock } from './lock-file.mjs'
import { makeFolder } from './make-folder.ts'

/** Proof that this process owns a data directory; whoever starts servers in one must show it. */
export interface DataDirectoryLock {
  /** The data directory, absolute. */
  readonly dir: string
  release(): void
}

/** Another living process owns the data directory. */
export class DataDirectoryInUseError extends Error {
  readonly dir: string
  readonly owner: LockOwner

  constructor(dir: string, owner: LockOwner) {
    super(
      `${dir} is in use by process ${owner.pid} since ${owner.since}: stop that one first, or choose another data directory`,
    )
    this.name = 'DataDirectoryInUseError'
    this.dir = dir
    this.owner = owner
  }
}

/** PostgreSQL runs as another user than root and has to pass through; the files inside are private each. */
const mode = process.getuid?.() === 0 ? 0o711 : 0o700

/** What every data directory has after its first start. */
const mark = 'ports.json'

/**
 * Makes the data directory when it is absent and takes it for this process. Refuses at once, without waiting, with
 * a `DataDirectoryInUseError` while another process lives that has it; a dead owner's lock is taken over.
 */
export async function lockDataDirectory(dir: string): Promise<DataDirectoryLock> {
  const path = resolve(dir)
  await makeFolder(path, mode)
  await narrow(path)
  const lock = takeLock(join(path, 'lock'))
  if (!lock.taken) throw new DataDirectoryInUseError(path, lock.owner)
  return { dir: path, release: lock.release }
}

/** Closes a directory that stood open to others when it was given. One that holds other things too keeps its mode: it may be anybody's. */
async function narrow(path: string): Promise<void> {
  const names = await readdir(path)
  if (names.length === 0 || names.includes(mark)) await chmod(path, mode)
}
