import type { Command } from 'commander'
import { configurationJsonSchema, validateConfiguration } from '../../config/load.ts'
import { ConfigurationError, formatProblem } from '../../config/problems.ts'
import { countReferences, unreadableReferences } from '../../config/references.ts'
import { print, tell } from '../terminal.ts'

/** `config validate` and `config schema`. */
export function addConfigCommands(program: Command): void {
  const config = program.command('config').description('look at a configuration without running it')

  config
    .command('validate [file]')
    .description('name every problem of a configuration and its runbooks')
    .option('--env', 'look up each ${env:NAME} and ${file:/path} too, with the environment of this command')
    .option('--json', 'print JSON')
    .action((file: string | undefined, options: ValidateOptions) =>
      validate(file ?? 'firewatch.yaml', options, process.env),
    )

  config
    .command('schema')
    .description('JSON Schema of firewatch.yaml, for editors')
    .option('--json', 'print JSON, as it does anyway')
    .action(() => print({ json: true }, configurationJsonSchema(), () => ''))
}

interface ValidateOptions {
  readonly env?: boolean
  readonly json?: boolean
}

/** @throws ConfigurationError naming every problem */
async function validate(path: string, options: ValidateOptions, env: NodeJS.ProcessEnv): Promise<void> {
  const { configuration, problems: written, warnings: warningsOf } = await validateConfiguration(path)
  const warnings = warningsOf()
  const looksUp = options.env === true && configuration !== undefined
  const problems = looksUp ? await unreadableReferences(path, env) : written
  const valid = configuration !== undefined && problems.length === 0
  const skipped = configuration === undefined || looksUp ? 0 : await countReferences(path)
  for (const warning of warnings) tell(`warning: ${formatProblem(warning)}`)
  print(options, { valid, problems, warnings }, () => {
    if (!valid) return ''
    const hint = skipped === 0 ? [] : [`${references(skipped)} not looked up; --env does that`]
    return [`${path} is valid; revision ${configuration.revision}`, ...hint].join('\n')
  })
  if (!valid) throw new ConfigurationError(problems)
}

function references(count: number): string {
  return count === 1 ? '1 reference to a secret was' : `${count} references to secrets were`
}
