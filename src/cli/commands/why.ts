import type { Command } from 'commander'
import type { PagingExplanation } from '../../domain/escalate/explain.ts'
import { pagingLines } from '../../domain/escalate/explain-words.ts'
import { incidentName } from '../../domain/investigate/evidence.ts'
import type { Incident } from '../../domain/incident/incident.ts'
import { print } from '../terminal.ts'
import { api, type Options, pathOf, reading } from './incidents.ts'

type Answer = { readonly incident: Incident } & PagingExplanation

/** `why INC-42` and, as the longer form that says what about, `incident why INC-42 --paging`. */
export function addWhyCommands(program: Command): void {
  const description = 'who should have been paged, when, over what, what became of it, and why not'
  reading(program, 'why <incident>', description).action(explain)
  const incident = program.command('incident').description('what can be asked of one incident')
  reading(incident, 'why <incident>', 'why it went as it did')
    .option('--paging', `${description}; the only thing that is explained so far`)
    .action(explain)
}

async function explain(name: string, options: Options): Promise<void> {
  const answer = await (await api(options)).get<Answer>(pathOf(name, 'paging'))
  print(options, answer, () => text(answer))
}

function text({ incident, ...explanation }: Answer): string {
  const { number, severity, state, title, acknowledgedBy, nowDoing } = incident
  return [
    `${incidentName(number)}  ${severity}  ${state}  ${title}`,
    acknowledgedBy === null ? 'nobody has it' : `${acknowledgedBy} has it`,
    ...(nowDoing === '' || state === 'resolved' ? [] : [`now: ${nowDoing}`]),
    '',
    ...pagingLines(explanation),
  ].join('\n')
}
