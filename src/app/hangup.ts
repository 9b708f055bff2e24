import { closeSync, openSync } from 'node:fs'

/** SIGHUP asks a process to read its configuration anew. */
export interface Hangups {
  /** Calls back for each, and at once when there were some before. */
  listen(onHangup: () => void): void
  stop(): void
}

/**
 * To be called before anything else: a SIGHUP that nobody hears ends a process. A terminal that closes sends one too, and ends what was started in it as
 * SIGTERM does: nobody could see it or end it any more.
 */
export function hearHangups(): Hangups {
  const hadTerminal = process.stdin.isTTY || process.stderr.isTTY
  let heard = false
  let isEnding = false
  let tell: (() => void) | undefined
  const hear = () => {
    if (isEnding) return
    isEnding = hadTerminal && !hasTerminal()
    if (isEnding) process.kill(process.pid, 'SIGTERM')
    else if (tell === undefined) heard = true
    else tell()
  }
  process.on('SIGHUP', hear)
  return {
    listen(onHangup) {
      tell = onHangup
      if (heard) onHangup()
    },
    stop: () => void process.off('SIGHUP', hear),
  }
}

function hasTerminal(): boolean {
  try {
    closeSync(openSync('/dev/tty', 'r'))
    return true
  } catch {
    return false
  }
}
