import { randomBytes } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

const fileName = 'link-key'

/**
 * The key of this data directory, made at the first start and readable by its owner alone. It outlives restarts, or the links of mails that were
 * sent before one would be dead.
 */
export async function linkKeyIn(dataDir: string): Promise<string> {
  const path = join(dataDir, fileName)
  try {
    await writeFile(path, `${randomBytes(32).toString('hex')}\n`, { mode: 0o600, flag: 'wx' })
  } catch (error) {
    const isThere = error instanceof Error && 'code' in error && error.code === 'EEXIST'
    if (!isThere) throw error
  }
  return (await readFile(path, 'utf8')).trim()
}
