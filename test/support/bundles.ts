import { createHash, randomUUID } from 'node:crypto'
import { glob, mkdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { bundleWorkflowCode, DefaultLogger, type WorkflowBundle } from '@temporalio/worker'

const checkout = fileURLToPath(new URL('../../', import.meta.url))
/** Where `npm ci` and whoever wants everything anew remove it. */
const folder = join(checkout, 'node_modules', '.cache', 'firewatch-test-bundles')
/** All that the bundles of tests are made of; the packages stand in `package.json` with their exact versions. */
const ingredients = ['workflows/**/*.ts', 'src/domain/**/*.ts', 'test/support/*-workflows.ts', 'package.json']

/** For worlds of `firewatch up` and the demo: their worker finds the bundle that another world's has made. */
export async function shareBundles(dataDir: string): Promise<void> {
  const shared = join(folder, 'up')
  await mkdir(shared, { recursive: true })
  await symlink(shared, join(dataDir, 'cache'))
}

/**
 * Bundles workflows whose entry is given relative to the caller's `import.meta.url`. A bundle takes seconds: it is kept, also for later
 * runs, until something that it may be made of changes.
 */
export async function bundleWorkflows(entry: string, base: string): Promise<WorkflowBundle> {
  const workflowsPath = fileURLToPath(new URL(entry, base))
  const prefix = relative(checkout, workflowsPath).replaceAll(/\W/g, '-')
  const name = `${prefix}.${await fingerprint()}.js`
  const kept = await readFile(join(folder, name), 'utf8').catch(ifMissing)
  if (kept !== undefined) return { code: kept }
  const { code } = await bundleWorkflowCode({ workflowsPath, logger: new DefaultLogger('ERROR') })
  await mkdir(folder, { recursive: true })
  for await (const old of glob(`${prefix}.*.js`, { cwd: folder }))
    await rm(join(folder, old), { force: true })
  // Never seen by another process before it is whole.
  const unfinished = join(folder, randomUUID())
  await writeFile(unfinished, code)
  await rename(unfinished, join(folder, name))
  return { code }
}

async function fingerprint(): Promise<string> {
  const hash = createHash('sha256').update(process.version)
  const files: string[] = []
  for await (const file of glob(ingredients, { cwd: checkout })) files.push(file)
  for (const file of files.toSorted()) hash.update(`\0${file}\0`).update(await readFile(join(checkout, file)))
  return hash.digest('hex').slice(0, 16)
}

function ifMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error
}
