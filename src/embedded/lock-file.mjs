import { linkSync, readFileSync, statSync, unlinkSync, writeFileSync } from 'node:fs'
import { processIdentity } from './process-identity.mjs'

/** A take-over is three file operations; one that is older than this was left by a process that died in it. */
const ABANDONED_TAKEOVER_MS = 10_000

/**
 * Takes the lock file at `path` for this process, or says who has it. Never waits. A lock whose owner is dead is
 * taken over, also when its pid now belongs to another process.
 *
 * Plain JavaScript, because the set-up script runs it on any Node from 20, before anything is installed.
 *
 * @param {string} path
 * @returns {import('./lock-file.d.mts').LockOutcome}
 */
export function takeLock(path) {
  const mine = {
    pid: process.pid,
    identity: processIdentity(process.pid) ?? '',
    since: new Date().toISOString(),
  }
  for (;;) {
    if (linkWith(path, mine)) return { taken: true, release: () => releaseLock(path, mine) }
    const owner = readOwner(path)
    if (owner === undefined) continue
    if (isAlive(owner)) return { taken: false, owner }
    removeDead(path, mine)
  }
}

/**
 * Makes the file with its contents in one step, so that nobody ever reads half an owner.
 *
 * @param {string} path
 * @param {import('./lock-file.d.mts').LockOwner} owner
 */
function linkWith(path, owner) {
  const draft = `${path}.${process.pid}`
  writeFileSync(draft, `${JSON.stringify(owner)}\n`, { mode: 0o600 })
  try {
    linkSync(draft, path)
    return true
  } catch (error) {
    if (error.code === 'EEXIST') return false
    throw error
  } finally {
    unlinkSync(draft)
  }
}

/**
 * Only the holder of the take-over file removes a dead owner's lock, after a second look: otherwise two that saw
 * the same dead owner could each remove the other's new lock.
 *
 * @param {string} path
 * @param {import('./lock-file.d.mts').LockOwner} mine
 */
function removeDead(path, mine) {
  const takeover = `${path}.takeover`
  if (!linkWith(takeover, mine)) {
    const since = modifiedAt(takeover)
    if (since !== undefined && Date.now() - since > ABANDONED_TAKEOVER_MS) unlinkIfThere(takeover)
    return
  }
  const owner = readOwner(path)
  if (owner !== undefined && !isAlive(owner)) unlinkIfThere(path)
  unlinkIfThere(takeover)
}

/**
 * @param {string} path
 * @param {import('./lock-file.d.mts').LockOwner} mine
 */
function releaseLock(path, mine) {
  const owner = readOwner(path)
  if (owner?.pid === mine.pid && owner.identity === mine.identity && owner.since === mine.since)
    unlinkIfThere(path)
}

/** @param {import('./lock-file.d.mts').LockOwner} owner */
function isAlive(owner) {
  return processIdentity(owner.pid) === owner.identity
}

/**
 * @param {string} path
 * @returns {import('./lock-file.d.mts').LockOwner | undefined}
 */
function readOwner(path) {
  let text
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    if (error.code === 'ENOENT') return undefined
    throw error
  }
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new Error(`${path} is not a lock file of Firewatch: look at it, then remove it`, { cause: error })
  }
}

/** @param {string} path */
function modifiedAt(path) {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs
}

/** @param {string} path */
function unlinkIfThere(path) {
  try {
    unlinkSync(path)
  } catch (error) {
    if (error.code !== 'ENOENT') throw error
  }
}
