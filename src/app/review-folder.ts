import { randomUUID } from 'node:crypto'
import { open, rename } from 'node:fs/promises'
import { join } from 'node:path'
import { makeFolder } from '../embedded/make-folder.ts'

/** `reviews/` in the data directory. A file is there whole or not at all, also after the machine lost power. */
export function reviewFolder(dataDir: string) {
  const folder = join(dataDir, 'reviews')
  return {
    async write(name: string, content: string | Uint8Array): Promise<void> {
      await makeFolder(folder)
      const path = join(folder, name)
      // Two workers may write the same review: each has a file of its own until it is whole.
      const draft = `${path}.${randomUUID()}`
      const file = await open(draft, 'w')
      try {
        await file.writeFile(content)
        await file.sync()
      } finally {
        await file.close()
      }
      await rename(draft, path)
    },
  }
}
