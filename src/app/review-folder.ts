import { mkdir, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/** `reviews/` in the data directory. A file is there whole or not at all. */
export function reviewFolder(dataDir: string) {
  const folder = join(dataDir, 'reviews')
  return {
    async write(name: string, content: string | Uint8Array): Promise<void> {
      await mkdir(folder, { recursive: true })
      const path = join(folder, name)
      await writeFile(`${path}.new`, content)
      await rename(`${path}.new`, path)
    },
  }
}
