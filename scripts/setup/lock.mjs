import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { takeLock } from '../../src/embedded/lock-file.mjs'
import { say } from './report.mjs'

/** Another process's end cannot be awaited, only looked for. */
const LOOK_AGAIN_MS = 200

/**
 * Runs `work` while no other set-up of this checkout runs. The lock of a set-up that died is taken over.
 *
 * @param {string} root
 * @param {() => Promise<void>} work
 */
export async function aloneIn(root, work) {
  // Not below node_modules: `npm ci` deletes it.
  const folder = join(root, '.firewatch-setup')
  mkdirSync(folder, { recursive: true })
  let lock = takeLock(join(folder, 'lock'))
  if (!lock.taken) say(`waiting for another set-up of this checkout (process ${lock.owner.pid})`)
  while (!lock.taken) {
    await sleep(LOOK_AGAIN_MS)
    lock = takeLock(join(folder, 'lock'))
  }
  try {
    await work()
  } finally {
    lock.release()
  }
}
