import { readFile } from 'node:fs/promises'
import { splitStatements, type ScriptStatement } from '../chdb/split-statements.ts'
import { ClickHouseQueryFailed } from '../clickhouse/errors.ts'
import { createStatementRunner, type StatementRunner } from '../clickhouse/statement-runner.ts'
import { CommandFailed, exitCodes } from '../cli/api-client.ts'
import type { SqlCommand } from '../cli/installation.ts'
import { jsonOutput, rawOutput, type StatementOutput, tableOutput } from '../cli/sql-output.ts'
import { unreadableReason } from '../config/reason.ts'
import { tell } from '../cli/terminal.ts'
import { errorMessage } from '../domain/values/error-message.ts'
import { clickHouseUrl } from './clickhouse-url.ts'

/**
 * Carries out `sql`: statement by statement, up to the first that fails.
 * @throws CommandFailed that names the statement, its line and what ClickHouse says
 */
export async function runSql(command: SqlCommand, env: NodeJS.ProcessEnv): Promise<void> {
  if (command.json === true && command.format !== undefined)
    throw new CommandFailed('say --json or --format, not both', exitCodes.usage)
  const url = await clickHouseUrl(command.data, env)
  const { text, stdin } = await textOf(command)
  const statements = splitStatements(text).map((one, index) => ({ ...one, number: index + 1 }))
  if (statements.length === 0)
    throw new CommandFailed('there is no statement to run, only spaces and comments', exitCodes.usage)
  for (const one of statements) refuseUnfit(one, command, stdin, statements.length)
  const runner = createStatementRunner(url, command.timeoutMs)
  try {
    await runAll(runner, statements, command, stdin)
  } finally {
    await runner.close()
  }
}

/** A statement with its number, counted from 1. */
type Numbered = ScriptStatement & { readonly number: number }

async function runAll(
  runner: StatementRunner,
  statements: readonly Numbered[],
  command: SqlCommand,
  stdin: NodeJS.ReadStream | undefined,
): Promise<void> {
  const { json, limit, format } = command
  const output =
    json === true ? jsonOutput(limit) : format === undefined ? tableOutput(limit) : rawOutput(format)
  let database: string | undefined
  for (const one of statements) {
    if (one.use === undefined) await runOne(runner, one, { database, output, stdin })
    else database = one.use
  }
  await output.end()
}

interface Surroundings {
  readonly database: string | undefined
  readonly output: StatementOutput
  readonly stdin: NodeJS.ReadStream | undefined
}

async function runOne(
  runner: StatementRunner,
  one: Numbered,
  { database, output, stdin }: Surroundings,
): Promise<void> {
  const shown = one.namesFormat && output.asks !== undefined ? rawOutput(output.format) : output
  try {
    const answer = await runner.run({
      sql: one.sql,
      database,
      format: shown.format,
      ...(shown.asks === undefined ? {} : { limit: shown.asks }),
      ...(one.wantsRows && stdin !== undefined ? { rows: stdin } : {}),
    })
    await shown.add(one, answer.body)
    if (answer.writtenRows > 0)
      tell(`stored ${answer.writtenRows} ${answer.writtenRows === 1 ? 'row' : 'rows'}`)
  } catch (error) {
    throw failureOf(error, one)
  }
}

/** The text of the statements; what is left of standard input is rows for the last of them. */
async function textOf({
  statements,
  file,
}: SqlCommand): Promise<{ text: string; stdin?: NodeJS.ReadStream }> {
  if (statements !== undefined && file !== undefined)
    throw new CommandFailed('say the statements or -f, not both', exitCodes.usage)
  if (statements !== undefined)
    return { text: statements, ...(process.stdin.isTTY ? {} : { stdin: process.stdin }) }
  if (file !== undefined && file !== '-') return { text: utf8Of(await bytesOf(file), file) }
  if (process.stdin.isTTY)
    throw new CommandFailed(
      'what is to be run? Say it as in firewatch sql "SHOW TABLES", or name a file with -f',
      exitCodes.usage,
    )
  const chunks: Buffer[] = []
  for await (const chunk of process.stdin as AsyncIterable<Buffer>) chunks.push(chunk)
  return { text: utf8Of(Buffer.concat(chunks), 'standard input') }
}

async function bytesOf(file: string): Promise<Uint8Array> {
  return readFile(file).catch((error: unknown) => {
    throw new CommandFailed(`${file} cannot be read: ${unreadableReason(error)}`, exitCodes.usage)
  })
}

function utf8Of(bytes: Uint8Array, name: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    throw new CommandFailed(`${name} is not UTF-8 text`, exitCodes.usage)
  }
}

/** Before the first of them runs: what cannot work leaves nothing half done. */
function refuseUnfit(
  { isSet, namesFormat, wantsRows, line, number, isInsert }: Numbered,
  { json }: SqlCommand,
  stdin: NodeJS.ReadStream | undefined,
  of: number,
): void {
  const where = `statement ${number} (line ${line})`
  if (isSet)
    throw new CommandFailed(
      `${where}: SET would end with its own request: put SETTINGS into the statements that need it`,
      exitCodes.usage,
    )
  if (wantsRows && (stdin === undefined || number !== of))
    throw new CommandFailed(
      `${where}: no rows follow: write them behind the format's name, or send them by standard input to one INSERT`,
      exitCodes.usage,
    )
  if (json === true && namesFormat && !isInsert)
    throw new CommandFailed(`${where}: with --json a statement names no FORMAT of its own`, exitCodes.usage)
}

/** Names the place of a failure; ClickHouse counts lines from the beginning of the statement. */
function failureOf(error: unknown, { number, line }: Numbered): unknown {
  const where = `statement ${number} (line ${line})`
  if (!(error instanceof Error)) return error
  if (!(error instanceof ClickHouseQueryFailed))
    return new CommandFailed(`${where}: ${errorMessage(error)}`, exitCodes.unreachable)
  const text = errorMessage(error)
    .replace(/^Code: \d+\. DB::Exception: /, '')
    .replace(/\(line (\d+), col (\d+)\)/, (_, at: string, column: string) => {
      return `(line ${line + Number(at) - 1}, column ${column})`
    })
  const before =
    number === 1 ? '' : `\nThe ${number - 1} before it ${number === 2 ? 'was' : 'were'} carried out.`
  return new CommandFailed(
    `${where}: ${text} (${error.type}, code ${error.code})${before}`,
    exitCodes.refused,
  )
}
