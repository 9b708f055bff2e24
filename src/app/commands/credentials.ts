import type { Command } from 'commander'
import { CommandFailed, connectApi, exitCodes } from '../api-client.ts'
import { recordSettingsFrom } from '../settings.ts'
import { print } from '../terminal.ts'

interface Options {
  readonly data: string
  readonly json?: boolean
}

interface DirectOptions {
  readonly direct?: boolean
  readonly replace?: boolean
}

/** `login` and `token`: ways in for people and for programs. */
export function addCredentialCommands(program: Command): void {
  program
    .command('login')
    .description('print a link that opens the console once')
    .option('--data <directory>', 'data directory of the running Firewatch', '.firewatch')
    .option('--json', 'print JSON')
    .action(async (options: Options) => {
      const api = await connectApi(options.data, process.env)
      const { path } = await api.post<{ path: string }>('/api/v1/login-links')
      const link = new URL(path, api.url).href
      print(options, { link }, () => link)
    })

  program
    .command('token <person>')
    .description('make an API token for a configured user; it is shown once')
    .option('--data <directory>', 'data directory of the running Firewatch', '.firewatch')
    .option(
      '--direct',
      'work on DATABASE_URL and FIREWATCH_CONFIG: for the first token, when no server can be asked',
    )
    .option('--replace', 'with --direct: end all tokens that the user has')
    .option('--json', 'print JSON')
    .action(async (person: string, options: Options & DirectOptions) => {
      if (options.direct === true) return makeDirectly(person, options)
      if (options.replace === true) throw new CommandFailed('--replace needs --direct', exitCodes.usage)
      const api = await connectApi(options.data, process.env)
      const made = await api.post<{ token: string }>('/api/v1/tokens', { person })
      print(options, made, () => made.token)
      return undefined
    })
}

async function makeDirectly(person: string, options: Options & DirectOptions): Promise<void> {
  const settings = recordSettingsFrom(process.env)
  const { issueToken } = await import('../direct-token.ts')
  const made = await issueToken(person, options.replace === true, settings)
  print(options, made, () => made.token)
}
