import type { Command } from 'commander'
import { configurationJsonSchema, validateConfiguration } from '../../config/load.ts'
import { ConfigurationError } from '../../config/problems.ts'
import { print } from '../terminal.ts'

/** `config validate` and `config schema`. */
export function addConfigCommands(program: Command): void {
  const config = program.command('config').description('look at a configuration without running it')

  config
    .command('validate [file]')
    .description('name every problem of a configuration and its runbooks')
    .option('--json', 'print JSON')
    .action(async (file: string | undefined, options: { json?: boolean }) => {
      const path = file ?? 'firewatch.yaml'
      const { configuration, problems } = await validateConfiguration(path)
      print(options, { valid: configuration !== undefined, problems }, () =>
        configuration === undefined ? '' : `${path} is valid; revision ${configuration.revision}`,
      )
      if (configuration === undefined) throw new ConfigurationError(problems)
    })

  config
    .command('schema')
    .description('JSON Schema of firewatch.yaml, for editors')
    .option('--json', 'print JSON, as it does anyway')
    .action(() => print({ json: true }, configurationJsonSchema(), () => ''))
}
