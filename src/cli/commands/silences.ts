import type { Command } from 'commander'
import type { Matcher } from '../../domain/alert/matcher.ts'
import { formatMatcher } from '../../domain/alert/matcher-text.ts'
import { matchersText, shortSilenceId, type SilenceState } from '../../domain/alert/silence.ts'
import { matchersOfWords } from '../../domain/alert/silence-request.ts'
import { stampWords } from '../../domain/values/zoned-words.ts'
import { CommandFailed, exitCodes } from '../api-client.ts'
import { duration, moment } from '../options.ts'
import { print, table } from '../terminal.ts'
import { api, inZone, type Options, reading, timed } from './incidents.ts'

/** As the API gives it: instants in UTC. */
interface GivenSilence {
  readonly id: string
  readonly state: SilenceState
  readonly matchers: readonly Matcher[]
  readonly startsAt: string
  readonly endsAt: string
  readonly author: string
  readonly reason: string
}

interface Answer {
  readonly message: string
}

interface SpanOptions extends Options {
  readonly for?: string
  readonly from?: string
  readonly to?: string
  readonly reason?: string
}

/** `silence`: alerts that nobody is paged about for a while. */
export function addSilenceCommands(program: Command): void {
  const silence = program.command('silence').description('alerts that nobody is paged about for a while')
  timed(reading(silence, 'list', 'what is silenced and will be'))
    .option('--expired', 'those too that expired lately')
    .action(list)
  timed(reading(silence, 'show <id>', 'one silence; the beginning of its id is enough')).action(show)
  spanned(reading(silence, 'preview <matchers...>', 'which firing alerts one would silence now')).action(
    (matchers: string[], options: SpanOptions) => ask('/preview', matchers, { for: '2h', ...options }),
  )
  spanned(reading(silence, 'add <matchers...>', 'page nobody about alerts that all matchers match'))
    .requiredOption('--reason <text>', 'why, for whoever wonders')
    .action((matchers: string[], options: SpanOptions) => {
      if ((options.for === undefined) === (options.to === undefined))
        throw new CommandFailed('say --for or --to: a silence has one end', exitCodes.usage)
      return ask('', matchers, options)
    })
  spanned(reading(silence, 'update <id>', 'change the end or the reason of one'))
    .option('--reason <text>', 'why, from now on')
    .action(update)
  reading(silence, 'expire <id>', 'end one now; what still fires pages again').action(
    async (id: string, options: Options) => {
      const answer = await (await api(options)).post<Answer>(`${pathOf(id)}/expire`)
      print(options, answer, () => answer.message)
    },
  )
}

function spanned(command: Command): Command {
  return timed(command)
    .addOption(duration('--for <duration>', 'how long, such as 2h'))
    .addOption(moment('--to <instant>', 'or until when, such as 2026-05-01T12:00'))
    .addOption(moment('--from <instant>', 'from when; by default from now'))
}

async function ask(path: string, matchers: readonly string[], given: SpanOptions): Promise<void> {
  const { for: lasting, from, to, reason, ...options } = given
  const body = {
    matchers: matchersOfWords(matchers),
    for: to === undefined ? lasting : undefined,
    from,
    to,
    reason,
  }
  const answer = await (await api(options)).post<Answer>(inZone(`/api/v1/silences${path}`, options), body)
  print(options, answer, () => answer.message)
}

async function update(
  id: string,
  { for: lasting, from, to, reason, ...options }: SpanOptions,
): Promise<void> {
  if ([lasting, from, to, reason].every((one) => one === undefined))
    throw new CommandFailed('say what changes: --for, --to, --from or --reason', exitCodes.usage)
  const body = { id, for: lasting, from, to, reason }
  const answer = await (await api(options)).post<Answer>(inZone('/api/v1/silences', options), body)
  print(options, answer, () => answer.message)
}

async function list({ expired, ...options }: Options & { readonly expired?: true }): Promise<void> {
  const path = `/api/v1/silences${expired === true ? '?expired=true' : ''}`
  const { silences, timeZone } = await (await api(options)).get<{
    readonly silences: readonly GivenSilence[]
    readonly timeZone: string
  }>(inZone(path, options))
  print(options, silences, () => listText(silences, timeZone))
}

function listText(silences: readonly GivenSilence[], timeZone: string): string {
  if (silences.length === 0) return 'nothing is silenced'
  const rows = silences.map(({ id, state, matchers, startsAt, endsAt, author, reason }) => [
    shortSilenceId(id),
    state,
    stampWords(Date.parse(startsAt), timeZone),
    stampWords(Date.parse(endsAt), timeZone),
    author,
    matchersText(matchers),
    reason,
  ])
  return table(['id', 'state', 'from', 'until', 'by', 'matchers', 'reason'], rows)
}

async function show(id: string, options: Options): Promise<void> {
  const { silence, timeZone } = await (await api(options)).get<{
    readonly silence: GivenSilence
    readonly timeZone: string
  }>(inZone(pathOf(id), options))
  const { state, matchers, startsAt, endsAt, author, reason } = silence
  const at = (instant: string) => stampWords(Date.parse(instant), timeZone)
  print(options, silence, () =>
    [
      `Silence ${silence.id}, ${state}`,
      `  from ${at(startsAt)} until ${at(endsAt)}, by ${author}: ${reason}`,
      ...matchers.map((matcher) => `  ${formatMatcher(matcher)}`),
    ].join('\n'),
  )
}

function pathOf(id: string): string {
  return `/api/v1/silences/${encodeURIComponent(id)}`
}
