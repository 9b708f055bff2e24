import type { Command } from 'commander'
import type { ListedMaintenance, MaintenanceAnswer } from '../../domain/escalate/maintenance.ts'
import { CommandFailed, exitCodes } from '../api-client.ts'
import { duration, moment } from '../options.ts'
import { stampWords } from '../../domain/values/zoned-words.ts'
import { print, table } from '../terminal.ts'
import { api, inZone, type Options, reading, timed } from './incidents.ts'

/** As the API gives it: instants in UTC. */
type GivenWindow = Omit<ListedMaintenance, 'from' | 'to'> & { readonly from: string; readonly to: string }

interface Listed {
  readonly windows: readonly GivenWindow[]
  readonly timeZone: string
}

interface StartOptions extends Options {
  readonly for?: string
  readonly from?: string
  readonly to?: string
  readonly reason: string
  readonly dryRun?: true
}

/** `maintenance`: windows in which nobody is paged about a service. */
export function addMaintenanceCommands(program: Command): void {
  const maintenance = program
    .command('maintenance')
    .description('windows in which nobody is paged about a service')
  timed(reading(maintenance, 'list', 'what is in maintenance, and what is announced')).action(
    async (options: Options) => {
      const { windows, timeZone } = await (await api(options)).get<Listed>(
        inZone('/api/v1/maintenance', options),
      )
      print(options, windows, () => listText(windows, timeZone))
    },
  )
  timed(
    reading(
      maintenance,
      'start <service>',
      'page nobody about a service until an end; tells what that holds back',
    ),
  )
    .addOption(duration('--for <duration>', 'how long, such as 2h'))
    .addOption(moment('--to <instant>', 'or until when, such as 2026-05-01T12:00'))
    .addOption(moment('--from <instant>', 'from when; by default from now'))
    .requiredOption('--reason <text>', 'why, for whoever wonders')
    .option('--dry-run', 'only tell what it would hold back')
    .action(start)
  reading(maintenance, 'end <id>', 'end one now; what is still wrong is paged').action(
    async (id: string, options: Options) => {
      const path = `/api/v1/maintenance/${encodeURIComponent(id)}/end`
      const answer = await (await api(options)).post<MaintenanceAnswer>(path)
      print(options, answer, () => answer.message)
    },
  )
}

async function start(
  service: string,
  { dryRun, for: lasting, from, to, reason, ...options }: StartOptions,
): Promise<void> {
  if ((lasting === undefined) === (to === undefined))
    throw new CommandFailed('say --for or --to: a window has one end', exitCodes.usage)
  const path = `/api/v1/maintenance${dryRun === true ? '/preview' : ''}`
  const body = { service, for: lasting, from, to, reason }
  const answer = await (await api(options)).post<MaintenanceAnswer>(inZone(path, options), body)
  print(options, answer, () => answer.message)
}

function listText(windows: readonly GivenWindow[], timeZone: string): string {
  if (windows.length === 0) return 'nothing is in maintenance, and nothing is announced'
  const rows = windows.map(({ id, service, from, to, madeBy, reason }) => [
    id ?? '-',
    service,
    stampWords(Date.parse(from), timeZone),
    stampWords(Date.parse(to), timeZone),
    madeBy ?? 'configuration',
    reason,
  ])
  return table(['id', 'service', 'from', 'until', 'by', 'reason'], rows)
}
