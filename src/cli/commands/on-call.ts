import type { Command } from 'commander'
import { CommandFailed, exitCodes } from '../api-client.ts'
import type { ChangeOptions } from '../on-call-changing.ts'
import type { CommandOutput } from '../on-call-reading.ts'
import type { OnCallOptions } from '../on-call-source.ts'
import { moment, wholeNumber } from '../options.ts'
import { print } from '../terminal.ts'
import { addOnCallFileCommands } from './on-call-files.ts'
import { reading, running } from './on-call-options.ts'

type Range = { readonly from?: string; readonly to?: string }

/** `oncall`: who is on call, and changing it for a while. What they need is loaded when one is run. */
export function addOnCallCommands(program: Command): void {
  const oncall = program.command('oncall').description('who is on call, and changing it for a while')
  addReading(oncall)
  addFairness(oncall)
  addChanging(oncall)
  addSwaps(oncall)
  addOnCallFileCommands(oncall)
}

function addReading(oncall: Command): void {
  reading(oncall, 'who [schedule]', 'who is on call now')
    .addOption(moment('--at <instant>', 'or then'))
    .action(async (name: string | undefined, options: OnCallOptions & { at?: string }) => {
      const { tellWho } = await import('../on-call-reading.ts')
      say(options, tellWho(await view(options), name, options.at))
    })

  reading(oncall, 'next [schedule]', 'the coming hand-offs')
    .addOption(wholeNumber('--count <number>', 'how many of each schedule', [1, 1_000]).default(5))
    .action(async (name: string | undefined, options: OnCallOptions & { count: number }) => {
      const { tellNext } = await import('../on-call-reading.ts')
      say(options, tellNext(await view(options), name, options.count))
    })

  ranged(reading(oncall, 'gaps [schedule]', 'when nobody is on call, by default in the next year'))
    .option('--check', 'exit with 4 when there is a gap')
    .action(async (name: string | undefined, options: OnCallOptions & Range & { check?: boolean }) => {
      const { tellGaps } = await import('../on-call-reading.ts')
      const told = tellGaps(await view(options), name, options)
      say(options, told)
      if (options.check === true && told.count > 0)
        throw new CommandFailed(`there are ${told.count} gaps`, exitCodes.refused)
    })

  ranged(reading(oncall, 'preview <schedule>', 'shift by shift, by default the next two weeks')).action(
    async (name: string, options: OnCallOptions & Range) => {
      const { tellPreview } = await import('../on-call-reading.ts')
      say(options, tellPreview(await view(options), name, options))
    },
  )
}

function addFairness(oncall: Command): void {
  ranged(
    reading(
      oncall,
      'fairness [schedule]',
      'hours, nights, weekends and holidays of each person, by default in the next year',
    ),
  ).action(async (name: string | undefined, options: OnCallOptions & Range) => {
    const { tellFairness } = await import('../on-call-fairness.ts')
    say(options, tellFairness(await view(options), name, options))
  })
}

function addChanging(oncall: Command): void {
  changing(oncall, 'override <schedule>', 'put somebody on call for a while, take somebody off, or both')
    .addOption(moment('--to <instant>', 'until when').makeOptionMandatory())
    .option('--add <user>', 'who is on call then')
    .option('--remove <user>', 'who is not; with --add: who is replaced')
    .action(async (name: string, options: ChangeOptions & { add?: string; remove?: string }) => {
      const { add, remove } = options
      await change([name, 'overrides'], { add, remove }, options)
    })

  changing(oncall, 'temporary <schedule>', 'for a while these shifts, whatever the schedule says')
    .addOption(moment('--to <instant>', 'until when').makeOptionMandatory())
    .option('--shifts <file>', 'YAML list as in the configuration')
    .option('--empty', 'without --shifts: nobody is on call in this time')
    .action(async (name: string, options: ChangeOptions & { shifts?: string; empty?: boolean }) => {
      const { confirmEmpty, shiftsFile } = await import('../on-call-changing.ts')
      const { shifts: file, empty = false } = options
      if (file !== undefined && empty)
        throw new CommandFailed('say --shifts or --empty, not both', exitCodes.usage)
      const shifts = file === undefined ? [] : await shiftsFile(file)
      if (shifts.length === 0 && !empty) await confirmEmpty(name, options, process.env, Date.now())
      await change([name, 'temporary'], { shifts }, options)
    })

  running(oncall, 'end <schedule> <id>', 'end a change from now on; what was, stays').action(
    async (name: string, id: string, options: ChangeOptions) =>
      change([name, 'changes', id, 'end'], {}, options),
  )
}

function addSwaps(oncall: Command): void {
  const swap = oncall.command('swap').description('give a shift away, or take one')
  changing(swap, 'offer <schedule>', 'offer a shift; it stays yours until somebody takes it')
    .addOption(moment('--to <instant>', 'until when').makeOptionMandatory())
    .option('--owner <user>', 'whose shift; by default yours')
    .action(async (name: string, options: ChangeOptions & { owner?: string }) =>
      change([name, 'swaps'], { owner: options.owner }, options),
    )
  running(swap, 'take <schedule> <id>', 'take a shift that is offered')
    .option('--taker <user>', 'for whom; by default for you')
    .action(async (name: string, id: string, options: ChangeOptions & { taker?: string }) =>
      change([name, 'swaps', id, 'take'], { taker: options.taker }, options),
    )
}

async function change(path: readonly string[], body: object, options: ChangeOptions): Promise<void> {
  const { change: send } = await import('../on-call-changing.ts')
  say(options, await send(path, body, options, process.env, Date.now()))
}

async function view(options: OnCallOptions) {
  const { openOnCallView } = await import('../on-call-source.ts')
  return openOnCallView(options, process.env, Date.now())
}

/** Prints what a command has to say. */
export function say(options: { readonly json?: boolean }, { value, text }: CommandOutput): void {
  print(options, value, () => text)
}

function changing(parent: Command, usage: string, description: string): Command {
  return running(parent, usage, description)
    .addOption(moment('--from <instant>', 'from when; by default from now'))
    .option('--reason <text>', 'why, for those who look later')
}

export function ranged(command: Command): Command {
  return command
    .addOption(moment('--from <instant>', 'from when; by default from now'))
    .addOption(moment('--to <instant>', 'until when, at most 400 days later'))
}
