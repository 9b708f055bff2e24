import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, onTestFinished, test, vi } from 'vitest'
import { endAllLeftovers } from '../../src/embedded/pid-files.ts'
import { processIdentity } from '../../src/embedded/process-identity.mjs'
import { type NodeProcessOptions, superviseNode } from '../../src/embedded/supervise-node.ts'
import type { SupervisedProcess } from '../../src/embedded/supervised-process.ts'

let dataDir: string
let lines: string[]
let started: SupervisedProcess[]

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'firewatch-supervise-'))
  lines = []
  started = []
})

// What still runs would write into what is being removed.
afterEach(async () => {
  await Promise.all(started.map((one) => one.stop()))
  await rm(dataDir, { recursive: true })
})

const FOREVER = 'setInterval(() => {}, 1000)'

/** Supervises a program of one line until the test ends. */
async function running(program: string, more: Partial<NodeProcessOptions> = {}): Promise<SupervisedProcess> {
  const entry = join(dataDir, 'program.mjs')
  await writeFile(entry, program)
  const supervised = superviseNode({
    name: 'worker',
    dataDir,
    entry,
    args: ['one', 'two words'],
    env: { PATH: process.env['PATH'], GREETING: 'hello' },
    restart: { firstDelayMs: 10, maxDelayMs: 20 },
    log: (line) => lines.push(line),
    ...more,
  })
  started.push(supervised)
  return supervised
}

const logText = () => readFile(join(dataDir, 'logs', 'worker.log'), 'utf8')

const patient = { timeout: 10_000, interval: 20 }

/** Waits until a process that is not `formerPid` is ready, and returns its pid. */
async function pidOf(supervised: SupervisedProcess, formerPid?: number): Promise<number> {
  return vi.waitFor(() => {
    const { state, pid } = supervised.status()
    expect(state).toBe('ready')
    expect(pid).toBeDefined()
    expect(pid).not.toBe(formerPid)
    return pid as number
  }, patient)
}

test('a program gets its arguments and environment, and its output goes to its log only', async () => {
  const program = 'console.log(process.argv.slice(2), process.env.GREETING); console.error("trouble");'
  await running(program + FOREVER)

  await expect.poll(logText, patient).toContain("[ 'one', 'two words' ] hello\ntrouble\n")
  expect(lines).toEqual([])
})

test('a program that is killed starts again, and that is told', async () => {
  const supervised = await running(FOREVER)
  const first = await pidOf(supervised)

  process.kill(first, 'SIGKILL')

  await pidOf(supervised, first)
  expect(lines[0]).toMatch(/^worker died \(SIGKILL\) and starts again in 10 ms$/)
  expect(supervised.status().restarts).toBe(1)
})

test('a program whose watchdog is killed starts again, and the first one is ended', async () => {
  const supervised = await running(FOREVER)
  const first = await pidOf(supervised)
  const record = JSON.parse(await readFile(join(dataDir, 'pids', 'worker.json'), 'utf8'))

  process.kill(record.watchdog.pid, 'SIGKILL')

  await pidOf(supervised, first)
  await expect.poll(() => processIdentity(first), patient).toBeUndefined()
})

test('a program that dies at once every time is given up, with the end of its log', async () => {
  const onGivenUp = vi.fn<(error: Error) => void>()
  const supervised = await running('console.error("no such thing"); process.exit(3)', {
    restart: { firstDelayMs: 1, maxDelayMs: 2, maxQuickDeaths: 4 },
    onGivenUp,
  })

  await expect.poll(() => supervised.status().state, patient).toBe('given up')
  const message = onGivenUp.mock.calls[0]?.[0].message
  expect(message).toContain('worker died 4 times in a row')
  expect(message).toContain('exit 3')
  expect(message).toContain('no such thing')
  expect(supervised.status().restarts).toBe(3)
})

test('a program that lived long enough starts with a clean record', async () => {
  const supervised = await running('setTimeout(() => process.exit(1), 60)', {
    restart: { firstDelayMs: 1, maxDelayMs: 2, maxQuickDeaths: 2, soundAfterMs: 50 },
  })
  await expect.poll(() => supervised.status().restarts, patient).toBeGreaterThan(4)
})

test('one that never becomes ready counts as dead', async () => {
  const supervised = await running(FOREVER, {
    isReady: () => Promise.resolve(false),
    readyWithinMs: 100,
    restart: { firstDelayMs: 1, maxDelayMs: 2, maxFirstStarts: 2 },
  })
  await expect(supervised.whenReady()).rejects.toThrow('not ready within 100 ms')
})

test('stopping asks first', async () => {
  const supervised = await running(
    `process.on('SIGTERM', () => { console.log('drained'); process.exit() }); console.log('up'); ${FOREVER}`,
  )
  await expect.poll(logText, patient).toContain('up')

  await supervised.stop()

  expect(await logText()).toContain('drained')
  expect(supervised.status()).toMatchObject({ state: 'stopped', restarts: 0 })
})

test('stopping kills what does not end within the grace, together with what it started', async () => {
  const child = `spawn(process.execPath, ['-e', '${FOREVER}'], { stdio: 'inherit' })`
  const supervised = await running(
    `import { spawn } from 'node:child_process'; const c = ${child};
     process.on('SIGTERM', () => {}); console.log('child', c.pid); ${FOREVER}`,
    { graceMs: 100 },
  )
  const grandchild = await vi.waitFor(async () => {
    const found = /child (\d+)/.exec(await logText())
    expect(found).not.toBeNull()
    return Number(found?.[1])
  }, patient)
  const pid = await pidOf(supervised)

  await supervised.stop()

  await expect.poll(() => processIdentity(pid), patient).toBeUndefined()
  await expect.poll(() => processIdentity(grandchild), patient).toBeUndefined()
})

test('stopping during the delay before a restart does not start it again', async () => {
  const supervised = await running('process.exit(1)', {
    restart: { firstDelayMs: 60_000, maxDelayMs: 60_000 },
  })
  await expect.poll(() => supervised.status().state, patient).toBe('waiting')

  await supervised.stop()

  expect(supervised.status()).toMatchObject({ state: 'stopped', restarts: 0 })
})

test('a log that has grown large is moved aside at the next start', async () => {
  const path = join(dataDir, 'logs', 'worker.log')
  await mkdir(join(dataDir, 'logs'))
  await writeFile(path, Buffer.alloc(10 * 1024 * 1024, 'x'))

  await pidOf(await running(FOREVER))

  expect((await stat(path)).size).toBe(0)
  expect((await stat(`${path}.1`)).size).toBe(10 * 1024 * 1024)
})

test('a leftover is ended, and a stranger who has its pid now is not', async () => {
  const leftover = spawn(process.execPath, ['-e', FOREVER])
  const stranger = spawn(process.execPath, ['-e', FOREVER])
  onTestFinished(() => void stranger.kill('SIGKILL'))
  await Promise.all([once(leftover, 'spawn'), once(stranger, 'spawn')])
  const record = (pid: number | undefined, identity: string | undefined) =>
    JSON.stringify({
      child: { pid, identity },
      watchdog: { pid: 4_194_305, identity: 'boot/1' },
      stopSignal: 'SIGTERM',
    })
  await mkdir(join(dataDir, 'pids'))
  await writeFile(
    join(dataDir, 'pids', 'a.json'),
    record(leftover.pid, processIdentity(leftover.pid as number)),
  )
  await writeFile(join(dataDir, 'pids', 'b.json'), record(stranger.pid, 'boot/1'))

  const ended = once(leftover, 'exit')
  await endAllLeftovers(dataDir, (line) => lines.push(line))

  await ended
  expect(lines).toEqual([`ending a (process ${leftover.pid}), left behind by a former run`])
  expect(stranger.exitCode ?? stranger.signalCode).toBeNull()
})
