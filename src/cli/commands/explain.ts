import type { Command } from 'commander'
import { type EventFormat, eventFormats, type Installation } from '../installation.ts'
import type { ExplainOptions } from '../explain-command.ts'
import { choice, moment } from '../options.ts'
import { say } from './on-call.ts'
import { running } from './on-call-options.ts'

/** `explain`: where an event would go, and why. */
export function addExplainCommand(program: Command, { readEvent }: Pick<Installation, 'readEvent'>): void {
  running(program, 'explain', 'where an event would go, why, and whom it would page; pages nobody')
    .requiredOption('--event <file>', 'JSON: an alert, or a body as a sender sends it; - is standard input')
    .addOption(choice('--as <format>', 'what the event is; by default it is recognised', eventFormats))
    .addOption(moment('--at <instant>', 'when it comes in; by default now'))
    .option(
      '--config <file>',
      'by this configuration; by default that of the running Firewatch, else firewatch.yaml',
    )
    .action(async (options: ExplainOptions & { readonly as?: EventFormat }) => {
      const { explain, readEventFile } = await import('../explain-command.ts')
      const now = new Date()
      const reading = await readEvent(await readEventFile(options.event), options.as, now)
      say(options, await explain(reading, options, process.env, now.getTime()))
    })
}
