import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { checkNodeVersion } from './setup/node-version.mjs'

/*
 * Makes a checkout ready to run, from npm's pre-scripts: the locked packages, Temporal's server and, for tests, its
 * time-skipping server. Without dependencies, as it runs before there are any. Everything it says goes to stderr.
 *
 *   node scripts/setup.mjs [--packages-only] [--test-server]
 */

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const forTests = process.argv.includes('--test-server') || process.env.npm_lifecycle_event === 'pretest'

try {
  checkNodeVersion(process.versions.node)
  const { installPackages } = await import('./setup/packages.mjs')
  await installPackages(root)
  if (!process.argv.includes('--packages-only')) {
    const { provideTemporal } = await import('./setup/temporal.mjs')
    await provideTemporal({ root, env: process.env, forTests })
  }
} catch (error) {
  process.stderr.write(`firewatch set-up: ${error.expected ? error.message : error.stack}\n`)
  process.exitCode = 1
}
