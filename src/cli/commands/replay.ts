import type { Command } from 'commander'
import type { Installation, ReplayCommand } from '../installation.ts'

type Options = Omit<ReplayCommand, 'check'>

/** `check replay`. */
export function addReplayCommand(program: Command, { replayCheck }: Pick<Installation, 'replayCheck'>): void {
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
    .action((name: string, options: Options) => replayCheck({ ...options, check: name }))
}
