import { spawn } from 'node:child_process'
import { existsSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { PROJECT_NODE } from './packages.mjs'
import { SetupError } from './report.mjs'

/** The SDK's own download has no time limit, and its host cannot be reached from everywhere. */
const WITHOUT_A_BYTE_MS = 10_000

const LOOK_EVERY_MS = 250

const CHILD = fileURLToPath(new URL('./sdk-download-child.mjs', import.meta.url))

/**
 * Has Temporal's SDK fetch a named version of a program into the folder `into`. The SDK fetches only to start a
 * server at once, so this happens in a process group of its own that is ended as soon as the file is complete.
 *
 * @param {import('../../src/embedded/temporal-binaries.d.mts').TemporalProgram} program
 * @param {{ root: string, into: string, env: NodeJS.ProcessEnv, child?: string, withoutByteMs?: number }} options
 */
export async function downloadWithSdk(program, { root, into, env, child = CHILD, withoutByteMs }) {
  const folder = join(into, 'sdk')
  // The SDK writes `<file>.downloading` and renames it when it is whole.
  const file = join(folder, `${program.program}-v${program.version}`)
  const node = join(root, PROJECT_NODE)
  const sdk = spawn(
    existsSync(node) ? node : process.execPath,
    [child, program.program, `v${program.version}`, folder],
    {
      cwd: root,
      env,
      detached: true,
      stdio: ['pipe', 'ignore', 'pipe'],
    },
  )
  try {
    await untilComplete(sdk, file, folder, withoutByteMs ?? WITHOUT_A_BYTE_MS)
  } finally {
    endGroup(sdk)
  }
  renameSync(file, join(into, program.program))
  rmSync(folder, { recursive: true, force: true })
}

/** Resolves when `file` is there; rejects when the child ended without it or no byte came for too long. */
function untilComplete(sdk, file, folder, withoutByteMs) {
  return new Promise((resolve, reject) => {
    let lastWords = ''
    let [bytes, progressAt] = [0, Date.now()]
    const finish = (settle) => {
      clearInterval(timer)
      settle()
    }
    const fail = (why) => finish(() => reject(new SetupError(why)))
    const timer = setInterval(() => {
      if (existsSync(file)) return finish(resolve)
      const now = bytesIn(folder)
      if (now !== bytes) [bytes, progressAt] = [now, Date.now()]
      if (Date.now() - progressAt >= withoutByteMs) fail(`no byte came for ${withoutByteMs / 1000} s.`)
    }, LOOK_EVERY_MS)
    sdk.stderr.on('data', (chunk) => {
      lastWords = `${lastWords}${chunk}`.slice(-2000)
    })
    sdk.once('error', (error) => fail(error.message))
    sdk.once('close', () => {
      if (existsSync(file)) finish(resolve)
      else fail(reasonIn(lastWords))
    })
  })
}

/**
 * The SDK nests its errors into one long line; the reason stands at its end.
 *
 * @param {string} lastWords
 */
function reasonIn(lastWords) {
  const line = lastWords.trim().split('\n').at(-1) || 'it ended without a word'
  return `${line.split(': ').slice(-2).join(': ')}.`
}

/** @param {string} folder */
function bytesIn(folder) {
  if (!existsSync(folder)) return 0
  const sizes = readdirSync(folder).map(
    (name) => statSync(join(folder, name), { throwIfNoEntry: false })?.size,
  )
  return sizes.reduce((sum, size) => sum + (size ?? 0), 0)
}

/** @param {import('node:child_process').ChildProcess} child leader of its own process group */
function endGroup(child) {
  if (child.pid === undefined) return
  try {
    process.kill(-child.pid, 'SIGKILL')
  } catch (error) {
    // The whole group is gone already.
    if (error.code !== 'ESRCH') throw error
  }
}
