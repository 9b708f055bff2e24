/**
 * Calls `end` once when the process that started this one is gone. It holds the other end of our stdin, which the kernel closes
 * however the parent died, kill -9 included. Only with `--end-with-stdin` among the arguments: started by hand, stdin is a terminal or nothing.
 */
export function whenParentEnds(end: () => void): void {
  if (!process.argv.includes('--end-with-stdin')) return
  process.stdin.resume()
  process.stdin.once('close', end)
}

/** Calls `end` at the first sign that this process should go: SIGTERM, SIGINT, or the end of its parent. */
export function whenToldToEnd(end: () => void): void {
  let told = false
  const once = () => {
    if (!told) end()
    told = true
  }
  process.once('SIGTERM', once)
  process.once('SIGINT', once)
  whenParentEnds(once)
}
