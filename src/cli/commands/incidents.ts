import type { Command } from 'commander'
import { incidentName } from '../../domain/investigate/evidence.ts'
import { formatDuration } from '../../domain/values/duration.ts'
import { type Incident, incidentStates } from '../../domain/incident/incident.ts'
import { severities } from '../../domain/values/severity.ts'
import type { CommandAnswer } from '../../domain/incident/messages.ts'
import type { IncidentView } from '../../web/incident-view.ts'
import { type ApiClient, CommandFailed, connectApi } from '../api-client.ts'
import { choice, takingWords } from '../options.ts'
import { oneLine, print, table } from '../terminal.ts'

export interface Options {
  readonly data: string
  readonly json?: boolean
}

/** `incidents`, `show`, `review` and the commands that people give an incident. */
export function addIncidentCommands(program: Command): void {
  reading(program, 'incidents', 'list incidents, newest first')
    .addOption(choice('--state <state>', 'only those in it', incidentStates))
    .action(async (options: Options & { state?: string }) => {
      const query = new URLSearchParams(options.state === undefined ? {} : { state: options.state })
      const { incidents } = await (await api(options)).get<{ incidents: Incident[] }>(
        `/api/v1/incidents?${query.toString()}`,
      )
      print(options, incidents, () => listText(incidents))
    })

  reading(program, 'show <incident>', 'what is known of one incident').action(
    async (name: string, options: Options) => {
      const answer = await (await api(options)).get<{ incident: Incident } & IncidentView>(pathOf(name))
      print(options, answer, () => showText(answer))
    },
  )

  reading(program, 'review <incident>', 'the post-mortem of a resolved incident').action(
    async (name: string, options: Options) => {
      const review = await (await api(options)).get<{ markdown: string }>(pathOf(name, 'review'))
      print(options, review, () => review.markdown)
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
  commanding(program, 'stop-automation', 'stop-automation', 'begin no new remediation attempt')
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
  takingWords(reading(program, 'note <incident> <text...>', 'add a note to the timeline'))
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
    const answer = await (await api(options)).post<CommandAnswer>(pathOf(name, verb))
    print(options, answer, () => answer.message)
  })
}

export function reading(program: Command, usage: string, description: string): Command {
  return program
    .command(usage)
    .description(description)
    .option('--data <directory>', 'data directory of the running Firewatch', '.firewatch')
    .option('--json', 'print JSON')
}

export function api({ data }: Options): Promise<ApiClient> {
  return connectApi(data, process.env)
}

export function pathOf(name: string, verb?: string): string {
  const path = `/api/v1/incidents/${encodeURIComponent(name)}`
  return verb === undefined ? path : `${path}/${verb}`
}

function listText(incidents: readonly Incident[]): string {
  if (incidents.length === 0) return 'no incidents'
  const rows = incidents.map((incident) => [
    incidentName(incident.number),
    incident.severity,
    incident.state,
    incident.acknowledgedBy ?? '-',
    incident.startedAt.slice(0, 19).replace('T', ' '),
    incident.title,
  ])
  return table(['incident', 'severity', 'state', 'owner', 'since (UTC)', 'title'], rows)
}

function showText({ incident, alerts, timeline }: { incident: Incident } & IncidentView): string {
  const end = incident.resolvedAt ?? new Date().toISOString()
  const lasted = formatDuration(Date.parse(end) - Date.parse(incident.startedAt))
  return [
    `${incidentName(incident.number)}  ${incident.severity}  ${incident.state}  ${oneLine(incident.title)}`,
    `since ${incident.startedAt}, ${lasted}; ${incident.acknowledgedBy === null ? 'nobody has acknowledged it' : `acknowledged by ${incident.acknowledgedBy}`}`,
    `now: ${incident.nowDoing === '' ? '-' : incident.nowDoing}`,
    '',
    ...alerts.map(
      ({ status, labels, annotations }) =>
        `  [${status}] ${oneLine(annotations['summary'] ?? labels['alertname'] ?? '')}`,
    ),
    '',
    ...timeline.map(({ at, actor, summary }) => `  ${at.slice(11, 19)}  ${actor}: ${oneLine(summary)}`),
  ].join('\n')
}
