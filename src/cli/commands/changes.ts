import type { Command } from 'commander'
import type { ChangeEvent } from '../../domain/alert/change-event.ts'
import { cutText } from '../../domain/page/delivery.ts'
import { stampWords } from '../../domain/values/zoned-words.ts'
import { oneLine, print, table } from '../terminal.ts'
import { api, inZone, type Options, reading, timed } from './incidents.ts'

interface Listed {
  readonly changes: readonly ChangeEvent[]
  readonly timeZone: string
}

const longestShown = 100

/** `changes`: deployments and other changes, as those who made them reported them. */
export function addChangeCommands(program: Command): void {
  const changes = program.command('changes').description('deployments and other changes that were reported')
  timed(reading(changes, 'list', 'the newest first'))
    .option('--service <name>', 'only of this service')
    .action(async ({ service, ...options }: Options & { service?: string }) => {
      const of = service === undefined ? '' : `?service=${encodeURIComponent(service)}`
      const listed = await (await api(options)).get<Listed>(inZone(`/api/v1/changes${of}`, options))
      print(options, listed.changes, () => changesText(listed))
    })
}

/** As a table, in the order given. */
export function changesText({ changes, timeZone }: Listed): string {
  if (changes.length === 0) return 'no change was reported'
  const rows = changes.map(({ at, labels, summary, source }) => [
    stampWords(Date.parse(at), timeZone),
    cutText(oneLine(labels['service'] ?? '-'), longestShown),
    cutText(oneLine(summary), longestShown),
    source,
  ])
  return table(['at', 'service', 'change', 'from'], rows)
}
