import { Argument, type Command } from 'commander'
import { severities } from '../../domain/values/severity.ts'
import { duration, position } from '../options.ts'
import { commanding, give, type Options, reading } from './incidents.ts'

/** The commands by which people say who has an incident, how bad it is and whom it pages. */
export function addOwnershipCommands(program: Command): void {
  commanding(program, 'take', 'take-over', 'take it over, whoever has it')
  reading(program, 'hand-over <incident>', 'ask somebody to take it; until they do, nothing changes')
    .requiredOption('--to <person>', 'who is to take it')
    .action((name: string, { to, ...options }: Options & { to: string }) =>
      give(name, 'hand-over', { to }, options),
    )
  reading(program, 'snooze <incident>', 'take it, and be asked again after a while')
    .addOption(duration('--for <duration>', 'how long, such as 30m or 1h').makeOptionMandatory())
    .action((name: string, options: Options & { for: string }) =>
      give(name, 'snooze', { for: options.for }, options),
    )
  reading(program, 'severity <incident>', 'set the severity')
    .addArgument(new Argument('<severity>', 'how bad it is').choices(severities))
    .action((name: string, severity: string, options: Options) =>
      give(name, 'severity', { severity }, options),
    )
  reading(program, 'apply-policy <incident>', 'go by an escalation policy as it is configured now')
    .option('--policy <name>', 'which one; without it, the one of its route')
    .option('--keep', 'go on where it stands, instead of from the first step')
    .action((name: string, { policy, keep = false, ...options }: Options & AppliedPolicy) =>
      give(name, 'apply-policy', { keep, ...(policy === undefined ? {} : { policy }) }, options),
    )
  reading(program, 'escalate <incident>', 'page the next step now')
    .addOption(position('--as-of <position>', 'only if no later step than this was entered, such as r0/s2'))
    .action((name: string, { asOf, ...options }: Options & { asOf?: string }) =>
      give(name, 'escalate', asOf === undefined ? {} : { asOf }, options),
    )
}

interface AppliedPolicy {
  readonly policy?: string
  readonly keep?: boolean
}
