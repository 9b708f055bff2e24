import { constants, open } from 'node:fs/promises'

/**
 * The text of a file that holds a secret. Only of a file: opening a named pipe would wait for whoever writes to it, perhaps for ever, and what
 * comes out of one comes only once, while a secret is read at each use.
 * @throws when it cannot be read, or is no file
 */
export async function readSecretFile(path: string): Promise<string> {
  // Without O_NONBLOCK it is `open` that waits.
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK)
  try {
    const stats = await file.stat()
    if (!stats.isFile() && !stats.isDirectory()) throw new Error('it is a pipe, a socket or a device')
    return await file.readFile('utf8')
  } finally {
    await file.close()
  }
}
