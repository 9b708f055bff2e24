import { mkdirSync } from 'node:fs'
import { TestWorkflowEnvironment } from '@temporalio/testing'

/* Run by sdk-download.mjs: sdk-download-child.mjs <program> <version> <folder> */

// The set-up holds the other end: when it dies, this process group and the server in it have no owner.
process.stdin.on('end', () => process.kill(0, 'SIGKILL')).resume()

const [program, version, downloadDir] = process.argv.slice(2)
mkdirSync(downloadDir, { recursive: true })
const server = { executable: { type: 'cached-download', version, downloadDir } }
const started =
  program === 'temporal-test-server'
    ? TestWorkflowEnvironment.createTimeSkipping({ server })
    : TestWorkflowEnvironment.createLocal({ server })
try {
  const environment = await started
  await environment.teardown()
} catch (error) {
  process.stderr.write(`${error.message}\n`)
  process.exitCode = 1
}
process.stdin.destroy()
