import { spawn, spawnSync } from 'node:child_process'
import { type Finished, finished, main } from './firewatch.ts'

/** `script` of util-linux gives a command a terminal of its own. */
export const hasTerminal = (spawnSync('script', ['--version']).stdout?.toString() ?? '').includes(
  'util-linux',
)

/** Runs `firewatch` at a terminal and types `keys` when it asks. Both of its outputs are on that terminal. */
export async function atTerminal(
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  keys: string,
): Promise<Finished> {
  const command = [process.execPath, main, ...args].map((word) => `'${word}'`).join(' ')
  const child = spawn('script', ['-qefc', command, '/dev/null'], { env: { ...process.env, ...env } })
  let shown = ''
  let asked = false
  child.stdout.on('data', (chunk: Buffer) => {
    shown += chunk.toString()
    if (asked || !shown.includes('[y/N]')) return
    asked = true
    child.stdin.write(keys)
  })
  return finished(child)
}
