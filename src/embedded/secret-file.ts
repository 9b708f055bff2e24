import { randomBytes } from 'node:crypto'
import { readFile, rename, writeFile } from 'node:fs/promises'
import { errorCode } from '../domain/values/error-message.ts'

/**
 * The secret in a file of the data directory, made at the first start and readable by its owner alone. Whoever asks owns the directory, so
 * nobody else makes one meanwhile.
 * @throws when the file can be neither read nor made
 */
export async function secretIn(path: string): Promise<string> {
  const known = await readSecret(path)
  if (known !== '') return known
  const made = randomBytes(32).toString('hex')
  // Whole or not at all: half a secret would be one that nobody else has.
  await writeFile(`${path}.new`, `${made}\n`, { mode: 0o600 })
  await rename(`${path}.new`, path)
  return made
}

async function readSecret(path: string): Promise<string> {
  try {
    return (await readFile(path, 'utf8')).trim()
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return ''
    throw error
  }
}
