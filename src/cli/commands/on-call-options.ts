import type { Command } from 'commander'
import { zone } from '../options.ts'

/** Works on the running Firewatch, or on a file. */
export function reading(parent: Command, usage: string, description: string): Command {
  return running(parent, usage, description).option(
    '--config <file>',
    'work on this configuration instead of a running Firewatch',
  )
}

export function running(parent: Command, usage: string, description: string): Command {
  return parent
    .command(usage)
    .description(description)
    .addOption(
      zone('--time-zone <zone>', 'in which times are read and written; by default that of the configuration'),
    )
    .option('--data <directory>', 'data directory of the running Firewatch', '.firewatch')
    .option('--json', 'print JSON')
}
