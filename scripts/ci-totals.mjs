import { readFileSync } from 'node:fs'

/*
 * Prints the totals of reports by vitest's json reporter as the line "N passed, N failed"; exits with 1 on any
 * failure and when one of them ran no test.
 *
 *   node scripts/ci-totals.mjs <report>…
 */

const suites = process.argv.slice(2).map((path) => {
  const text = readFileSync(path, 'utf8')
  const report = text === '' ? { numPassedTests: 0, numFailedTests: 0, testResults: [] } : JSON.parse(text)
  // A file that could not be loaded has failed without a test to count.
  const brokenFiles = report.testResults.filter(
    (file) => file.status === 'failed' && !file.assertionResults.some((test) => test.status === 'failed'),
  )
  return { passed: report.numPassedTests, failed: report.numFailedTests + brokenFiles.length }
})

const passed = suites.reduce((sum, suite) => sum + suite.passed, 0)
const failed = suites.reduce((sum, suite) => sum + suite.failed, 0)

process.stdout.write(`${passed} passed, ${failed} failed\n`)
if (failed > 0 || suites.length === 0 || suites.some((suite) => suite.passed === 0)) process.exitCode = 1
