import { type ChildProcess, spawn } from 'node:child_process'
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { readRunFile } from '../../src/cli/run-file.ts'
import { literally } from '../../src/domain/values/regular-expression.ts'
import { type FakeWebhook, startFakeWebhook } from '../../examples/fakes/webhook.ts'

const patienceMs = 120_000
const bin = new URL('../../bin/firewatch.mjs', import.meta.url).pathname
const text = await readFile(new URL('../../docs/tutorial.md', import.meta.url), 'utf8')

interface Step {
  readonly heading: string
  readonly command: string
  readonly isSecond: boolean
  /** Lines that are printed in this order, with `…` for whatever differs. */
  readonly expected: readonly string[]
}

/** Every block of `sh`, with the `text` behind it; `sh second` is typed in the second terminal. */
const steps: Step[] = [
  ...text.matchAll(/```sh( second)?\n([\s\S]*?)```\n(?:\n```text\n([\s\S]*?)```)?/g),
].map(({ 1: second, 2: command = '', 3: output = '', index }) => ({
  heading: /^## (.*)$/gm[Symbol.match](text.slice(0, index))?.at(-1) ?? '',
  command,
  isSecond: second !== undefined,
  expected: output.split('\n').filter((line) => line.trim() !== ''),
}))

/** A shell that is typed into, and all that it shows. */
interface Terminal {
  readonly child: ChildProcess
  shown(): string
  /** Types a block and waits for it to end; what it showed. */
  run(block: string): Promise<string>
  /** Types without waiting. */
  type(block: string): void
}

function openTerminal(cwd: string, env: NodeJS.ProcessEnv): Terminal {
  // A process group of its own: Ctrl-C reaches what runs in it, and nothing is left of it at the end.
  const child = spawn('bash', ['--noprofile', '--norc', '-m'], { cwd, env, detached: true })
  let output = ''
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (chunk: string) => (output += chunk))
  let blocks = 0
  return {
    child,
    shown: () => output,
    type: (block) => void child.stdin.write(`${block}\n`),
    async run(block) {
      const from = output.length
      const mark = `[block ${++blocks} ended with `
      child.stdin.write(`${block}\necho "${mark}$?]"\n`)
      await vi.waitFor(() => expect(output.slice(from)).toContain(mark), {
        timeout: patienceMs,
        interval: 50,
      })
      const [shown = '', code] = output.slice(from).split(mark)
      expect(code, shown).toMatch(/^0\]/)
      return shown
    },
  }
}

function matches(expected: readonly string[], shown: string): void {
  let rest = shown
  for (const line of expected) {
    const pattern = line
      .split('…')
      .map((part) => part.trim().split(/\s+/).map(literally).join(String.raw`\s+`))
    const found = new RegExp(pattern.join('.*'), 'u').exec(rest)
    expect(found, `${line}\nis not in\n${rest}`).not.toBeNull()
    rest = rest.slice((found?.index ?? 0) + (found?.[0].length ?? 0))
  }
}

describe('docs/tutorial.md', () => {
  let folder: string
  let phone: FakeWebhook
  let first: Terminal
  let second: Terminal
  const times: string[] = []

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'firewatch-tutorial-'))
    phone = await startFakeWebhook()
    const commands = join(folder, 'commands')
    await mkdir(commands)
    await writeFile(join(commands, 'firewatch'), `#!/bin/sh\nexec "${process.execPath}" "${bin}" "$@"\n`)
    await chmod(join(commands, 'firewatch'), 0o755)
    const env = { ...process.env, PATH: `${commands}:${process.env['PATH']}` }
    for (const name of Object.keys(env))
      if (/^(?:FIREWATCH_|CLICKHOUSE_URL|DATABASE_URL|TEMPORAL_)/.test(name)) delete env[name as never]
    first = openTerminal(folder, { ...process.env, ...env })
    second = openTerminal(folder, { ...process.env, ...env })
  })
  afterAll(async () => {
    await endUp(second, folder)
    for (const { child } of [first, second]) {
      const ended = new Promise((done) => child.once('exit', done))
      child.stdin?.end('kill $(jobs -p) 2> /dev/null\nexit\n')
      await ended
    }
    await phone.stop()
    await rm(folder, { recursive: true, force: true })
    process.stderr.write(`the tutorial:\n${times.join('\n')}\n`)
  })

  it('shows many commands', () => expect(steps.length).toBeGreaterThan(10))

  it('is true from its first command to its last, and the page arrives', { timeout: 600_000 }, async () => {
    for (const { heading, command, isSecond, expected } of steps) {
      const from = performance.now()
      const block = command.replace(/https:\/\/ntfy\.sh\/\S+/, phone.url)
      if (isSecond) await startUp(second, folder, block, expected)
      else matches(expected, await first.run(block))
      if (command.includes('test-page'))
        expect(phone.effects().map(({ body }) => [body['kind'], body['title']])).toEqual([
          ['test', 'Test page from Firewatch: nothing is wrong'],
        ])
      if (command.includes('echo 8'))
        await vi.waitFor(
          () => expect(phone.effects().at(-1)?.body).toMatchObject({ kind: 'page', incident: 'INC-1' }),
          {
            timeout: patienceMs,
          },
        )
      times.push(
        `  ${Math.round((performance.now() - from) / 100) / 10} s  ${heading}: ${command.split('\n')[0]}`,
      )
    }
    const pages = phone.effects().filter(({ body }) => body['kind'] === 'page')
    expect(pages).toHaveLength(1)
    expect(JSON.stringify(pages[0]?.body)).toContain("status = 'failed'")
    expect(await readFile(join(folder, 'first-check', 'review.md'), 'utf8')).toContain(
      'the payment provider refused our key',
    )
  })
})

/** What runs in the second terminal is ended by Ctrl-C before the next block is typed. */
async function startUp(
  terminal: Terminal,
  folder: string,
  block: string,
  expected: readonly string[],
): Promise<void> {
  await endUp(terminal, folder)
  const from = terminal.shown().length
  terminal.type(`cd first-check 2> /dev/null; ${block}`)
  await vi.waitFor(() => matches(expected, terminal.shown().slice(from)), {
    timeout: patienceMs,
    interval: 100,
  })
}

async function endUp(terminal: Terminal, folder: string): Promise<void> {
  const ups = [...terminal.shown().matchAll(/Firewatch runs\./g)].length
  const ends = [...terminal.shown().matchAll(/\[up ended]/g)].length
  if (ups === ends) return
  const run = await readRunFile(join(folder, 'first-check', '.firewatch'))
  if (run !== undefined) process.kill(run.pid, 'SIGINT')
  terminal.type('echo "[up ended]"')
  await vi.waitFor(() => expect([...terminal.shown().matchAll(/\[up ended]/g)]).toHaveLength(ends + 1), {
    timeout: patienceMs,
    interval: 50,
  })
}
