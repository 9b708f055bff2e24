import { randomBytes } from 'node:crypto'
import { readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

const fileName = 'link-key'

/**
 * The key of this data directory, made at the first start and readable by its owner alone. It outlives restarts, or the links of mails that were
 * sent before one would be dead. Whoever asks owns the directory, so nobody else makes one meanwhile.
 */
export async function linkKeyIn(dataDir: string): Promise<string> {
  const path = join(dataDir, fileName)
  const known = await readKey(path)
  if (known !== '') return known
  const made = randomBytes(32).toString('hex')
  // Whole or not at all: half a key would be one that nobody else has.
  await writeFile(`${path}.new`, `${made}\n`, { mode: 0o600 })
  await rename(`${path}.new`, path)
  return made
}

async function readKey(path: string): Promise<string> {
  try {
    return (await readFile(path, 'utf8')).trim()
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return ''
    throw error
  }
}
