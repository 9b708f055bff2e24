import { access, mkdir } from 'node:fs/promises'
import { dirname } from 'node:path'
import { errorCode } from '../domain/values/error-message.ts'

/**
 * Makes a folder, and those above it that are missing. Node's own `recursive` goes round for ever where the system lets nobody make one and
 * calls that ENOENT, as below /proc.
 * @throws the system's error
 */
export async function makeFolder(path: string, mode?: number): Promise<void> {
  const above = dirname(path)
  if (!(await exists(above))) await makeFolder(above, mode)
  await makeOne(path, mode)
}

async function makeOne(path: string, mode: number | undefined): Promise<void> {
  try {
    await mkdir(path, { mode })
  } catch (error) {
    if (errorCode(error) !== 'EEXIST') throw error
    // A folder is content with that, a file is not.
    await mkdir(path, { recursive: true })
  }
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}
