import { rename, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker'

/** Writes the bundle of all workflows to the file that is named, whole or not at all, and prints it. */
const [codePath] = process.argv.slice(2)
if (codePath === undefined) throw new Error('say which file the bundle goes to')
const { code } = await bundleWorkflowCode({
  workflowsPath: fileURLToPath(new URL('../../workflows/index.ts', import.meta.url)),
  logger: new DefaultLogger('WARN'),
})
const unfinished = `${codePath}.${process.pid}`
await writeFile(unfinished, code)
await rename(unfinished, codePath)
process.stdout.write(code)
