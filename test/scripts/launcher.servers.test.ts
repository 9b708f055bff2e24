import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, expect, test } from 'vitest'

let root: string

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'firewatch-launcher-'))
  await cp(fileURLToPath(new URL('../../bin', import.meta.url)), join(root, 'bin'), { recursive: true })
  await mkdir(join(root, 'node_modules/node/bin'), { recursive: true })
  await symlink(process.execPath, join(root, 'node_modules/node/bin/node'))
  await mkdir(join(root, 'src/app'), { recursive: true })
})

afterEach(() => rm(root, { recursive: true }))

/** Runs the launcher on a command line of these words. */
async function launch(main: string, ...args: string[]): Promise<ChildProcess> {
  await writeFile(join(root, 'src/app/main.ts'), main)
  return spawn(process.execPath, [join(root, 'bin/firewatch.mjs'), ...args], {
    stdio: ['pipe', 'pipe', 'pipe'],
  })
}

async function streamText(stream: NodeJS.ReadableStream | null): Promise<string> {
  let text = ''
  for await (const chunk of stream ?? []) text += String(chunk)
  return text
}

test('arguments, standard input, output and exit code pass through', async () => {
  const child = await launch(
    `const args: string[] = process.argv.slice(2)
     process.stdin.on('data', (data) => process.stdout.write(args.join('|') + data))
     process.stdin.on('end', () => process.exit(7))`,
    'page',
    'who is on call?',
  )
  child.stdin?.end('input')
  const exit = once(child, 'exit')
  expect(await streamText(child.stdout)).toBe('page|who is on call?input')
  expect((await exit)[0]).toBe(7)
})

test.each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)(
  '%s reaches the command, which decides how it ends',
  async (signal) => {
    const child = await launch(
      `process.on('${signal}', () => { console.log('heard'); process.exit(3) })
     console.log('up'); setInterval(() => {}, 1000)`,
    )
    const exit = once(child, 'exit')
    const lines: string[] = []
    for await (const chunk of child.stdout ?? []) {
      lines.push(String(chunk).trim())
      if (lines.length === 1) child.kill(signal)
    }
    expect(lines).toEqual(['up', 'heard'])
    expect((await exit)[0]).toBe(3)
  },
)

test('a command that dies of a signal is reported as shells do', async () => {
  const child = await launch(`process.kill(process.pid, 'SIGKILL')`)
  expect((await once(child, 'exit'))[0]).toBe(137)
})
