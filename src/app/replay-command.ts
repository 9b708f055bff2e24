import { unknownName } from '../domain/values/suggestion.ts'
import { userInfo } from 'node:os'
import { createClickHouse, type ClickHouse } from '../clickhouse/client.ts'
import { ClickHouseQueryFailed, ClickHouseUnavailable } from '../clickhouse/errors.ts'
import { createMetricReader } from '../clickhouse/metric-query.ts'
import { loadConfiguration } from '../config/load.ts'
import type { Check, Configuration } from '../domain/configuration/configuration.ts'
import { incidentName } from '../domain/investigate/evidence.ts'
import type { ReplayTransition } from '../domain/replay/replay.ts'
import type { ReplayRange } from '../domain/replay/runs.ts'
import { openDatabase } from '../postgres/database.ts'
import { CommandFailed, exitCodes } from '../cli/api-client.ts'
import type { ReplayCommand } from '../cli/installation.ts'
import { clickHouseUrl } from './clickhouse-url.ts'
import { prepareDatabase } from './prepare.ts'
import { createReplayRecorder } from './replay-recorder.ts'
import { createRecords } from './records.ts'
import { replayCheck, type ReplayOptions, type ReplayReport } from './replay.ts'
import { readRunFile } from '../cli/run-file.ts'
import { print, table, tell } from '../cli/terminal.ts'
import { own } from '../domain/values/own.ts'

/**
 * Carries out `check replay`: transitions as they come and the incidents at the end, or one JSON document.
 * @throws CommandFailed with what was wrong and what to do
 */
export async function runReplay(command: ReplayCommand, env: NodeJS.ProcessEnv): Promise<void> {
  const range = rangeOf(command)
  const configuration = await loadConfiguration(command.config)
  const check = checkOf(command, configuration)
  const addresses = await addressesOf(command, env)
  const clickhouse = createClickHouse({ url: addresses.clickhouse })
  try {
    const reader = createMetricReader(clickhouse)
    const report = await withRecorder(command, { configuration, clickhouse, addresses }, (record) =>
      replayCheck({
        check,
        configuration,
        range,
        measure: (question) => reader.measure(question),
        onTransition: (transition) => {
          if (command.json !== true) print({}, transition, () => transitionText(transition))
        },
        onProgress: ({ runs, ofRuns, upTo }) =>
          tell(`walked ${runs} of ${ofRuns} runs, up to ${clockText(new Date(upTo).toISOString())} UTC`),
        ...(record === undefined ? {} : { record }),
      }),
    ).catch(throwCommandFailed)
    print(command, report, () => reportText(report))
  } finally {
    await clickhouse.close()
  }
}

interface Addresses {
  readonly clickhouse: string
  readonly database: string | undefined
  readonly dataDir: string
}

interface Parts {
  readonly configuration: Configuration
  readonly clickhouse: ClickHouse
  readonly addresses: Addresses
}

/** Opens the database only when incidents are to be kept: without that a replay only reads, and from ClickHouse alone. */
async function withRecorder(
  { incidents, check, from, to }: ReplayCommand,
  { configuration, clickhouse, addresses }: Parts,
  replay: (record: ReplayOptions['record']) => Promise<ReplayReport>,
): Promise<ReplayReport> {
  if (incidents !== true) return replay(undefined)
  if (addresses.database === undefined)
    throw new CommandFailed('--incidents needs PostgreSQL: set DATABASE_URL', exitCodes.unreachable)
  const now = () => new Date()
  const database = openDatabase(addresses.database, 2)
  try {
    await prepareDatabase(database, createRecords(database.db, now), configuration)
    const request = { check, from, to, by: userInfo().username }
    const { dataDir } = addresses
    return await replay(
      await createReplayRecorder({ db: database.db, clickhouse, configuration, dataDir, request, now }),
    )
  } finally {
    await database.close()
  }
}

async function addressesOf({ data }: ReplayCommand, env: NodeJS.ProcessEnv): Promise<Addresses> {
  const clickhouse = await clickHouseUrl(data, env)
  const database = env['DATABASE_URL'] || (await readRunFile(data))?.databaseUrl
  return { clickhouse, database, dataDir: data }
}

function checkOf({ check: name, config }: ReplayCommand, { checks }: Configuration): Check {
  const check = own(checks, name)
  if (check !== undefined) return check
  throw new CommandFailed(`${config}: ${unknownName('check', name, Object.keys(checks))}`, exitCodes.refused)
}

function rangeOf({ from, to }: ReplayCommand): ReplayRange {
  const range = { from: instantOf('--from', from), to: instantOf('--to', to) }
  if (range.from < range.to) return range
  throw new CommandFailed(`--to ${to} must be later than --from ${from}`, exitCodes.usage)
}

const instantForm = /^\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d{1,3})?)?(?:Z|[+-]\d\d:\d\d))?$/

/** A day is its first instant in UTC. A time without a zone could mean two things, and is refused. */
function instantOf(option: string, text: string): number {
  const instant = instantForm.test(text) && isDay(text.slice(0, 10)) ? Date.parse(text) : Number.NaN
  if (!Number.isNaN(instant)) return instant
  throw new CommandFailed(
    `${option} "${text}" is not an instant: write a day in UTC, such as 2026-03-01, or a time with its zone, such as 2026-03-01T06:00:00Z`,
    exitCodes.usage,
  )
}

/** `Date.parse` takes 30 February for 2 March. */
function isDay(text: string): boolean {
  const parsed = new Date(`${text}T00:00:00Z`)
  return !Number.isNaN(parsed.getTime()) && parsed.toISOString().startsWith(text)
}

function throwCommandFailed(error: unknown): never {
  if (error instanceof ClickHouseUnavailable) throw new CommandFailed(error.message, exitCodes.unreachable)
  if (error instanceof ClickHouseQueryFailed) throw new CommandFailed(error.message, exitCodes.refused)
  throw error
}

function transitionText({ at, kind, text, mutedUntil }: ReplayTransition): string {
  const muted = mutedUntil === null ? '' : ` (muted by its cooldown until ${clockText(mutedUntil)})`
  return `${clockText(at)}  ${kind.padEnd(10)}  ${text}${muted}`
}

function reportText({ runs, verdicts, incidents }: ReplayReport): string {
  const { ok, firing, unknown } = verdicts
  const counts = `${runs} runs: ${ok} verdicts ok, ${firing} firing, ${unknown} unknown`
  if (incidents.length === 0) return `\n${counts}; no incident`
  const rows = incidents.map(({ number, outcome, severity, state, startedAt, resolvedAt, title }) => [
    number === undefined ? '-' : `${incidentName(number)}${outcome === 'stored' ? '' : ` (${outcome})`}`,
    severity,
    state,
    clockText(startedAt),
    resolvedAt === null ? '-' : clockText(resolvedAt),
    title,
  ])
  const head = ['incident', 'severity', 'at the end', 'began (UTC)', 'resolved (UTC)', 'title']
  return `\n${counts}\n\n${table(head, rows)}`
}

function clockText(at: string): string {
  return at.slice(0, 19).replace('T', ' ')
}
