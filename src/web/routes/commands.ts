import type { FastifyInstance, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { incidentName } from '../../domain/evidence.ts'
import type { Incident } from '../../domain/incident.ts'
import type { Command, CommandAnswer } from '../../domain/incident-messages.ts'
import type { IncidentCommands, WebDependencies } from '../dependencies.ts'
import { HttpProblem } from '../errors.ts'
import { incidentOf } from './incidents.ts'

const Note = z.object({ text: z.string().trim().min(1, 'a note needs text').max(10_000) })

const CommandId = z.string().regex(/^[\w-]{1,100}$/)
const FormCommand = z.object({ commandId: CommandId })

type Give = (
  commands: IncidentCommands,
  incident: Incident,
  command: Command,
  body: unknown,
) => Promise<CommandAnswer>

/** Commands by the last word of their path. */
const verbs: Readonly<Record<string, Give>> = {
  acknowledge: (commands, { groupingKey }, command) => commands.acknowledge(groupingKey, command),
  resolve: (commands, { groupingKey }, command) => commands.resolve(groupingKey, command),
  escalate: (commands, { groupingKey }, command) => commands.escalateNow(groupingKey, command),
  'stop-automation': (commands, { groupingKey }, command) => commands.stopAutomation(groupingKey, command),
  note: (commands, { groupingKey }, command, body) => {
    const note = Note.safeParse(body)
    if (!note.success) throw new HttpProblem(400, note.error.issues[0]?.message ?? 'a note needs text')
    return commands.note(groupingKey, { ...command, text: note.data.text })
  },
}

/** What people tell an incident: as JSON under `/api`, as a form from the console. Each command carries who gave it. */
export function commandRoutes(app: FastifyInstance, dependencies: WebDependencies): void {
  for (const [verb, give] of Object.entries(verbs)) {
    const carryOut = async (
      request: FastifyRequest,
    ): Promise<{ incident: Incident; answer: CommandAnswer }> => {
      const incident = await incidentOf(request.params, dependencies.incidents)
      if (incident.state === 'resolved') {
        throw new HttpProblem(
          409,
          `${incidentName(incident.number)} is resolved; a closed incident never re-opens`,
        )
      }
      const command = commandOf(request, incident, dependencies)
      return {
        incident,
        answer: await give(dependencies.commands, incident, command, request.body).catch(refusal),
      }
    }
    app.post(
      `/api/v1/incidents/:name/${verb}`,
      { config: { access: 'responder' } },
      async (request) => (await carryOut(request)).answer,
    )
    app.post(`/incidents/:name/${verb}`, { config: { access: 'responder' } }, async (request, reply) => {
      const { incident, answer } = await carryOut(request)
      // What came of it is told by the page, in words of its own: a link must not be able to put words there.
      const told = answer.changed ? verb : `${verb}-again`
      return reply.redirect(`/incidents/${incidentName(incident.number)}?told=${told}`, 303)
    })
  }
}

function commandOf(request: FastifyRequest, incident: Incident, { now, newId }: WebDependencies): Command {
  return {
    incident: incident.number,
    actor: request.principal?.person ?? 'unknown',
    at: now().toISOString(),
    commandId: givenId(request) ?? newId(),
  }
}

/** A program repeats a command under its `Idempotency-Key`; a form carries the id that its page was made with, so a second click is a repeat. */
function givenId({ headers, body }: FastifyRequest): string | undefined {
  return CommandId.safeParse(headers['idempotency-key']).data ?? FormCommand.safeParse(body).data?.commandId
}

/** The edge names its refusals; the web knows them by name, since it may not know the edge. */
function refusal(error: unknown): never {
  if (error instanceof Error && error.name === 'CommandRefused') throw new HttpProblem(409, error.message)
  if (error instanceof Error && error.name === 'WorkflowsUnavailable')
    throw new HttpProblem(503, error.message)
  throw error
}
