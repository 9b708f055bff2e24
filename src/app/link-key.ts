import { join } from 'node:path'
import { secretIn } from '../embedded/secret-file.ts'

/** The key of this data directory. It outlives restarts, or the links of mails that were sent before one would be dead. */
export async function linkKeyIn(dataDir: string): Promise<string> {
  return await secretIn(join(dataDir, 'link-key'))
}
