import { spawn } from 'node:child_process'
import { join, resolve } from 'node:path'
import { startFirewatch, type RunningFirewatch } from '../../src/app/firewatch.ts'
import type { ReplayReport } from '../../src/app/replay.ts'
import { ownDataDirectory } from '../../src/app/up.ts'
import { loadConfiguration } from '../../src/config/load.ts'
import { startEmbedded } from '../../src/embedded/embedded-servers.ts'
import { emptyFolder, links } from '../stage.ts'
import { createArchive, type Archive, type ArchivedIncident } from './archive.ts'
import { expectations, type Recorded } from './expectations.ts'
import { loadRecording } from './recording.ts'

export interface RecordedStage {
  readonly data: string
  readonly json: boolean
  readonly tell: (line: string) => void
  /** Takes what is to be ended, in the opposite order. */
  readonly atEnd: (end: () => unknown) => void
}

const configPath = new URL('./firewatch.yaml', import.meta.url).pathname
const main = new URL('../../src/app/main.ts', import.meta.url).pathname
const engineer = 'mira'
/** Every secret must be readable at the start; a replay pages nobody. */
const nobody = 'http://127.0.0.1:9/nobody'

export const recordedTitle =
  'Eleven weeks of an industrial machine, walked as if they were live: two real failures, and one false alarm.'

/** The recording, whole: until it ends, and not until it would be missed. */
const range = ['--from', '2013-12-02', '--to', '2014-02-19T15:30:00Z']

/** Walks the recording and tells what was seen and decided. 0 only if the whole story came true. */
export async function tellRecorded(stage: RecordedStage): Promise<number> {
  const { tell } = stage
  tell(`\n${recordedTitle}\n`)
  const dataDir = resolve(stage.data)
  const firewatch = await begin(stage)
  const archive = createArchive(firewatch)
  const first = await replay(dataDir, tell)
  narrate(first, tell)
  await markFalseAlarms(archive, firewatch, tell)
  tell('\nonce more, to see that nothing is kept twice …')
  const outcome: Recorded = { first, second: await replay(dataDir, tell), kept: await archive.all(), dataDir }

  const kept = await Promise.all(
    expectations.map(async ({ what, holds }) => ({ what, holds: await holds(outcome) })),
  )
  tell('')
  for (const { what, holds } of kept) tell(`  ${holds ? '✓' : '✗'} ${what}`)
  const whole = kept.every(({ holds }) => holds)
  tell(whole ? '\nThe whole story came true.' : '\nThe story went otherwise.')
  for (const { name } of outcome.kept) tell(`Review: ${join(dataDir, 'reviews', `${name}.md`)}`)
  if (stage.json) process.stdout.write(`${JSON.stringify(outcome)}\n`)
  return whole ? 0 : 1
}

async function begin({ data, tell, atEnd }: RecordedStage): Promise<RunningFirewatch> {
  const configuration = await loadConfiguration(configPath)
  const lock = await ownDataDirectory(data)
  atEnd(() => lock.release())
  await emptyFolder(lock.dir)
  tell('starting Temporal, PostgreSQL and ClickHouse …')
  const servers = await startEmbedded({ lock, env: process.env, log: tell })
  atEnd(() => servers.stop())
  tell(`loading the recording: ${await loadRecording(servers.clickhouse.url)} readings`)
  const env = { ...process.env, RECORDED_PAGER_URL: nobody }
  const common = { configPath, configuration, dataDir: lock.dir, servers, env }
  const firewatch = await startFirewatch({ ...common, port: 0, tell })
  atEnd(() => firewatch.stop())
  tell(links(firewatch, servers.temporal.uiUrl))
  return firewatch
}

/** By the command that everybody has. */
async function replay(dataDir: string, tell: (line: string) => void): Promise<ReplayReport> {
  const args = ['check', 'replay', 'machine-temperature', ...range, '--incidents', '--json']
  const where = ['--config', configPath, '--data', dataDir]
  const child = spawn(process.execPath, [main, ...args, ...where], { stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  let said = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text))
  const code = await new Promise<number | null>((done, fail) => {
    child.once('error', fail)
    child.once('close', done)
  })
  if (code !== 0) throw new Error(`firewatch check replay ended with ${code}: ${said}`)
  const report = JSON.parse(output) as ReplayReport
  const { ok, firing, unknown } = report.verdicts
  tell(`walked ${report.runs} runs: ${ok} verdicts ok, ${firing} firing, ${unknown} unknown`)
  return report
}

const marks: Readonly<Record<string, string>> = {
  fires: 'seen',
  clears: 'seen',
  opened: 'decided',
  monitoring: 'decided',
  reopened: 'decided',
  resolved: 'done',
}

function narrate({ transitions }: ReplayReport, tell: (line: string) => void): void {
  tell('')
  for (const { at, kind, text } of transitions) {
    const what = kind === 'fires' || kind === 'clears' ? text : `${kind}: ${text}`
    tell(`${at.slice(0, 16).replace('T', ' ')}  ${(marks[kind] ?? kind).padEnd(8)} ${what}`)
  }
}

/** What a person does who reads the reviews: tells the false alarm apart. */
async function markFalseAlarms(
  archive: Archive,
  firewatch: RunningFirewatch,
  tell: (line: string) => void,
): Promise<void> {
  tell('')
  for (const incident of await archive.all()) {
    const { name } = incident
    for (const { claim, status, id } of incident.causes.filter((cause) => cause.status === 'supported'))
      tell(`${name}  found    ${claim} (${status}: ${id})`)
    if (!isEcho(incident)) continue
    const reason = 'an echo of the incident before: the machine runs as usual, the days of comparison do not'
    tell(`${name}  person   ${engineer} reads the review and marks it as not actionable`)
    await archive.markNotActionable(name, await archive.tokenOf(engineer, firewatch.token), reason)
  }
}

function isEcho({ causes }: ArchivedIncident): boolean {
  return causes.some(({ id, status }) => id === 'echo' && status === 'supported')
}
