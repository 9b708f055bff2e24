import { randomUUID } from 'node:crypto'
import { mkdir, open, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'

/** A folder of documents, `.firewatch/reviews` by default. */
export interface ReviewFolder {
  /** Puts a file there, whole or not at all, in place of one of the same name. */
  write(name: string, content: string | Uint8Array): Promise<void>
}

export function createReviewFolder(path: string): ReviewFolder {
  return {
    async write(name, content) {
      if (!/^[\w-][\w.-]*$/.test(name))
        throw new Error(
          `"${name}" is no file name for the folder of reviews: letters, digits, ".", "-" and "_" only`,
        )
      await mkdir(path, { recursive: true })
      const unfinished = join(path, `.${name}.${randomUUID()}`)
      try {
        const file = await open(unfinished, 'wx')
        try {
          await file.writeFile(content)
          // On disk before it gets its name: a name that outlives a crash has its content.
          await file.sync()
        } finally {
          await file.close()
        }
        await rename(unfinished, join(path, name))
      } catch (error) {
        await rm(unfinished, { force: true })
        throw error
      }
    },
  }
}
