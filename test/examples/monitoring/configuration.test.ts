import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { metricStatement } from '../../../src/clickhouse/metric-query.ts'
import { loadConfiguration } from '../../../src/config/load.ts'
import { metricQuestions } from '../../../src/domain/check/check.ts'

const folder = new URL('../../../examples/monitoring/', import.meta.url)
const configuration = await loadConfiguration(fileURLToPath(new URL('firewatch.yaml', folder)))
const minute = 60_000

describe('the usual alert rules', () => {
  it.each([
    { name: 'PipelineFailureRate', op: '>', value: 10, forMs: 2 * minute, severity: 'critical' },
    { name: 'PipelineDurationHigh', op: '>', value: 3_600, forMs: 5 * minute, severity: 'warning' },
    { name: 'DataQualityLow', op: '<', value: 0.8, forMs: minute, severity: 'warning' },
    { name: 'APIResponseTimeHigh', op: '>', value: 5, forMs: 3 * minute, severity: 'warning' },
    { name: 'DatabaseConnectionPoolExhausted', op: '>', value: 90, forMs: 2 * minute, severity: 'critical' },
    { name: 'HighCPUUsage', op: '>', value: 80, forMs: 5 * minute, severity: 'warning' },
    { name: 'HighMemoryUsage', op: '>', value: 85, forMs: 3 * minute, severity: 'warning' },
    { name: 'DiskSpaceLow', op: '>', value: 85, forMs: minute, severity: 'warning' },
  ])('$name fires $op $value', ({ name, op, value, ...check }) => {
    expect(configuration.checks[name]).toMatchObject({ detector: { kind: 'threshold', op, value }, ...check })
  })

  it('are all told in the README', async () => {
    const readme = await readFile(new URL('README.md', folder), 'utf8')
    for (const name of Object.keys(configuration.checks)) expect(readme).toContain(`| \`${name}\` |`)
  })

  it('read nothing but the bucket that they judge', () => {
    const questions = metricQuestions(
      Object.values(configuration.checks),
      configuration,
      Date.UTC(2026, 2, 2),
    )
    expect(questions).toHaveLength(6)
    for (const { question } of questions) {
      expect(question.buckets).toEqual([question.bucketAt])
      const { params } = metricStatement(question)
      const instants = Object.values(params).filter((value) => value instanceof Date)
      expect(instants).toEqual([new Date(question.bucketAt), new Date(question.bucketAt + question.bucketMs)])
    }
  })
})
