import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

/**
 * A text that names one process for good: a pid alone is given to somebody else after the first owner died.
 * `undefined` when no such process lives (a zombie is dead: nobody may be there to reap it).
 *
 * Plain JavaScript, because the set-up script runs it on any Node from 20, before anything is installed.
 *
 * @param {number} pid
 * @returns {string | undefined}
 */
export function processIdentity(pid) {
  return process.platform === 'linux' ? fromProc(pid) : fromPs(pid)
}

/** @param {number} pid */
function fromProc(pid) {
  const stat = readOrUndefined(`/proc/${pid}/stat`)
  if (stat === undefined) return undefined
  // The second field is the program's name in parentheses and may itself contain blanks and parentheses.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const [state, startTicks] = [fields[0], fields[19]]
  if (state === 'Z' || state === 'X' || startTicks === undefined) return undefined
  const boot = readOrUndefined('/proc/sys/kernel/random/boot_id') ?? ''
  return `${boot.trim()}/${startTicks}`
}

/** @param {number} pid */
function fromPs(pid) {
  const ps = spawnSync('ps', ['-o', 'stat=,lstart=', '-p', String(pid)], {
    encoding: 'utf8',
    env: { PATH: process.env.PATH, LC_ALL: 'C', TZ: 'UTC' },
  })
  if (ps.error) throw new Error(`cannot ask for process ${pid}: ps failed (${ps.error.message})`)
  const [state, ...started] = ps.stdout.trim().split(/\s+/)
  if (!state || state.startsWith('Z')) return undefined
  return started.join(' ')
}

/** @param {string} path */
function readOrUndefined(path) {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    // ESRCH: the process ended between open and read.
    if (error.code === 'ENOENT' || error.code === 'ESRCH') return undefined
    throw error
  }
}
