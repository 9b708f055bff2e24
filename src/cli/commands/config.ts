import type { Command } from 'commander'
import type { Configuration } from '../../domain/configuration/configuration.ts'
import { errorMessage } from '../../domain/values/error-message.ts'
import { identifierParts } from '../../domain/values/sql-identifier.ts'
import { configurationJsonSchema, validateConfiguration } from '../../config/load.ts'
import { ConfigurationError, formatProblem } from '../../config/problems.ts'
import { countReferences, unreadableReferences } from '../../config/references.ts'
import { CommandFailed, connectApi, exitCodes } from '../api-client.ts'
import type { ApplyOptions } from '../config-apply.ts'
import type { PlanOptions } from '../config-plan.ts'
import type { ConfigurationStatus } from '../../domain/configuration/process.ts'
import type { Installation } from '../installation.ts'
import { inZone } from './incidents.ts'
import { running } from './on-call-options.ts'
import { print, tell } from '../terminal.ts'

/** `config`: judging a configuration, planning and applying it. What planning needs is loaded when it is asked for. */
export function addConfigCommands(
  program: Command,
  { openCatalogue }: Pick<Installation, 'openCatalogue'>,
): void {
  const config = program.command('config').description('judge, plan and apply a configuration')

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

  addRunningCommands(config)

  config
    .command('schema')
    .description('JSON Schema of firewatch.yaml, for editors')
    .option('--json', 'print JSON, as it does anyway')
    .action(() => print({ json: true }, configurationJsonSchema(), () => ''))
}

function addRunningCommands(config: Command): void {
  running(config, 'plan [file]', 'what a configuration changes; who goes on or off call now comes first')
    .option('--config <file>', 'compare with this configuration instead of the running Firewatch')
    .option('--check', 'exit with 4 when it changes anything')
    .action(async (file = 'firewatch.yaml', options: PlanOptions & { check?: boolean }) => {
      const { makePlan, tellPlan } = await import('../config-plan.ts')
      const { plan } = await makePlan(file, options, process.env, Date.now())
      const told = tellPlan(plan, file, options)
      print(options, told.value, () => told.text)
      if (options.check === true && plan.from !== plan.to)
        throw new CommandFailed(`${file} changes what runs`, exitCodes.refused)
    })

  running(config, 'apply [file]', 'show what a configuration changes, ask, and have everything take it up')
    .option('--yes', 'do not ask')
    .action(async (file = 'firewatch.yaml', options: ApplyOptions) => {
      const { applyFile } = await import('../config-apply.ts')
      const told = await applyFile(file, options, process.env, Date.now())
      print(options, told.value, () => told.text)
    })

  running(config, 'status', 'which configuration each server and worker runs')
    .option('--check', 'exit with 4 when one of them does not run what is wanted')
    .action(async (options: PlanOptions & { check?: boolean }) => {
      const { tellStatus } = await import('../config-status.ts')
      const api = await connectApi(options.data, process.env)
      const status = await api.get<ConfigurationStatus & { timeZone: string }>(
        inZone('/api/v1/configuration/status', options),
      )
      const told = tellStatus(status, status.timeZone)
      print(options, told.value, () => told.text)
      if (options.check === true && !told.isEven)
        throw new CommandFailed('not every process runs what is wanted', exitCodes.refused)
    })
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
