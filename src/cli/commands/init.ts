import { randomUUID } from 'node:crypto'
import { link, rename, rm, stat, writeFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import type { Command } from 'commander'
import { validateConfiguration } from '../../config/load.ts'
import { errorCode, errorMessage } from '../../domain/values/error-message.ts'
import { CommandFailed, exitCodes } from '../api-client.ts'
import { buckets, checkKinds, contactKinds, metricKinds, operators, secretsOf } from '../init-answers.ts'
import type { InitFlags } from '../init-flags.ts'
import { interview } from '../init-interview.ts'
import { createAsker } from '../init-questions.ts'
import { configurationText, nextSteps } from '../init-yaml.ts'
import { choice, zone } from '../options.ts'
import type { Catalogue, Installation } from '../installation.ts'
import { print, tell } from '../terminal.ts'

interface Options extends InitFlags {
  readonly yes?: boolean
  readonly force?: boolean
  readonly data: string
  readonly json?: boolean
}

/** `init`: a first configuration out of a few answers. */
export function addInitCommand(program: Command, installation: Pick<Installation, 'openCatalogue'>): void {
  program
    .command('init [file]')
    .description('write a first configuration, asking what is not said by options')
    .option('--yes', 'take what is suggested for everything that is not said')
    .option('--force', 'write over a file that is there')
    .option('--clickhouse <url>', 'where the tables are; otherwise CLICKHOUSE_URL, or the running Firewatch')
    .option('--no-clickhouse', 'watch no table yet')
    .option('--table <table>', 'what is watched, database.table')
    .option('--time-column <column>', 'says when it happened')
    .addOption(choice('--metric <kind>', 'what is measured', metricKinds))
    .option('--column <column>', 'of sum, average and quantile')
    .option('--quantile <level>', 'such as 0.95')
    .option('--where <condition>', 'of a ratio, such as "status >= 500"')
    .addOption(choice('--bucket <duration>', 'how much time is judged at once', Object.keys(buckets)))
    .addOption(choice('--check <kind>', 'what is wrong', checkKinds))
    .addOption(choice('--op <op>', 'of a threshold: on which side it is wrong', operators))
    .option('--threshold <number>', 'from which value on something is wrong')
    .option('--service <name>', 'what it is a part of')
    .option('--person <name>', 'who is paged')
    .addOption(zone('--time-zone <zone>', 'of the person and the configuration, such as Europe/Berlin'))
    .addOption(choice('--contact <channel>', 'how the person is paged', contactKinds))
    .option('--address <address>', 'mail address, Slack id or Telegram chat of the person')
    .option('--data <directory>', 'data directory of a running Firewatch', '.firewatch')
    .option('--json', 'print JSON')
    .action((file: string | undefined, options: Options) =>
      init(file ?? 'firewatch.yaml', options, installation),
    )
}

async function init(
  file: string,
  options: Options,
  { openCatalogue }: Pick<Installation, 'openCatalogue'>,
): Promise<void> {
  if (options.force !== true) await refuseExisting(file)
  const asker = createAsker({ yes: options.yes === true, isTerminal: process.stdin.isTTY })
  const { clickhouse, data } = options
  const address = { data, ...(typeof clickhouse === 'string' ? { url: clickhouse } : {}) }
  let catalogue: Catalogue | undefined
  try {
    catalogue = clickhouse === false ? undefined : await openCatalogue(address)
    if (catalogue === undefined && clickhouse !== false && options.table === undefined)
      tell('no ClickHouse was found: say --clickhouse, or start "firewatch up" first; nothing is watched yet')
    const answers = await interview(asker, options, catalogue)
    asker.refuseMissing()
    await write(file, configurationText(answers, file), options.force === true)
    const next = nextSteps(answers, file)
    const secrets = secretsOf(answers).map(([name, what]) => ({ name, what }))
    print(options, { file, secrets, next }, () =>
      [
        `${file} is written.`,
        'It refers to secrets that only the environment knows:',
        ...secrets.map(({ name, what }) => `  ${name}   ${what}`),
        'Next:',
        ...next.map((line) => `  ${line}`),
      ].join('\n'),
    )
  } finally {
    asker.close()
    await catalogue?.close()
  }
}

/** Before anything is asked. @throws CommandFailed */
async function refuseExisting(file: string): Promise<void> {
  if (await stat(file).catch(() => undefined)) throw exists(file)
}

function exists(file: string): CommandFailed {
  return new CommandFailed(
    `${file} is there already: --force writes over it, or name another file`,
    exitCodes.refused,
  )
}

/**
 * The whole file or nothing, and only one that is valid.
 * @throws CommandFailed when the file is there, cannot be written, or would not be valid
 */
async function write(file: string, text: string, force: boolean): Promise<void> {
  const whole = resolve(file)
  const draft = join(dirname(whole), `.${randomUUID()}.firewatch.yaml`)
  try {
    await writeFile(draft, text, { flag: 'wx' })
    const { problems } = await validateConfiguration(draft)
    if (problems.length > 0) {
      const told = problems.map(({ path, message }) => `  ${path}: ${message}`).join('\n')
      throw new CommandFailed(`this cannot be a configuration; say it differently:\n${told}`, exitCodes.usage)
    }
    // A link never takes the place of a file that came meanwhile.
    await (force ? rename(draft, whole) : link(draft, whole))
  } catch (error) {
    if (error instanceof CommandFailed) throw error
    if (errorCode(error) === 'EEXIST') throw exists(file)
    throw new CommandFailed(`${file} cannot be written: ${unwritableReason(error, whole)}`, exitCodes.refused)
  } finally {
    await rm(draft, { force: true })
  }
}

/** The file that is written first has a name that means nothing to anybody. */
function unwritableReason(error: unknown, whole: string): string {
  switch (errorCode(error)) {
    case 'ENOENT':
    case 'ENOTDIR':
      return `there is no folder ${dirname(whole)}`
    case 'EISDIR':
      return 'it is a folder'
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return `${dirname(whole)} may not be written to`
    default:
      return errorMessage(error)
  }
}
