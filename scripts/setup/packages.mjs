import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { PLATFORM } from '../../src/embedded/temporal-binaries.mjs'
import { aloneIn } from './lock.mjs'
import { during, SetupError } from './report.mjs'

/** Inside node_modules, so that it goes when they go. Says for which lockfile and platform they were completed. */
const STAMP = 'node_modules/.firewatch-packages.json'

/** npm writes what it installed here, as its last step. */
const INSTALLED_LOCKFILE = 'node_modules/.package-lock.json'

/** Made by an install script, which npm may have been told to leave out: the lockfiles say nothing of it. */
export const PROJECT_NODE = 'node_modules/node/bin/node'

/**
 * Installs the locked packages of the checkout at `root` when they are missing or of another lockfile or platform.
 *
 * @param {string} root
 * @param {{ products?: string[], env?: NodeJS.ProcessEnv }} [options] `products`: files that install scripts make
 */
export async function installPackages(root, { products = [PROJECT_NODE], env = process.env } = {}) {
  if (isStamped(root, products)) return
  await aloneIn(root, async () => {
    if (isStamped(root, products)) return
    if (!isInstalled(root, products)) {
      await during('installing the locked packages (npm ci)', () => runNpm(root, env))
      checkProducts(root, products)
    }
    writeFileSync(join(root, STAMP), `${JSON.stringify(wantedStamp(root))}\n`)
  })
}

/** @param {string} root */
function wantedStamp(root) {
  const lockfile = readFileSync(join(root, 'package-lock.json'))
  return { lockfile: createHash('sha256').update(lockfile).digest('hex'), platform: PLATFORM }
}

/** @param {string} root @param {string[]} products */
function isStamped(root, products) {
  const stamp = readJson(join(root, STAMP))
  const wanted = wantedStamp(root)
  return (
    stamp?.lockfile === wanted.lockfile &&
    stamp?.platform === wanted.platform &&
    products.every((path) => existsSync(join(root, path)))
  )
}

/**
 * Whether packages that were installed by other means are the locked ones: then they only lack the stamp. Packages
 * for other platforms are locked as optional and absent.
 *
 * @param {string} root
 * @param {string[]} products
 */
function isInstalled(root, products) {
  const locked = readJson(join(root, 'package-lock.json'))?.packages
  const installed = readJson(join(root, INSTALLED_LOCKFILE))?.packages
  if (!locked || !installed) return false
  return (
    Object.entries(locked).every(([path, wanted]) => path === '' || isSame(wanted, installed[path])) &&
    Object.keys(installed).every((path) => path in locked) &&
    products.every((path) => existsSync(join(root, path)))
  )
}

function isSame(wanted, found) {
  if (!found) return wanted.optional === true && !isForHere(wanted)
  return found.version === wanted.version && found.integrity === wanted.integrity
}

/** Optional packages without a platform of their own belong to one with another platform, and may be absent. */
function isForHere(wanted) {
  const here = wanted.os?.includes(process.platform) && wanted.cpu?.includes(process.arch)
  return here === true && wanted.libc?.includes('musl') !== true
}

/**
 * @param {string} root
 * @param {NodeJS.ProcessEnv} env
 */
async function runNpm(root, env) {
  const [command, ...first] = npmCommand(env)
  // Development packages include the Node that everything runs on, so NODE_ENV=production must not leave them out.
  const npm = spawn(
    command,
    [...first, 'ci', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error'],
    {
      cwd: root,
      env,
      stdio: ['ignore', process.stderr, process.stderr],
    },
  )
  const result = await new Promise((resolve) => {
    npm.once('error', (error) => resolve(error.message))
    npm.once('exit', (code, signal) => resolve(code === 0 ? undefined : `exit ${code ?? signal}`))
  })
  if (result === undefined) return
  throw new SetupError(
    `npm could not install the packages (${result}); its lines above say why; it needs npm 10 or later and access to your npm registry.`,
  )
}

/**
 * npm tells its scripts where it is itself; other package managers use the same variable.
 *
 * @param {NodeJS.ProcessEnv} env
 */
function npmCommand(env) {
  const path = env.npm_execpath
  return path && /^npm(-cli)?\.[cm]?js$/.test(basename(path)) ? [process.execPath, path] : ['npm']
}

/** @param {string} root @param {string[]} products */
function checkProducts(root, products) {
  const missing = products.find((path) => !existsSync(join(root, path)))
  if (missing === undefined) return
  throw new SetupError(
    `npm installed the packages but ${missing} is not there, as when install scripts are switched off; allow them for this checkout (npm_config_ignore_scripts=false) and run again.`,
  )
}

function readJson(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'))
  } catch {
    // Absent or damaged: what it would have confirmed counts as not done.
    return undefined
  }
}
