import type { Command } from 'commander'
import { configurationJsonSchema, validateConfiguration } from '../../config/load.ts'
import { ConfigurationError } from '../../config/problems.ts'
import { countReferences, unreadableReferences } from '../../config/references.ts'
import { CommandFailed, connectApi, exitCodes } from '../api-client.ts'
import type { ApplyOptions } from '../config-apply.ts'
import type { PlanOptions } from '../config-plan.ts'
import type { ConfigurationStatus } from '../../domain/configuration/process.ts'
import { running } from './on-call-options.ts'
import { print } from '../terminal.ts'

/** `config`: judging a configuration, planning and applying it. What planning needs is loaded when it is asked for. */
export function addConfigCommands(program: Command): void {
  const config = program.command('config').description('judge, plan and apply a configuration')

  config
    .command('validate [file]')
    .description('name every problem of a configuration and its runbooks')
    .option('--env', 'look up each ${env:NAME} and ${file:/path} too, with the environment of this command')
    .option('--json', 'print JSON')
    .action((file: string | undefined, options: ValidateOptions) =>
      validate(file ?? 'firewatch.yaml', options, process.env),
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
      const { readerZone } = await import('../on-call-source.ts')
      const api = await connectApi(options.data, process.env)
      const status = await api.get<ConfigurationStatus>('/api/v1/configuration/status')
      const told = tellStatus(status, readerZone(options))
      print(options, told.value, () => told.text)
      if (options.check === true && !told.isEven)
        throw new CommandFailed('not every process runs what is wanted', exitCodes.refused)
    })
}

interface ValidateOptions {
  readonly env?: boolean
  readonly json?: boolean
}

/** @throws ConfigurationError naming every problem */
async function validate(path: string, options: ValidateOptions, env: NodeJS.ProcessEnv): Promise<void> {
  const { configuration, problems: written } = await validateConfiguration(path)
  const looksUp = options.env === true && configuration !== undefined
  const problems = looksUp ? await unreadableReferences(path, env) : written
  const valid = configuration !== undefined && problems.length === 0
  const skipped = configuration === undefined || looksUp ? 0 : await countReferences(path)
  print(options, { valid, problems }, () => {
    if (!valid) return ''
    const hint = skipped === 0 ? [] : [`${references(skipped)} not looked up; --env does that`]
    return [`${path} is valid; revision ${configuration.revision}`, ...hint].join('\n')
  })
  if (!valid) throw new ConfigurationError(problems)
}

function references(count: number): string {
  return count === 1 ? '1 reference to a secret was' : `${count} references to secrets were`
}
