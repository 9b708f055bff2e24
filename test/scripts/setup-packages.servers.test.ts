import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { readFile, rm } from 'node:fs/promises'
import { promisify } from 'node:util'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type Checkout, makeCheckout } from './checkout.ts'

const execute = promisify(execFile)

let checkout: Checkout

beforeEach(async () => {
  checkout = await makeCheckout()
})

afterEach(() => rm(checkout.root, { recursive: true }))

const packagesOnly = ['--packages-only']

test('missing packages are installed once, and then nothing is done or said', async () => {
  const first = await checkout.setUp(packagesOnly)
  expect(first).toMatchObject({ code: 0 })
  expect(first.stderr).toContain('installing the locked packages')
  expect(existsSync(checkout.path('node_modules/node/bin/node'))).toBe(true)

  expect(await checkout.setUp(packagesOnly)).toMatchObject({ code: 0, stderr: '' })
  expect(await checkout.npmRuns()).toBe(1)
})

test('a changed lockfile is installed', async () => {
  await checkout.setUp(packagesOnly)
  await checkout.addPackage('later', { 'index.js': '' })

  expect(await checkout.setUp(packagesOnly)).toMatchObject({ code: 0 })

  expect(existsSync(checkout.path('node_modules/later'))).toBe(true)
  expect(await checkout.npmRuns()).toBe(2)
})

test('the locked packages, installed by hand, are not installed again', async () => {
  await execute('npm', ['ci'], { cwd: checkout.root, env: checkout.env })

  expect(await checkout.setUp(packagesOnly)).toMatchObject({ code: 0, stderr: '' })
  expect(await checkout.npmRuns()).toBe(0)
})

test('other packages than the locked ones, installed by hand, are replaced', async () => {
  await execute('npm', ['ci'], { cwd: checkout.root, env: checkout.env })
  const installed = JSON.parse(await readFile(checkout.path('node_modules/.package-lock.json'), 'utf8'))
  installed.packages['packages/node'].version = '0.9.0'
  await checkout.write('node_modules/.package-lock.json', JSON.stringify(installed))

  expect(await checkout.setUp(packagesOnly)).toMatchObject({ code: 0 })
  expect(await checkout.npmRuns()).toBe(1)
})

test('packages whose install scripts did not run are installed again', async () => {
  await checkout.setUp(packagesOnly)
  await rm(checkout.path('packages/node/bin/node'))

  const run = await checkout.setUp(packagesOnly)

  expect(await checkout.npmRuns()).toBe(2)
  expect(run.code).toBe(1)
  expect(run.stderr.trim().split('\n').at(-1)).toMatch(
    /node_modules\/node\/bin\/node is not there.*install scripts/,
  )
})

test('of two set-ups at the same time one installs and the other waits for it', async () => {
  const runs = await Promise.all([checkout.setUp(packagesOnly), checkout.setUp(packagesOnly)])

  expect(runs.map((run) => run.code)).toEqual([0, 0])
  expect(await checkout.npmRuns()).toBe(1)
  expect(runs.map((run) => run.stderr).join()).toMatch(/waiting for another set-up of this checkout/)
})

test('a set-up that died while it installed holds nobody up', async () => {
  await checkout.write(
    '.firewatch-setup/lock',
    JSON.stringify({ pid: process.pid, identity: 'an earlier process', since: '2026-01-01' }),
  )

  expect(await checkout.setUp(packagesOnly)).toMatchObject({ code: 0 })
})

test('when npm fails, the last line says what it needs', async () => {
  await checkout.write('package.json', '{ not JSON')

  const run = await checkout.setUp(packagesOnly)

  expect(run.code).toBe(1)
  expect(run.stderr.trim().split('\n').at(-1)).toMatch(/npm could not install the packages \(exit 1\)/)
  expect(existsSync(checkout.path('node_modules/.firewatch-packages.json'))).toBe(false)
})

test('a Node that is too old is told so in one sentence', async () => {
  const module = new URL('../../scripts/setup/node-version.mjs', import.meta.url).href
  const check = (version: string) =>
    execute(process.execPath, [
      '--input-type=module',
      '-e',
      `import { checkNodeVersion } from '${module}'
       try { checkNodeVersion('${version}') } catch (error) { console.log(error.message) }`,
    ])
  expect((await check('18.20.4')).stdout).toBe(
    'this is Node 18.20.4; install Node 20 or later (https://nodejs.org).\n',
  )
  expect((await check('20.0.0')).stdout).toBe('')
})
