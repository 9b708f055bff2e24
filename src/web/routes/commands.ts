import type { FastifyInstance, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { incidentName } from '../../domain/investigate/evidence.ts'
import type { Incident } from '../../domain/incident/incident.ts'
import type { Command, CommandAnswer } from '../../domain/incident/messages.ts'
import { incidentInPath } from '../access.ts'
import type { IncidentCommands, WebDependencies } from '../dependencies.ts'
import { HttpProblem } from '../errors.ts'
import { idempotencyKeyOf, Key } from '../idempotency-key.ts'
import {
  anywayIn,
  identifiedIn,
  noteIn,
  policyIn,
  positionIn,
  severityIn,
  snoozeIn,
  successorIn,
} from './command-bodies.ts'
import { mergeIn, reasonIn, splitIn } from './merge-bodies.ts'
import { incidentOf } from './incidents.ts'

const FormCommand = z.object({ commandId: Key })

/** What somebody asks of an incident, and of whom the rest can be asked. */
interface Given {
  readonly command: Command
  readonly body: unknown
  readonly dependencies: WebDependencies
}

type Give = (commands: IncidentCommands, given: Given) => Promise<CommandAnswer>

/** Commands by the last word of their path. */
const verbs: Readonly<Record<string, Give>> = {
  acknowledge: (commands, { command }) => commands.acknowledge(command),
  resolve: (commands, { command, body }) => commands.resolve({ ...command, anyway: anywayIn(body) }),
  escalate: (commands, { command, body }) => {
    const asOf = positionIn(body)
    return commands.escalateNow({ ...command, ...(asOf === undefined ? {} : { asOf }) })
  },
  'take-over': (commands, { command }) => commands.takeOver(command),
  'hand-over': async (commands, { command, body, dependencies }) => {
    const to = successorIn(body, await dependencies.people())
    return commands.handOver({ ...command, to })
  },
  snooze: (commands, { command, body }) => commands.snooze({ ...command, forMs: snoozeIn(body) }),
  severity: (commands, { command, body }) => commands.setSeverity({ ...command, severity: severityIn(body) }),
  'apply-policy': async (commands, { command, body, dependencies }) => {
    const applied = policyIn(body, await dependencies.policies())
    return commands.applyPolicy({ ...command, ...applied })
  },
  merge: (commands, { command, body }) => commands.merge({ ...command, ...mergeIn(body) }),
  unmerge: (commands, { command, body }) => commands.unmerge({ ...command, reason: reasonIn(body) }),
  split: (commands, { command, body }) => commands.split({ ...command, ...splitIn(body) }),
  note: (commands, { command, body }) =>
    commands.note({ ...command, text: noteIn(body), identified: identifiedIn(body) }),
}

/** Commands that the link of a page may give its incident. */
const byPageLink = ['acknowledge', 'escalate']

/** What people tell an incident: as JSON under `/api`, as a form from the console. Each command carries who gave it. */
export function commandRoutes(app: FastifyInstance, dependencies: WebDependencies): void {
  for (const [verb, give] of Object.entries(verbs)) {
    const carryOut = async (
      request: FastifyRequest,
    ): Promise<{ incident: Incident; answer: CommandAnswer }> => {
      const incident = await incidentOf(request.params, dependencies.incidents)
      const command = commandOf(request, verb, incident, dependencies)
      const given = { command, body: request.body, dependencies }
      if (incident.state === 'resolved') {
        if (verb === 'note') return { incident, answer: await noteAfterwards(given) }
        // A repeat of the command that resolved it, whose answer was lost, is answered as that was.
        if (givenId(request, verb) === undefined) throw closed(incident)
      }
      const answer = await give(dependencies.commands, given).catch(throwHttpProblem)
      return { incident, answer }
    }
    app.post(
      `/api/v1/incidents/:name/${verb}`,
      { config: { access: 'respond' } },
      async (request) => (await carryOut(request)).answer,
    )
    const config = {
      access: 'respond',
      ...(byPageLink.includes(verb) ? { pageLinkOf: incidentInPath } : {}),
    } as const
    app.post(`/incidents/:name/${verb}`, { config }, async (request, reply) => {
      const { incident, answer } = await carryOut(request)
      // What came of it is told by the page, in words of its own: a link must not be able to put words there.
      const told = answer.changed ? verb : `${verb}-again`
      return reply.redirect(`/incidents/${incidentName(incident.number)}?told=${told}`, 303)
    })
  }
}

/** What somebody saw or learnt is worth noting when it is over too; its review takes it in. */
function noteAfterwards({ command, body, dependencies }: Given): Promise<CommandAnswer> {
  const name = incidentName(command.incident)
  if (identifiedIn(body)) {
    throw new HttpProblem(409, `${name} is over: when its cause was identified cannot be set any more`, [
      `add a plain note, or confirm the cause in its review: firewatch review ${name} --confirm CAUSE --reason WHY`,
    ])
  }
  return dependencies.reviews.note({ ...command, text: noteIn(body) })
}

function closed({ number }: Incident): HttpProblem {
  return new HttpProblem(409, `${incidentName(number)} is resolved; a closed incident never re-opens`)
}

function commandOf(
  request: FastifyRequest,
  verb: string,
  incident: Incident,
  { now, newId }: WebDependencies,
): Command {
  return {
    incident: incident.number,
    actor: request.principal?.person ?? 'unknown',
    at: now().toISOString(),
    commandId: givenId(request, verb) ?? newId(),
  }
}

/**
 * A program repeats a command under its `Idempotency-Key`; a form carries the id that its page was made with, so a second click is a repeat, and
 * another command of the same page is not.
 */
function givenId(request: FastifyRequest, verb: string): string | undefined {
  const byForm = FormCommand.safeParse(request.body).data?.commandId
  return idempotencyKeyOf(request) ?? (byForm && `${byForm}-${verb}`)
}

/** The edge names its refusals; the web knows them by name, since it may not know the edge. */
function throwHttpProblem(error: unknown): never {
  if (!(error instanceof Error) || error.name !== 'CommandRefused') throw error
  const asks = 'asks' in error && error.asks === true
  if (!asks) throw new HttpProblem(409, error.message)
  throw new HttpProblem(409, error.message, ['say "anyway": true to resolve it all the same'], 'still-firing')
}
