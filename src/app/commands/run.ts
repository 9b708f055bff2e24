import type { Command } from 'commander'
import { settingsFrom } from '../settings.ts'

/**
 * `up`, and the two processes it consists of for those who run them apart. Each is loaded only when it is run: the other
 * commands answer at once.
 */
export function addRunCommands(program: Command): void {
  program
    .command('up')
    .description('run everything on this machine: Temporal, PostgreSQL, ClickHouse, server and worker')
    .option('--config <file>', 'configuration', 'firewatch.yaml')
    .option('--data <directory>', 'where everything is kept', '.firewatch')
    .option('--port <port>', 'of the server; 0 takes any free one')
    .action(async (options: { config: string; data: string; port?: string }) => {
      const { up } = await import('../up.ts')
      await up(options, process.env)
    })

  program
    .command('serve')
    .description(
      'run the server: HTTP API, console and dispatcher; where the others are is said by the environment',
    )
    .action(async () => {
      const { serve } = await import('../serve.ts')
      await serve(settingsFrom(process.env), process.env)
    })

  program
    .command('worker')
    .description('run a worker: checks, incidents, remediation, escalation and reviews')
    .action(async () => {
      const { work } = await import('../worker.ts')
      await work(settingsFrom(process.env), process.env)
    })
}
