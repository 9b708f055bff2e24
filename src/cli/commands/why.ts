import type { Command } from 'commander'
import type { PagingExplanation } from '../../domain/escalate/explain.ts'
import { pagingLines } from '../../domain/escalate/explain-words.ts'
import { incidentName } from '../../domain/investigate/evidence.ts'
import type { Incident } from '../../domain/incident/incident.ts'
import { print } from '../terminal.ts'
import { api, inZone, type Options, ownerText, pathOf, reading, timed } from './incidents.ts'

type Answer = { readonly incident: Incident; readonly timeZone: string } & PagingExplanation

/** `why INC-42` and, as the longer form that says what about, `incident why INC-42 --paging`. */
export function addWhyCommands(program: Command): void {
  const description = 'who should have been paged, when, over what, what became of it, and why not'
  timed(reading(program, 'why <incident>', description)).action(explain)
  const incident = program.command('incident').description('what can be asked of one incident')
  timed(reading(incident, 'why <incident>', 'why it went as it did'))
    .option('--paging', `${description}; the only thing that is explained so far`)
    .action(explain)
}

async function explain(name: string, options: Options): Promise<void> {
  const answer = await (await api(options)).get<Answer>(inZone(pathOf(name, 'paging'), options))
  print(options, answer, () => text(answer))
}

function text({ incident, timeZone, ...explanation }: Answer): string {
  const { number, severity, state, title, nowDoing } = incident
  return [
    `${incidentName(number)}  ${severity}  ${state}  ${title}`,
    ownerText(incident),
    ...(nowDoing === '' || state === 'resolved' ? [] : [`now: ${nowDoing}`]),
    '',
    ...pagingLines(explanation, timeZone),
  ].join('\n')
}
