import type { Command } from 'commander'
import { stampWords } from '../../domain/values/zoned-words.ts'
import type { CommandAnswer } from '../../domain/incident/messages.ts'
import {
  type GuardSwitch,
  readScope,
  scopeWords,
  type SwitchKind,
  switchKinds,
} from '../../domain/remediate/kill-switch.ts'
import { CommandFailed, exitCodes } from '../api-client.ts'
import { print, table } from '../terminal.ts'
import { api, inZone, type Options, reading, timed } from './incidents.ts'

/** A switch as the API gives it. */
type GivenSwitch = Omit<GuardSwitch, 'scope'> & { readonly scope: string }

type Scope = Partial<Record<SwitchKind, string>>

const nouns: Readonly<Record<SwitchKind, string>> = {
  service: 'for incidents and targets of this service',
  action: 'for this action, on whatever target',
  target: 'for this target',
  incident: 'for this incident, such as INC-42',
}

/** The kill switches of automation. */
export function addAutomationCommands(program: Command): void {
  const automation = program.command('automation').description('stop automation, and let it work again')
  timed(reading(automation, 'status', 'what is stopped, by whom, since when and why')).action(
    async (options: Options) => {
      const { switches, timeZone } = await (await api(options)).get<Status>(
        inZone('/api/v1/automation', options),
      )
      print(options, switches, () => statusText(switches, timeZone))
    },
  )
  switching(automation, 'stop', 'start no new remediation until it is lifted: of everything, or of one')
    .requiredOption('--reason <text>', 'why, for whoever finds it stopped')
    .action((options: Options & Scope & { reason: string }) => give('stop', options))
  switching(automation, 'resume', 'lift what was stopped')
    .option('--reason <text>', 'why, for the audit log')
    .action((options: Options & Scope & { reason?: string }) => give('resume', options))
}

function switching(automation: Command, verb: string, description: string): Command {
  return switchKinds.reduce(
    (command, kind) => command.option(`--${kind} <name>`, nouns[kind]),
    reading(automation, verb, description),
  )
}

async function give(verb: 'stop' | 'resume', options: Options & Scope & { reason?: string }): Promise<void> {
  const named = switchKinds.filter((kind) => options[kind] !== undefined)
  if (named.length > 1)
    throw new CommandFailed(
      `say one of ${switchKinds.map((kind) => `--${kind}`).join(', ')}, or none for everything`,
      exitCodes.usage,
    )
  const { reason } = options
  const scope = Object.fromEntries(named.map((kind) => [kind, options[kind]]))
  const body = { ...scope, ...(reason === undefined ? {} : { reason }) }
  const answer = await (await api(options)).post<CommandAnswer>(`/api/v1/automation/${verb}`, body)
  print(options, answer, () => answer.message)
}

interface Status {
  readonly switches: readonly GivenSwitch[]
  readonly timeZone: string
}

function statusText(switches: readonly GivenSwitch[], timeZone: string): string {
  if (switches.length === 0) return 'nothing is stopped'
  const rows = switches.map(({ scope, stoppedBy, stoppedAt, reason }) => [
    wordsOf(scope),
    stoppedBy,
    stampWords(Date.parse(stoppedAt), timeZone),
    reason,
  ])
  return table(['stopped for', 'by', 'since', 'reason'], rows)
}

/** Of a kind that only a newer server knows, as that wrote it. */
function wordsOf(written: string): string {
  const scope = readScope(written)
  return scope === undefined ? written : scopeWords(scope)
}
