import type { Command } from 'commander'
import { severities } from '../../domain/values/severity.ts'
import { choice, moment } from '../options.ts'
import type { SimulateOptions } from '../simulate-command.ts'
import { say } from './on-call.ts'
import { reading } from './on-call-options.ts'

/** `simulate`: tries a policy without paging anybody. */
export function addSimulateCommand(program: Command): void {
  reading(program, 'simulate', 'who would be paged under a policy, when and over what; pages nobody')
    .requiredOption('--policy <file>', 'YAML with a policy by its name, or a whole configuration')
    .option('--policy-name <name>', 'which one, when the file has several')
    .option('--incident <incident>', 'replay what happened in this incident')
    .addOption(moment('--at <instant>', 'without an incident: when it begins; by default now'))
    .addOption(choice('--severity <severity>', 'without an incident; by default P1', severities))
    .option('--service <name>', 'without an incident: whose maintenance counts')
    .action(async (options: SimulateOptions) => {
      const { simulate } = await import('../simulate-command.ts')
      say(options, await simulate(options, process.env, Date.now()))
    })
}
