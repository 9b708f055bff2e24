import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { glob, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { makeFolder } from '../embedded/make-folder.ts'

const checkout = fileURLToPath(new URL('../../', import.meta.url))
const bundler = fileURLToPath(new URL('./bundle-workflows.ts', import.meta.url))
/** All that a bundle is made of; the packages stand in `package.json` with their exact versions. */
const ingredients = ['workflows/**/*.ts', 'src/domain/**/*.ts', 'package.json']
const prefix = 'workflows-'
/** Several times what a bundle has. */
const mostBytes = 32 * 1024 * 1024

/**
 * The bundle of the workflows as they are now. It is made once for each state of its sources and kept below `dataDir`, and by a process of its
 * own: the bundler needs seconds, and a worker that bundled was seen to stay some 50 MiB larger.
 * @throws an error with what the bundler said
 */
export async function workflowBundle(dataDir: string): Promise<{ readonly code: string }> {
  const folder = join(dataDir, 'cache')
  const path = join(folder, `${prefix}${await fingerprint()}.js`)
  const kept = await readFile(path, 'utf8').catch(() => undefined)
  if (kept !== undefined) return { code: kept }
  await makeFolder(folder)
  for await (const old of glob(`${prefix}*.js`, { cwd: folder })) await rm(join(folder, old), { force: true })
  // It prints the bundle as well: the file may be gone by now, when a worker of another version shares the folder.
  const { stdout } = await promisify(execFile)(process.execPath, [bundler, path], { maxBuffer: mostBytes })
  return { code: stdout }
}

async function fingerprint(): Promise<string> {
  const hash = createHash('sha256').update(process.version)
  const files: string[] = []
  for await (const file of glob(ingredients, { cwd: checkout })) files.push(file)
  for (const file of files.toSorted()) hash.update(`\0${file}\0`).update(await readFile(join(checkout, file)))
  return hash.digest('hex').slice(0, 16)
}
