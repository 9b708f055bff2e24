import type { Answer, AnswerResult } from '../domain/page/channel-answers.ts'
import type { User } from '../domain/configuration/people.ts'
import { incidentName } from '../domain/investigate/evidence.ts'
import type { Command, CommandAnswer } from '../domain/incident/messages.ts'
import type { AnswerServiceOptions } from './options.ts'
import type { Confirmations } from './confirmations.ts'

/** One answer for several incidents: the commands are given one by one, and what came of each is said. */
export async function carryOutAll(
  options: AnswerServiceOptions,
  user: User,
  answer: Answer,
  incidents: readonly number[],
  asked: Confirmations,
): Promise<AnswerResult> {
  if (incidents.length < 2) return carryOut(options, user, answer, asked)
  const results: { readonly incident: number; readonly result: AnswerResult }[] = []
  for (const incident of incidents) {
    const one = carryOut(options, user, { ...answer, incident }, asked)
    results.push({ incident, result: await one.catch((error: unknown) => failure(options, error)) })
  }
  const kinds = ['failed', 'done', 'unchanged', 'refused'] as const
  const kind = kinds.find((one) => results.some((each) => each.result.kind === one)) ?? 'refused'
  const byMessage = Map.groupBy(results, (each) => each.result.message)
  const message = [...byMessage].map(
    ([said, of]) => `${of.map(({ incident }) => incidentName(incident)).join(', ')}: ${said}`,
  )
  return { kind, message: message.join('\n') }
}

/** Gives the command that an answer stands for. */
export async function carryOut(
  options: AnswerServiceOptions,
  { name }: User,
  answer: Answer,
  asked: Confirmations,
): Promise<AnswerResult> {
  const { commands, incidents, now } = options
  const incident = await incidents.find(answer.incident)
  const called = incidentName(answer.incident)
  if (incident === undefined) return { kind: 'refused', message: `There is no ${called}.` }
  if (incident.state === 'resolved')
    return { kind: 'refused', message: `${called} is resolved; a closed incident never re-opens.` }
  const { verb, asOf, commandId } = answer
  const command = { incident: incident.number, actor: name, at: now().toISOString(), commandId }
  const said = await {
    acknowledge: () => commands.acknowledge(command),
    resolve: () => resolveFor(options, command, asked),
    escalate: () => commands.escalateNow(asOf === undefined ? command : { ...command, asOf }),
  }[verb]()
  return { kind: said.changed ? 'done' : 'unchanged', message: said.message }
}

/** While alerts fire the first press asks, and the next one means it. */
async function resolveFor(
  { commands }: AnswerServiceOptions,
  command: Command,
  asked: Confirmations,
): Promise<CommandAnswer> {
  const { actor, incident } = command
  try {
    return await commands.resolve({ ...command, anyway: asked.isAnswered(actor, incident) })
  } catch (error) {
    if (!(error instanceof Error) || !('asks' in error) || error.asks !== true) throw error
    asked.ask(actor, incident)
    return { changed: false, message: `${error.message} Then press Resolve again.` }
  }
}

/** The edge that gives commands names its refusals; they are known by name, since edges do not know each other. */
export function failure({ log }: AnswerServiceOptions, error: unknown): AnswerResult {
  if (error instanceof Error && error.name === 'CommandRefused')
    return { kind: 'refused', message: error.message }
  log('an answer from a channel failed', error)
  return {
    kind: 'failed',
    message: 'Not carried out: unexpected failure, the server log says more. Try again.',
  }
}
