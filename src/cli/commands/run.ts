import type { Command } from 'commander'
import type { Installation, UpOptions } from '../installation.ts'

/** `up`, and the two processes it consists of for those who run them apart. */
export function addRunCommands(
  program: Command,
  installation: Pick<Installation, 'up' | 'serve' | 'work'>,
): void {
  program
    .command('up')
    .description('run everything on this machine: Temporal, PostgreSQL, ClickHouse, server and worker')
    .option('--config <file>', 'configuration', 'firewatch.yaml')
    .option('--data <directory>', 'where everything is kept', '.firewatch')
    .option('--port <port>', 'of the server; 0 takes any free one')
    .option(
      '--as <name>',
      'the configured user who you are: for the log-in link and for commands on this data directory',
    )
    .action((options: UpOptions) => installation.up(options))

  program
    .command('serve')
    .description(
      'run the server: HTTP API, console and dispatcher; where the others are is said by the environment',
    )
    .action(() => installation.serve())

  program
    .command('worker')
    .description('run a worker: checks, incidents, remediation, escalation and reviews')
    .action(() => installation.work())
}
