/** Something that the person who runs the set-up can put right: its message says how, and is shown alone. */
export class SetupError extends Error {
  /** @param {string} message @param {ErrorOptions} [options] */
  constructor(message, options) {
    super(message, options)
    this.name = 'SetupError'
    this.expected = true
  }
}

/** How often a long step shows that it is still at work. */
const EVERY_MS = 10_000

/** @param {string} line */
export function say(line) {
  process.stderr.write(`firewatch set-up: ${line}\n`)
}

/**
 * Says what a long step does, and every ten seconds for how long already.
 *
 * @template T
 * @param {string} what such as `installing packages`
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function during(what, work) {
  const startedAt = Date.now()
  say(`${what} …`)
  const timer = setInterval(
    () => say(`still ${what}, ${Math.round((Date.now() - startedAt) / 1000)} s`),
    EVERY_MS,
  )
  try {
    return await work()
  } finally {
    clearInterval(timer)
  }
}
