import type { Command } from 'commander'
import { CommandFailed, exitCodes } from '../api-client.ts'
import type { ImportOptions } from '../on-call-import.ts'
import type { OnCallOptions } from '../on-call-source.ts'
import { print, tell } from '../terminal.ts'
import { running } from './on-call-options.ts'

type Range = { readonly from?: string; readonly to?: string }

/** Of `oncall`: `feed`, `import` and `diff`, by which calendars and edits go out and come in. */
export function addOnCallFileCommands(oncall: Command): void {
  running(oncall, 'feed', 'print the address of a calendar; whoever knows it may read it')
    .option('--schedule <name>', 'of a schedule')
    .option('--person <user>', "of a person's shifts; by default yours")
    .option('--replace', 'end all addresses that you were given before')
    .action(async (options: OnCallOptions & { schedule?: string; person?: string; replace?: boolean }) => {
      const { feed } = await import('../on-call-changing.ts')
      const { value, text } = await feed(options, process.env)
      print(options, value, () => text)
    })

  running(oncall, 'import <file>', 'read shifts from an iCalendar file; print them as a layer to paste')
    .requiredOption('--schedule <name>', 'whose zone and people it is read by')
    .option(
      '--person <pair>',
      '"name in the feed=user"; as often as needed, several users with +',
      collect,
      [],
    )
    .option('--zone <pair>', '"TZID=IANA zone" for zones by other names', collect, [])
    .option('--store', 'keep them as a temporary schedule instead of printing them')
    .option('--reason <text>', 'with --store: why')
    .option('--config <file>', 'work on this configuration instead of a running Firewatch')
    .option('--from <instant>', 'from when; by default from now')
    .option('--to <instant>', 'until when, at most 400 days later')
    .action(importAction)

  running(
    oncall,
    'diff <new>',
    'what a new configuration changes about who is on call, by default for a year',
  )
    .option('--config <file>', 'compare with this configuration instead of the running Firewatch')
    .option('--from <instant>', 'from when; by default from now')
    .option('--to <instant>', 'until when, at most 400 days later')
    .option('--check', 'exit with 4 when the new one has a gap')
    .action(async (path: string, options: OnCallOptions & Range & { check?: boolean }) => {
      const { loadConfiguration } = await import('../../config/load.ts')
      const { openOnCallView } = await import('../on-call-source.ts')
      const { tellDiff } = await import('../on-call-diff.ts')
      const edited = await loadConfiguration(path)
      const told = tellDiff(await openOnCallView(options, process.env, Date.now()), edited, options)
      print(options, told.value, () => told.text)
      if (options.check === true && told.gaps > 0)
        throw new CommandFailed(`${path} leaves ${told.gaps} gaps`, exitCodes.refused)
    })
}

type Import = OnCallOptions & ImportOptions & Range & { readonly store?: boolean; readonly reason?: string }

async function importAction(path: string, options: Import): Promise<void> {
  const { chosen, openOnCallView, rangeOption, yearMs } = await import('../on-call-source.ts')
  const { importFeed, problemText, tellImported } = await import('../on-call-import.ts')
  if (options.store === true && options.config !== undefined)
    throw new CommandFailed('--store needs a running Firewatch: leave --config away', exitCodes.usage)
  const view = await openOnCallView(options, process.env, Date.now())
  const span = rangeOption(options, view, yearMs)
  const imported = await importFeed(path, options, view, span)
  const timeZone = chosen(view, options.schedule)[0]?.timeZone ?? view.timeZone
  const told = tellImported(imported, timeZone)
  for (const problem of imported.problems) tell(`not taken: ${problemText(problem)}`)
  if (options.store !== true) return print(options, told.value, () => told.text)
  const { change } = await import('../on-call-changing.ts')
  const { shifts } = told.value as { readonly shifts: readonly object[] }
  // From the first shift on: a temporary schedule that began before it would leave nobody on call.
  const first = Math.max(span.from, Math.min(...imported.shifts.map(({ from }) => from)))
  const last = Math.min(span.to, Math.max(...imported.shifts.map(({ to }) => to)))
  const times = { from: new Date(first).toISOString(), to: new Date(last).toISOString() }
  const stored = await change(
    [options.schedule, 'temporary'],
    { shifts },
    { ...options, ...times },
    process.env,
    view.now,
  )
  return print(options, stored.value, () => stored.text)
}

function collect(one: string, before: readonly string[]): readonly string[] {
  return [...before, one]
}
