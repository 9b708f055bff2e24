import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

const main = fileURLToPath(new URL('../../src/app/main.ts', import.meta.url))
const folder = fileURLToPath(new URL('../../examples/on-call/', import.meta.url))
const documentation = await readFile(new URL('../../docs/on-call.md', import.meta.url), 'utf8')

/** Blocks of `console`: a command, and what it prints. A line `…` stands for any others. */
const examples = [...documentation.matchAll(/```console\n\$ firewatch (.*)\n([\s\S]*?)```/g)].map(
  ([, command = '', output = '']) => [command, output.trimEnd()] as const,
)

/** Who goes on or off call now comes first: what is shown must not hang on the hour at which it is tried. */
const atNoon = `data:text/javascript,${encodeURIComponent(`
const now = Date.parse('2026-05-06T10:00:00Z')
globalThis.Date = class extends Date {
  constructor(...given) { given.length === 0 ? super(now) : super(...given) }
  static now() { return now }
}`)}`

function run(command: string): Promise<string> {
  const words = [...command.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? '')
  return new Promise((resolve, reject) => {
    const env = { ...process.env, TZ: 'Europe/Berlin' }
    execFile(
      process.execPath,
      ['--import', atNoon, main, ...words],
      { cwd: folder, env },
      (error, stdout, stderr) =>
        error === null
          ? resolve(stdout.trimEnd())
          : reject(new Error(`${stderr}\n${stdout}`, { cause: error })),
    )
  })
}

describe('what docs/on-call.md shows', () => {
  it('is several commands', () => expect(examples.length).toBeGreaterThan(4))

  it.each(examples)('is what is printed by firewatch %s', async (command, output) => {
    const printed = await run(command)
    const [head = '', tail] = output.split('\n…\n')
    if (tail === undefined) return expect(printed).toBe(output)
    expect(printed.startsWith(`${head}\n`)).toBe(true)
    expect(printed.endsWith(`\n${tail}`)).toBe(true)
  })
})
