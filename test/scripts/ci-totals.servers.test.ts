import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, expect, test } from 'vitest'

const script = fileURLToPath(new URL('../../scripts/ci-totals.mjs', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'firewatch-totals-'))

afterAll(() => rmSync(folder, { recursive: true }))

const passedFile = {
  name: 'a.test.ts',
  status: 'passed',
  assertionResults: [{ status: 'passed', fullName: 'adds' }],
}
const failedFile = {
  name: 'b.test.ts',
  status: 'failed',
  assertionResults: [
    {
      status: 'failed',
      fullName: 'a page is sent',
      failureMessages: ['expected 1 to be 2\n    at b.test.ts:7'],
    },
    { status: 'passed', fullName: 'a page is read' },
  ],
}
const brokenFile = {
  name: 'c.test.ts',
  status: 'failed',
  message: 'Cannot find module',
  assertionResults: [],
}

const failedTest = 'FAILED b.test.ts > a page is sent\nexpected 1 to be 2\n    at b.test.ts:7\n\n'

const report = (numPassedTests: number, numFailedTests: number, testResults: object[]) =>
  JSON.stringify({ numPassedTests, numFailedTests, testResults })

test.each([
  ['all passed', report(1, 0, [passedFile]), '1 passed, 0 failed\n', 0],
  ['one failed', report(2, 1, [passedFile, failedFile]), `${failedTest}2 passed, 1 failed\n`, 1],
  [
    'a file did not load',
    report(1, 0, [passedFile, brokenFile]),
    'FAILED c.test.ts\nCannot find module\n\n1 passed, 1 failed\n',
    1,
  ],
  ['no test ran', report(0, 0, []), '0 passed, 0 failed\n', 1],
  ['vitest did not run', '', '0 passed, 0 failed\n', 1],
])('the totals when %s', (_, text, line, code) => {
  const path = join(folder, 'report.json')
  writeFileSync(path, text)
  const run = spawnSync(process.execPath, [script, path], { encoding: 'utf8' })
  expect([run.stdout, run.status]).toEqual([line, code])
})

test.each([
  ['are added up', [report(3, 0, [passedFile]), report(2, 0, [passedFile])], '5 passed, 0 failed\n', 0],
  [
    'fail when the second failed',
    [report(3, 0, [passedFile]), report(2, 1, [failedFile])],
    `${failedTest}5 passed, 1 failed\n`,
    1,
  ],
  ['fail when the second did not run', [report(3, 0, [passedFile]), ''], '3 passed, 0 failed\n', 1],
])('the totals of two suites %s', (_, texts, line, code) => {
  const paths = texts.map((text, index) => {
    const path = join(folder, `suite-${index}.json`)
    writeFileSync(path, text)
    return path
  })
  const run = spawnSync(process.execPath, [script, ...paths], { encoding: 'utf8' })
  expect([run.stdout, run.status]).toEqual([line, code])
})
