import type { AcceptedAlert } from '../domain/alert.ts'
import type { Account, Answer, ChannelAnswers, OnCall, Told } from '../domain/channel-answers.ts'
import type { Configuration, User } from '../domain/configuration.ts'
import { oneLine } from '../domain/delivery.ts'
import { incidentName } from '../domain/evidence.ts'
import type { Incident } from '../domain/incident.ts'
import type { Command, CommandAnswer, EscalateCommand, ResolveCommand } from '../domain/incident-messages.ts'
import { declared, titleIn } from './declaration.ts'

/** Somebody who was turned away, for the audit. */
export interface Refusal {
  readonly channel: string
  /** As the provider names them. */
  readonly account: string
  readonly person?: string
  readonly verb: string
  readonly incident?: string
  readonly reason: string
}

export interface AnswerDeskOptions {
  /** As configured now. */
  readonly users: () => Configuration['users']
  readonly incidents: { find(incident: number): Promise<Incident | undefined> }
  readonly commands: {
    acknowledge(command: Command): Promise<CommandAnswer>
    resolve(command: ResolveCommand): Promise<CommandAnswer>
    escalateNow(command: EscalateCommand): Promise<CommandAnswer>
  }
  /** Numbers of the incidents of a bundle, which a page of the incident leads; none when there is no such bundle. */
  readonly bundle: (incident: number, name: string) => Promise<readonly number[]>
  /** Names of the services, as configured now. */
  readonly services: () => readonly string[]
  /** Returns only after the alerts are committed. */
  readonly accept: (alerts: readonly AcceptedAlert[]) => Promise<unknown>
  /** Of one schedule, or of all. */
  readonly whoIsOnCall: (schedule?: string) => Promise<readonly OnCall[]>
  readonly publicUrl: string
  readonly now: () => Date
  /** Told of everybody who was turned away. */
  readonly refused: (refusal: Refusal) => void
  readonly log: (message: string, error: unknown) => void
}

/**
 * Takes what people answer in channels: who they are here, whether they may, and what became of it. A provider's word about who pressed a button
 * is believed only after its signature; nobody becomes anybody here who is not linked in the configuration.
 */
export function createAnswerDesk(options: AnswerDeskOptions): ChannelAnswers {
  const { users, accept, whoIsOnCall, now } = options
  const safely = (work: () => Promise<Told>) => work().catch((error: unknown) => failure(options, error))
  return {
    give: (account, answer) =>
      safely(async () => {
        const found = personFor(options, account, answer.verb, incidentName(answer.incident))
        if ('told' in found) return found.told
        const { bundle, ...single } = answer
        if (bundle === undefined || answer.verb !== 'acknowledge')
          return carryOut(options, found.user, single)
        const incidents = await options.bundle(answer.incident, bundle)
        return carryOutAll(options, found.user, single, incidents)
      }),

    declare: (account, { title, id }) =>
      safely(async () => {
        const found = personFor(options, account, 'declare', undefined)
        if ('told' in found) return found.told
        const { service, text } = titleIn(title, options.services())
        if (text === '')
          return { kind: 'refused', message: 'Say what is wrong: /firewatch declare checkout is down' }
        await accept([declared(account, found.user, { service, text }, id, now().toISOString())])
        return {
          kind: 'done',
          message: `Declared: “${text}”. It opens an incident, or joins the one of its group.`,
        }
      }),

    who: (account, schedule) =>
      safely(async () => {
        const user = linkedTo(users(), account)
        if (user === undefined) return unlinked(options, account, 'who', undefined)
        return { kind: 'done', message: onCallText(await whoIsOnCall(schedule), schedule) }
      }),

    acknowledgeAs: (person, incidents, commandId) =>
      safely(async () => {
        const user = Object.hasOwn(users(), person) ? users()[person] : undefined
        const [incident = 0] = incidents
        const answer = { verb: 'acknowledge', incident, commandId } as const
        if (user !== undefined && user.role !== 'viewer') return carryOutAll(options, user, answer, incidents)
        const reason = user === undefined ? 'nobody is called so any more' : 'viewers only read'
        const refusal = {
          channel: 'email',
          account: person,
          verb: 'acknowledge',
          incident: incidentName(incident),
        }
        options.refused({ ...refusal, reason })
        return { kind: 'refused', message: `${person} may not acknowledge: ${reason}` }
      }),
  }
}

/** Whose account it is. Somebody's own chat or direct messages are theirs as well as the account that the configuration names. */
function linkedTo(users: Configuration['users'], { channel, id }: Account): User | undefined {
  return Object.values(users).find(({ slackUser, telegramUser, contacts }) => {
    if ((channel === 'slack' ? slackUser : telegramUser) === id) return true
    return contacts.some((contact) =>
      contact.channel === 'slack'
        ? channel === 'slack' && contact.to === id
        : contact.channel === 'telegram' && channel === 'telegram' && contact.chatId === id,
    )
  })
}

type Found = { readonly user: User } | { readonly told: Told }

function personFor(
  options: AnswerDeskOptions,
  account: Account,
  verb: string,
  incident: string | undefined,
): Found {
  const user = linkedTo(options.users(), account)
  if (user === undefined) return { told: unlinked(options, account, verb, incident) }
  if (user.role !== 'viewer') return { user }
  audit(options, account, verb, incident, 'viewers only read', user.name)
  const message = `${user.name} is a viewer here and only reads; ask an admin for the role responder. ${placeOf(options, incident)}`
  return { told: { kind: 'refused', message } }
}

function unlinked(
  options: AnswerDeskOptions,
  account: Account,
  verb: string,
  incident: string | undefined,
): Told {
  audit(options, account, verb, incident, 'the account is linked to nobody')
  const key = account.channel === 'slack' ? 'slackUser' : 'telegramUser'
  const how = `ask an admin to add "${key}: ${account.id}" to your user`
  return {
    kind: 'refused',
    message: `This account is linked to nobody in Firewatch: ${how}. ${placeOf(options, incident)}`,
  }
}

/** Where the console says and does the same, for whoever may. */
function placeOf({ publicUrl }: AnswerDeskOptions, incident: string | undefined): string {
  const path = incident === undefined ? 'incidents' : `incidents/${encodeURIComponent(incident)}`
  return `Console: ${publicUrl.replace(/\/+$/, '')}/${path}`
}

function audit(
  { refused }: AnswerDeskOptions,
  { channel, id }: Account,
  verb: string,
  incident: string | undefined,
  reason: string,
  person?: string,
): void {
  refused({
    channel,
    account: id,
    verb,
    reason,
    ...(incident === undefined ? {} : { incident }),
    ...(person === undefined ? {} : { person }),
  })
}

/** One answer for several incidents: each is told by itself, and what came of each is said. */
async function carryOutAll(
  options: AnswerDeskOptions,
  user: User,
  answer: Answer,
  incidents: readonly number[],
): Promise<Told> {
  if (incidents.length < 2) return carryOut(options, user, answer)
  const told: { readonly incident: number; readonly told: Told }[] = []
  for (const incident of incidents) {
    const one = carryOut(options, user, { ...answer, incident })
    told.push({ incident, told: await one.catch((error: unknown) => failure(options, error)) })
  }
  const kinds = ['failed', 'done', 'unchanged', 'refused'] as const
  const kind = kinds.find((one) => told.some((each) => each.told.kind === one)) ?? 'refused'
  const byMessage = Map.groupBy(told, (each) => each.told.message)
  const message = [...byMessage].map(
    ([said, of]) => `${of.map(({ incident }) => incidentName(incident)).join(', ')}: ${said}`,
  )
  return { kind, message: message.join('\n') }
}

async function carryOut(options: AnswerDeskOptions, { name }: User, answer: Answer): Promise<Told> {
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
    resolve: () => commands.resolve(command),
    escalate: () => commands.escalateNow(asOf === undefined ? command : { ...command, asOf }),
  }[verb]()
  return { kind: said.changed ? 'done' : 'unchanged', message: said.message }
}

/** The edge that gives commands names its refusals; they are known by name, since edges do not know each other. */
function failure({ log }: AnswerDeskOptions, error: unknown): Told {
  if (error instanceof Error && error.name === 'CommandRefused')
    return { kind: 'refused', message: error.message }
  if (error instanceof Error && error.name === 'WorkflowsUnavailable')
    return { kind: 'failed', message: `Not carried out: ${error.message}` }
  log('an answer from a channel failed', error)
  return {
    kind: 'failed',
    message: 'Not carried out: unexpected failure, the server log says more. Try again.',
  }
}

function onCallText(found: readonly OnCall[], asked: string | undefined): string {
  if (found.length === 0)
    return asked === undefined ? 'There is no schedule.' : `There is no schedule “${oneLine(asked)}”.`
  return found
    .map(({ schedule, people }) => `${schedule}: ${people.length === 0 ? 'nobody' : people.join(', ')}`)
    .join('\n')
}
