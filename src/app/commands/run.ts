import type { Command } from 'commander'
import { serve } from '../serve.ts'
import { settingsFrom } from '../settings.ts'
import { up } from '../up.ts'
import { work } from '../worker.ts'

/** `up`, and the two processes it consists of for those who run them apart. */
export function addRunCommands(program: Command): void {
  program
    .command('up')
    .description('run everything on this machine: Temporal, PostgreSQL, ClickHouse, server and worker')
    .option('--config <file>', 'configuration', 'firewatch.yaml')
    .option('--data <directory>', 'where everything is kept', '.firewatch')
    .option('--port <port>', 'of the server; 0 takes any free one')
    .action((options: { config: string; data: string; port?: string }) => up(options, process.env))

  program
    .command('serve')
    .description('run the server: HTTP API, console and dispatcher; where the others are is said by the environment')
    .action(() => serve(settingsFrom(process.env)))

  program
    .command('worker')
    .description('run a worker: checks, incidents, remediation, escalation and reviews')
    .action(() => work(settingsFrom(process.env), process.env))
}
