import type { Account, Answer, ChannelAnswers, OnCall, AnswerResult } from '../domain/page/channel-answers.ts'
import type { Configuration } from '../domain/configuration/configuration.ts'
import type { User } from '../domain/configuration/people.ts'
import { type Declaration, declaredIn } from '../domain/alert/declaration.ts'
import { oneLine } from '../domain/page/delivery.ts'
import { incidentName } from '../domain/investigate/evidence.ts'
import type { Incident } from '../domain/incident/incident.ts'
import type { Command, CommandAnswer, EscalateCommand, ResolveCommand } from '../domain/incident/messages.ts'

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

export interface AnswerServiceOptions {
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
  /** Opens the incident; `undefined` when it is stored and opens in a moment. */
  readonly declare: (
    declaration: Declaration,
  ) => Promise<{ readonly incident: Incident; readonly paged: readonly string[] } | undefined>
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
export function createAnswerService(options: AnswerServiceOptions): ChannelAnswers {
  const { users, whoIsOnCall } = options
  const asked = createQuestions(options.now)
  const safely = (work: () => Promise<AnswerResult>) =>
    work().catch((error: unknown) => failure(options, error))
  return {
    give: (account, answer) =>
      safely(async () => {
        const found = personFor(options, account, answer.verb, incidentName(answer.incident))
        if ('told' in found) return found.told
        const { bundle, ...single } = answer
        if (bundle === undefined || answer.verb !== 'acknowledge')
          return carryOut(options, found.user, single, asked)
        const incidents = await options.bundle(answer.incident, bundle)
        return carryOutAll(options, found.user, single, incidents, asked)
      }),

    declare: (account, { title, id }) =>
      safely(async () => {
        const found = personFor(options, account, 'declare', undefined)
        if ('told' in found) return found.told
        return declareFor(options, found.user, title, `${account.channel}-${id}`)
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
        if (user !== undefined && user.role !== 'viewer')
          return carryOutAll(options, user, answer, incidents, asked)
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

type Found = { readonly user: User } | { readonly told: AnswerResult }

function personFor(
  options: AnswerServiceOptions,
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
  options: AnswerServiceOptions,
  account: Account,
  verb: string,
  incident: string | undefined,
): AnswerResult {
  audit(options, account, verb, incident, 'the account is linked to nobody')
  const key = account.channel === 'slack' ? 'slackUser' : 'telegramUser'
  const how = `ask an admin to add "${key}: ${account.id}" to your user`
  return {
    kind: 'refused',
    message: `This account is linked to nobody in Firewatch: ${how}. ${placeOf(options, incident)}`,
  }
}

/** Where the console says and does the same, for whoever may. */
function placeOf({ publicUrl }: AnswerServiceOptions, incident: string | undefined): string {
  const path = incident === undefined ? 'incidents' : `incidents/${encodeURIComponent(incident)}`
  return `Console: ${publicUrl.replace(/\/+$/, '')}/${path}`
}

function audit(
  { refused }: AnswerServiceOptions,
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

/** How long a question may be answered by pressing again. */
const questionMs = 2 * 60_000

interface Questions {
  /** True when the person was asked this of the incident just now. */
  isAnswered(person: string, incident: number): boolean
  ask(person: string, incident: number): void
}

/** Whoever was asked whether they mean it says so by pressing the same button again. */
function createQuestions(now: () => Date): Questions {
  const asked = new Map<string, number>()
  const key = (person: string, incident: number) => `${incident} ${person}`
  return {
    isAnswered: (person, incident) => (asked.get(key(person, incident)) ?? 0) > now().getTime(),
    ask(person, incident) {
      for (const [one, until] of asked) if (until <= now().getTime()) asked.delete(one)
      asked.set(key(person, incident), now().getTime() + questionMs)
    },
  }
}

async function declareFor(
  options: AnswerServiceOptions,
  { name }: User,
  written: string,
  id: string,
): Promise<AnswerResult> {
  const { service, title } = declaredIn(written, options.services())
  if (title === '')
    return { kind: 'refused', message: 'Say what is wrong: /firewatch declare checkout is down' }
  const about = service === undefined ? {} : { service }
  const at = options.now().toISOString()
  const declared = await options.declare({ id, title, severity: 'P1', by: name, at, ...about })
  if (declared === undefined)
    return { kind: 'done', message: `Declared: “${title}”. It opens an incident in a moment.` }
  const called = incidentName(declared.incident.number)
  const paged = declared.paged.length === 0 ? 'Nobody is paged yet.' : `Paged ${declared.paged.join(', ')}.`
  return { kind: 'done', message: `${called} is open: “${title}”. ${paged} ${placeOf(options, called)}` }
}

/** One answer for several incidents: each is told by itself, and what came of each is said. */
async function carryOutAll(
  options: AnswerServiceOptions,
  user: User,
  answer: Answer,
  incidents: readonly number[],
  asked: Questions,
): Promise<AnswerResult> {
  if (incidents.length < 2) return carryOut(options, user, answer, asked)
  const told: { readonly incident: number; readonly told: AnswerResult }[] = []
  for (const incident of incidents) {
    const one = carryOut(options, user, { ...answer, incident }, asked)
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

async function carryOut(
  options: AnswerServiceOptions,
  { name }: User,
  answer: Answer,
  asked: Questions,
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
  asked: Questions,
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
function failure({ log }: AnswerServiceOptions, error: unknown): AnswerResult {
  if (error instanceof Error && error.name === 'CommandRefused')
    return { kind: 'refused', message: error.message }
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
