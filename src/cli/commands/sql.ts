import { type Command, InvalidArgumentError } from 'commander'
import { parseDuration } from '../../domain/values/duration.ts'
import { takingWords } from '../options.ts'
import type { Installation } from '../installation.ts'

interface Options {
  readonly file?: string
  readonly format?: string
  readonly limit: number
  readonly timeout: number
  readonly data: string
  readonly json?: boolean
}

/** `sql`: whatever ClickHouse takes, against the ClickHouse of this Firewatch. */
export function addSqlCommand(program: Command, { runSql }: Pick<Installation, 'runSql'>): void {
  takingWords(program.command('sql [statements]'))
    .description(
      'run SQL against the ClickHouse of this Firewatch; without statements or -f they are read from standard input',
    )
    .option('-f, --file <file>', 'read the statements from a file; "-" is standard input')
    .option(
      '--format <format>',
      'print what ClickHouse writes in this format, such as CSVWithNames or Vertical',
    )
    .option('--limit <rows>', 'show so many rows of each result at most', rowsOf, 1_000)
    .option('--timeout <duration>', 'give a statement up after this', timeoutOf, 60_000)
    .option('--data <directory>', 'data directory of the running Firewatch', '.firewatch')
    .option('--json', 'print JSON')
    .action((statements: string | undefined, { timeout, ...options }: Options) =>
      runSql({ ...options, timeoutMs: timeout, ...(statements === undefined ? {} : { statements }) }),
    )
}

function rowsOf(text: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text)
  throw new InvalidArgumentError('A number of rows from 1 to 999999999 is expected.')
}

function timeoutOf(text: string): number {
  const ms = parseDuration(text)
  if (ms !== undefined && ms >= 1_000 && ms <= 86_400_000) return ms
  throw new InvalidArgumentError('A duration from 1s to 24h is expected, such as 90s.')
}
