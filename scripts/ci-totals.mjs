import { readFileSync } from 'node:fs'

/*
 * Prints what failed in reports by vitest's json reporter, each with its file and why, since that scrolls away over
 * thousands of tests, and then their totals as the line "N passed, N failed"; exits with 1 on any failure and when one
 * of them ran no test.
 *
 *   node scripts/ci-totals.mjs <report>…
 */

const suites = process.argv.slice(2).map((path) => {
  const text = readFileSync(path, 'utf8')
  const report = text === '' ? { numPassedTests: 0, numFailedTests: 0, testResults: [] } : JSON.parse(text)
  // A file that could not be loaded has failed without a test to count.
  const brokenFiles = report.testResults.filter(
    (file) => file.status === 'failed' && failedTests(file).length === 0,
  )
  const failures = [
    ...brokenFiles.map((file) => `FAILED ${file.name}\n${file.message}\n`),
    ...report.testResults.flatMap(failedTests),
  ]
  return { passed: report.numPassedTests, failed: report.numFailedTests + brokenFiles.length, failures }
})

function failedTests(file) {
  return file.assertionResults
    .filter((test) => test.status === 'failed')
    .map((test) => `FAILED ${file.name} > ${test.fullName}\n${(test.failureMessages ?? []).join('\n')}\n`)
}

const passed = suites.reduce((sum, suite) => sum + suite.passed, 0)
const failed = suites.reduce((sum, suite) => sum + suite.failed, 0)

for (const failure of suites.flatMap((suite) => suite.failures)) process.stdout.write(`${failure}\n`)
process.stdout.write(`${passed} passed, ${failed} failed\n`)
if (failed > 0 || suites.length === 0 || suites.some((suite) => suite.passed === 0)) process.exitCode = 1
