import type { Command } from 'commander'
import type { Configuration } from '../../domain/configuration/configuration.ts'
import { errorMessage } from '../../domain/values/error-message.ts'
import { identifierParts } from '../../domain/values/sql-identifier.ts'
import { configurationJsonSchema, validateConfiguration } from '../../config/load.ts'
import { ConfigurationError, formatProblem } from '../../config/problems.ts'
import { countReferences, unreadableReferences } from '../../config/references.ts'
import type { Installation } from '../installation.ts'
import { print, tell } from '../terminal.ts'

/** `config validate` and `config schema`. */
export function addConfigCommands(
  program: Command,
  { openCatalogue }: Pick<Installation, 'openCatalogue'>,
): void {
  const config = program.command('config').description('look at a configuration without running it')

  config
    .command('validate [file]')
    .description('name every problem of a configuration and its runbooks')
    .option('--env', 'look up each ${env:NAME} and ${file:/path} too, with the environment of this command')
    .option(
      '--data <directory>',
      'data directory of a running Firewatch, whose tables are looked at',
      '.firewatch',
    )
    .option('--json', 'print JSON')
    .action((file: string | undefined, options: ValidateOptions) =>
      validate(file ?? 'firewatch.yaml', options, process.env, openCatalogue),
    )

  config
    .command('schema')
    .description('JSON Schema of firewatch.yaml, for editors')
    .option('--json', 'print JSON, as it does anyway')
    .action(() => print({ json: true }, configurationJsonSchema(), () => ''))
}

interface ValidateOptions {
  readonly env?: boolean
  readonly data: string
  readonly json?: boolean
}

/** @throws ConfigurationError naming every problem */
async function validate(
  path: string,
  options: ValidateOptions,
  env: NodeJS.ProcessEnv,
  openCatalogue: Installation['openCatalogue'],
): Promise<void> {
  const { configuration, problems: written, warnings: warningsOf } = await validateConfiguration(path)
  const warnings = warningsOf()
  const looksUp = options.env === true && configuration !== undefined
  const problems = looksUp ? await unreadableReferences(path, env) : written
  const valid = configuration !== undefined && problems.length === 0
  const skipped = configuration === undefined || looksUp ? 0 : await countReferences(path)
  const waiting = valid ? await missingSources(configuration, options, openCatalogue) : []
  for (const warning of warnings) tell(`warning: ${formatProblem(warning)}`)
  print(options, { valid, problems, warnings, waiting }, () => {
    if (!valid) return ''
    const hint = skipped === 0 ? [] : [`${references(skipped)} not looked up; --env does that`]
    const missing = waiting.map(
      ({ source, table, column }) =>
        `sources.${source}: ClickHouse has no table ${table} with a time column ${column} yet; its checks will wait for it`,
    )
    return [`${path} is valid; revision ${configuration.revision}`, ...hint, ...missing].join('\n')
  })
  if (!valid) throw new ConfigurationError(problems)
}

interface MissingSource {
  readonly source: string
  readonly table: string
  readonly column: string
}

/** Sources that ClickHouse does not have yet, where there is one that answers. That is no problem of the configuration. */
async function missingSources(
  { sources }: Configuration,
  { data }: ValidateOptions,
  openCatalogue: Installation['openCatalogue'],
): Promise<MissingSource[]> {
  const catalogue = await openCatalogue({ data })
  if (catalogue === undefined) return []
  try {
    const found = new Map(
      (await catalogue.tables()).map(({ database, table, timeColumns }) => [
        JSON.stringify([database, table]),
        timeColumns,
      ]),
    )
    return Object.values(sources).flatMap(({ name, table, timeColumn }) => {
      const columns = found.get(JSON.stringify(identifierParts(table))) ?? []
      return columns.includes(identifierParts(timeColumn)?.[0] ?? '')
        ? []
        : [{ source: name, table, column: timeColumn }]
    })
  } catch (error) {
    tell(`the tables could not be looked at: ${errorMessage(error)}`)
    return []
  } finally {
    await catalogue.close()
  }
}

function references(count: number): string {
  return count === 1 ? '1 reference to a secret was' : `${count} references to secrets were`
}
