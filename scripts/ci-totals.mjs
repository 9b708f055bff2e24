import { readFileSync } from 'node:fs'

/*
 * Prints the totals of a report by vitest's json reporter as the line "N passed, N failed"; exits with 1 on any
 * failure and when no test ran.
 *
 *   node scripts/ci-totals.mjs <report>
 */

const text = readFileSync(process.argv[2], 'utf8')
const report = text === '' ? { numPassedTests: 0, numFailedTests: 0, testResults: [] } : JSON.parse(text)

// A file that could not be loaded has failed without a test to count.
const brokenFiles = report.testResults.filter(
  (file) => file.status === 'failed' && !file.assertionResults.some((test) => test.status === 'failed'),
)
const passed = report.numPassedTests
const failed = report.numFailedTests + brokenFiles.length

process.stdout.write(`${passed} passed, ${failed} failed\n`)
if (failed > 0 || passed === 0) process.exitCode = 1
