import { readFile } from 'node:fs/promises'
import { createClickHouse } from '../../src/clickhouse/client.ts'

const file = new URL('./machine_temperature_system_failure.csv', import.meta.url)

export interface Reading {
  /** ISO 8601 in UTC. */
  readonly time: string
  readonly value: number
}

/** The recording, in order. @throws naming the line that is not a reading */
export async function readRecording(): Promise<Reading[]> {
  const [, ...lines] = (await readFile(file, 'utf8')).trimEnd().split(/\r?\n/)
  return lines.map((line, index) => {
    const [time = '', text = ''] = line.split(',')
    const value = Number(text)
    if (!/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/.test(time) || text === '' || !Number.isFinite(value))
      throw new Error(`line ${index + 2} of the recording is not a reading: ${line}`)
    return { time: `${time.replace(' ', 'T')}Z`, value }
  })
}

/** Makes `recorded.machine_temperature` hold the recording and nothing else. @returns how many readings it has */
export async function loadRecording(clickhouseUrl: string): Promise<number> {
  const readings = await readRecording()
  const clickhouse = createClickHouse({ url: clickhouseUrl })
  try {
    await clickhouse.command('CREATE DATABASE IF NOT EXISTS recorded')
    await clickhouse.command(
      "CREATE TABLE IF NOT EXISTS recorded.machine_temperature (time DateTime('UTC'), value Float64) ENGINE = MergeTree ORDER BY time",
    )
    await clickhouse.command('TRUNCATE TABLE recorded.machine_temperature')
    await clickhouse.insert('recorded.machine_temperature', readings)
    return readings.length
  } finally {
    await clickhouse.close()
  }
}
