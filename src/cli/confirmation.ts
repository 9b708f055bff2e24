import { createInterface } from 'node:readline/promises'

/** Whether there is somebody who can read a question and answer it. */
export function canAsk(): boolean {
  return process.stdin.isTTY && process.stderr.isTTY
}

/** Asks at the terminal. Only `y` or `yes` is one; a terminal that is closed instead (Ctrl-C, Ctrl-D) is a no. */
export async function isConfirmed(question: string): Promise<boolean> {
  const lines = createInterface({ input: process.stdin, output: process.stderr })
  try {
    return /^y(?:es)?$/i.test((await lines.question(`${question} [y/N] `)).trim())
  } catch (error) {
    if (!(error instanceof Error && error.name === 'AbortError')) throw error
    // What is said next begins a line of its own.
    process.stderr.write('\n')
    return false
  } finally {
    lines.close()
  }
}
