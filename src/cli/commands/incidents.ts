import type { Command } from 'commander'
import { changeSentence, mostChangesShown } from '../../domain/alert/change-words.ts'
import { leftOutOf, leftOutSentence } from '../../domain/alert/left-out.ts'
import { cutText } from '../../domain/page/delivery.ts'
import { incidentName } from '../../domain/investigate/evidence.ts'
import { formatDuration } from '../../domain/values/duration.ts'
import { type Incident, incidentStates } from '../../domain/incident/incident.ts'
import { firewatch } from '../../domain/incident/timeline.ts'
import { severities } from '../../domain/values/severity.ts'
import { clockText, dateText, momentWords, stampWords, zoneWords } from '../../domain/values/zoned-words.ts'
import type { CommandAnswer } from '../../domain/incident/messages.ts'
import type { IncidentView } from '../../web/incident-view.ts'
import { type ApiClient, CommandFailed, connectApi } from '../api-client.ts'
import { choice, takingWords, zone } from '../options.ts'
import { oneLine, print, table } from '../terminal.ts'

export interface Options {
  readonly data: string
  /** By whose clock times are told; absent: that of whoever asks, else of the configuration. */
  readonly timeZone?: string
  readonly json?: boolean
}

/** `incidents`, `show` and the commands that people give an incident. */
export function addIncidentCommands(program: Command): void {
  timed(reading(program, 'incidents', 'list incidents, newest first'))
    .addOption(choice('--state <state>', 'only those in it', incidentStates))
    .action(async (options: Options & { state?: string }) => {
      const query = new URLSearchParams(options.state === undefined ? {} : { state: options.state })
      const { incidents, timeZone } = await (await api(options)).get<Listed>(
        inZone(`/api/v1/incidents?${query.toString()}`, options),
      )
      print(options, incidents, () => listText(incidents, timeZone))
    })

  timed(reading(program, 'show <incident>', 'what is known of one incident')).action(
    async (name: string, options: Options) => {
      const answer = await (await api(options)).get<{ incident: Incident } & IncidentView>(
        inZone(pathOf(name), options),
      )
      print(options, answer, () => showText(answer))
    },
  )

  commanding(program, 'ack', 'acknowledge', 'acknowledge: nobody else is paged')
  reading(program, 'resolve <incident>', 'resolve it as a person; its review follows')
    .option('--anyway', 'also while alerts fire; what fires on opens a new incident')
    .action(async (name: string, { anyway = false, ...options }: Options & { anyway?: boolean }) => {
      const answer = await (await api(options))
        .post<CommandAnswer>(pathOf(name, 'resolve'), { anyway })
        .catch((error: unknown) => {
          throw withHint(error)
        })
      print(options, answer, () => answer.message)
    })
  declaring(program)
  commanding(program, 'stop-automation', 'stop-automation', 'start no new remediation')
  takingWords(
    reading(
      program,
      'not-actionable <incident> <reason...>',
      'mark a false alarm, also one that is over; its review says so',
    ),
  ).action(async (name: string, words: string[], options: Options) => {
    const body = { reason: words.join(' ') }
    const answer = await (await api(options)).post<CommandAnswer>(pathOf(name, 'not-actionable'), body)
    print(options, answer, () => answer.message)
  })
  takingWords(reading(program, 'note <incident> <text...>', 'add a note to the timeline, also after the end'))
    .option('--identified', 'it says what was wrong: the review counts the time until then')
    .action(async (name: string, words: string[], options: Options & { readonly identified?: true }) => {
      const { identified = false } = options
      const body = { text: words.join(' '), ...(identified ? { identified } : {}) }
      const answer = await (await api(options)).post<CommandAnswer>(pathOf(name, 'note'), body)
      print(options, answer, () => answer.message)
    })
}

/** What the API asks for in its own words is an option here. */
function withHint(error: unknown): unknown {
  if (!(error instanceof CommandFailed) || error.refusal?.code !== 'still-firing') return error
  return new CommandFailed(`${error.refusal.error} Then say --anyway.`, error.exitCode)
}

function declaring(program: Command): void {
  takingWords(reading(program, 'declare <title...>', 'open an incident of its own, in your words, and page'))
    .option('--service <name>', 'the service that it is about')
    .addOption(choice('--severity <severity>', 'how bad it is', severities).default('P1'))
    .action(async (words: string[], options: Options & { service?: string; severity: string }) => {
      const { service, severity } = options
      const body = { title: words.join(' '), severity, ...(service === undefined ? {} : { service }) }
      const answer = await (await api(options)).post<DeclaredAnswer>('/api/v1/incidents', body)
      print(options, answer, () => answer.message)
    })
}

interface DeclaredAnswer {
  readonly message: string
}

export function commanding(program: Command, word: string, verb: string, description: string): void {
  reading(program, `${word} <incident>`, description).action(async (name: string, options: Options) => {
    await give(name, verb, undefined, options)
  })
}

/** Gives a command to an incident, and says what came of it. */
export async function give(
  name: string,
  verb: string,
  body: object | undefined,
  options: Options,
): Promise<void> {
  const answer = await (await api(options)).post<CommandAnswer>(pathOf(name, verb), body)
  print(options, answer, () => answer.message)
}

export function reading(program: Command, usage: string, description: string): Command {
  return program
    .command(usage)
    .description(description)
    .option('--data <directory>', 'data directory of the running Firewatch', '.firewatch')
    .option('--json', 'print JSON')
}

/** With what tells by whose clock it answers. */
export function timed(command: Command): Command {
  return command.addOption(
    zone(
      '--time-zone <zone>',
      'by whose clock times are told; by default yours, else that of the configuration',
    ),
  )
}

/** An address of the API, whose answer tells times by the zone that was asked for. */
export function inZone(path: string, { timeZone }: Pick<Options, 'timeZone'>): string {
  if (timeZone === undefined) return path
  return `${path}${path.includes('?') ? '&' : '?'}timeZone=${encodeURIComponent(timeZone)}`
}

export function api({ data }: Options): Promise<ApiClient> {
  return connectApi(data, process.env)
}

export function pathOf(name: string, verb?: string): string {
  const path = `/api/v1/incidents/${encodeURIComponent(name)}`
  return verb === undefined ? path : `${path}/${verb}`
}

interface Listed {
  readonly incidents: readonly Incident[]
  readonly timeZone: string
}

function listText(incidents: readonly Incident[], timeZone: string): string {
  if (incidents.length === 0) return 'no incidents'
  const rows = incidents.map((incident) => [
    incidentName(incident.number),
    incident.severity,
    incident.state,
    incident.acknowledgedBy ?? '-',
    stampWords(Date.parse(incident.startedAt), timeZone),
    incident.title,
  ])
  return table(['incident', 'severity', 'state', 'owner', 'since', 'title'], rows)
}

/** One alert is one line, whatever its sender wrote. */
const longestLine = 300

/** Everything that is known of one incident, for a terminal. */
export function showText({ incident, ...view }: { incident: Incident } & IncidentView): string {
  const { alerts, timeline, timeZone, links, next, parts, changes } = view
  const now = Date.now()
  const leftOut = leftOutOf(alerts)
  const began = Date.parse(incident.startedAt)
  const lasted = formatDuration(
    (incident.resolvedAt === null ? now : Date.parse(incident.resolvedAt)) - began,
  )
  const since =
    incident.resolvedAt === null
      ? `since ${momentWords(began, { timeZone, now })}`
      : `from ${stampWords(began, timeZone)}, lasted ${lasted}`
  return [
    `${incidentName(incident.number)}  ${incident.severity}  ${incident.state}  ${oneLine(incident.title)}`,
    `${since}; ${ownerText(incident)}`,
    ...(incident.state === 'resolved' ? [] : [`now: ${incident.nowDoing === '' ? '-' : incident.nowDoing}`]),
    ...(next === null ? [] : [`next: ${next.text}`]),
    ...parts.map(
      ({ number, severity, title }) => `part of it: ${incidentName(number)}  ${severity}  ${oneLine(title)}`,
    ),
    ...changes
      .slice(0, mostChangesShown)
      .map((change) => `changed ${changeSentence(change, incident.startedAt)}`),
    ...(changes.length > mostChangesShown ? ['changed: more of that in "changes list"'] : []),
    '',
    ...alerts.map(
      ({ status, labels, annotations, movedTo }) =>
        `  [${movedTo === undefined ? status : `moved to ${incidentName(movedTo)}`}] ${cutText(oneLine(annotations['summary'] ?? labels['alertname'] ?? ''), longestLine)}`,
    ),
    ...(leftOut === undefined ? [] : [`  ${leftOutSentence(leftOut)}`]),
    ...(links.length === 0 ? [] : ['', ...links.map(({ title, url }) => `  ${oneLine(title)}: ${url}`)]),
    '',
    ...timelineLines(timeline, timeZone),
  ].join('\n')
}

/** Who has it, or how it ended. */
export function ownerText({ state, acknowledgedBy, resolvedBy }: Incident): string {
  if (state === 'resolved')
    return resolvedBy === null || resolvedBy === firewatch
      ? 'every alert stayed clear'
      : `resolved by ${resolvedBy}`
  return acknowledgedBy === null ? 'nobody has acknowledged it' : `${acknowledgedBy} has it`
}

/** Each day and zone once, above what happened on it. */
function timelineLines(timeline: IncidentView['timeline'], timeZone: string): string[] {
  const days = Map.groupBy(timeline, ({ at }) => {
    const instant = Date.parse(at)
    return `${dateText(instant, timeZone)} (${zoneWords(instant, timeZone)})`
  })
  return [...days].flatMap(([day, entries]) => [
    `  ${day}`,
    ...entries.map(
      ({ at, actor, summary }) => `  ${clockText(Date.parse(at), timeZone)}  ${actor}: ${oneLine(summary)}`,
    ),
  ])
}
