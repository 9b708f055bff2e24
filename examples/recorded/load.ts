import { parseArgs } from 'node:util'
import { readRunFile } from '../../src/cli/run-file.ts'
import { loadRecording } from './recording.ts'

// Loads the recording into the ClickHouse of a running Firewatch: node examples/recorded/load.ts [--data DIRECTORY]

const { values } = parseArgs({ options: { data: { type: 'string', default: '.firewatch' } } })
const url = process.env['CLICKHOUSE_URL'] ?? (await readRunFile(values.data))?.clickhouseUrl

if (url === undefined) {
  process.stderr.write(
    `no Firewatch runs on ${values.data}; start it with "firewatch up", say --data, or set CLICKHOUSE_URL\n`,
  )
  process.exitCode = 3
} else {
  process.stdout.write(`${await loadRecording(url)} readings in recorded.machine_temperature\n`)
}
