import type { Command } from 'commander'
import { give, type Options, reading } from './incidents.ts'

interface Reason {
  readonly reason: string
}

/** The commands by which people say which incidents are one, and which are not. */
export function addMergeCommands(program: Command): void {
  reading(program, 'merge <incident>', 'make it part of another one: it pages nobody while that does')
    .requiredOption('--into <incident>', 'what it is part of')
    .requiredOption('--reason <text>', 'why, for those who read it later')
    .action((name: string, { into, reason, ...options }: Options & Reason & { into: string }) =>
      give(name, 'merge', { into, reason }, options),
    )
  reading(program, 'unmerge <incident>', 'take it apart from what it is part of: it pages by itself')
    .requiredOption('--reason <text>', 'why, for those who read it later')
    .action((name: string, { reason, ...options }: Options & Reason) =>
      give(name, 'unmerge', { reason }, options),
    )
  reading(program, 'split <incident>', 'make some of its alerts an incident of their own')
    .option('--match <matchers...>', 'alerts with these labels, such as instance="db1"', [])
    .option('--alert <fingerprints...>', 'alerts by their fingerprints', [])
    .requiredOption('--reason <text>', 'why, for those who read it later')
    .action((name: string, { match, alert, reason, ...options }: Options & Reason & Chosen) =>
      give(name, 'split', { matchers: match, alerts: alert, reason }, options),
    )
}

interface Chosen {
  readonly match: readonly string[]
  readonly alert: readonly string[]
}
