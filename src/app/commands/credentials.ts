import type { Command } from 'commander'
import { connectApi } from '../api-client.ts'
import { print } from '../terminal.ts'

interface Options {
  readonly data: string
  readonly json?: boolean
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
    .option('--json', 'print JSON')
    .action(async (person: string, options: Options) => {
      const api = await connectApi(options.data, process.env)
      const made = await api.post<{ token: string }>('/api/v1/tokens', { person })
      print(options, made, () => made.token)
    })
}
