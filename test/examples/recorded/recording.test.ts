import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { readRecording } from '../../../examples/recorded/recording.ts'
import { loadConfiguration } from '../../../src/config/load.ts'
import { shardsOf } from '../../../src/domain/check/shards.ts'

const folder = new URL('../../../examples/recorded/', import.meta.url)
const hour = 3_600_000

describe('the recording', () => {
  it('is the file of the benchmark, byte for byte, with its origin and its licence named', async () => {
    const bytes = await readFile(new URL('machine_temperature_system_failure.csv', folder))
    const readme = await readFile(new URL('README.md', folder), 'utf8')
    expect(readme).toContain(createHash('sha256').update(bytes).digest('hex'))
    expect(readme).toContain('https://github.com/numenta/NAB')
    expect(readme).toContain('ea702d75')
    expect(readme).toContain('Permission is hereby granted, free of charge')
  })

  it('is read whole', async () => {
    const readings = await readRecording()
    expect(readings).toHaveLength(22_695)
    expect(readings[0]).toEqual({ time: '2013-12-02T21:15:00Z', value: 73.96732207 })
    expect(readings.at(-1)?.time).toBe('2014-02-19T15:25:00Z')
  })
})

describe('the check of the recording', () => {
  it('is the rule of the feed, with its cooldown, unchanged', async () => {
    const configuration = await loadConfiguration(new URL('firewatch.yaml', folder).pathname)
    expect(configuration.timeZone).toBe('UTC')
    expect(configuration.metrics['machine_temperature']).toMatchObject({ kind: 'gauge', sql: 'avg(value)' })
    expect(configuration.checks['machine-temperature']).toMatchObject({
      detector: { kind: 'same-time', threshold: 0.5 },
      bucketMs: hour / 4,
      clearAfter: (6 * hour) / (hour / 4),
      cooldownMs: 3 * hour,
      forMs: 0,
      quietHours: [],
    })
  })

  it('is run by no schedule: nothing live stands behind it', async () => {
    const configuration = await loadConfiguration(new URL('firewatch.yaml', folder).pathname)
    expect(shardsOf(configuration)).toEqual([])
  })
})
