import type { Command } from 'commander'

interface Options {
  readonly from: string
  readonly to: string
  readonly incidents?: boolean
  readonly config: string
  readonly data: string
  readonly json?: boolean
}

/** `check replay`. */
export function addReplayCommand(program: Command): void {
  const check = program.command('check').description('try checks')

  check
    .command('replay <name>')
    .description('walk a check over recorded data, bucket by bucket, and tell what it would have done')
    .requiredOption('--from <instant>', 'first bucket, such as 2026-03-01 or 2026-03-01T06:00:00Z')
    .requiredOption('--to <instant>', 'end of the last bucket')
    .option('--incidents', 'keep the incidents that it would have opened, resolved, with evidence and review')
    .option('--config <file>', 'configuration that has the check', 'firewatch.yaml')
    .option('--data <directory>', 'data directory of the running Firewatch', '.firewatch')
    .option('--json', 'print JSON')
    .action(async (name: string, options: Options) => {
      const { runReplay } = await import('../replay-command.ts')
      await runReplay({ ...options, check: name }, process.env)
    })
}
