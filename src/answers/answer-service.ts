import type { Account, ChannelAnswers, OnCall, AnswerResult } from '../domain/page/channel-answers.ts'
import type { User } from '../domain/configuration/people.ts'
import { declaredIn } from '../domain/alert/declaration.ts'
import { oneLine } from '../domain/page/delivery.ts'
import { incidentName } from '../domain/investigate/evidence.ts'
import { unlinked, placeOf, linkedTo, personFor } from './accounts.ts'
import type { AnswerServiceOptions } from './options.ts'
import { carryOutAll, failure, carryOut } from './carry-out.ts'
import { createConfirmations } from './confirmations.ts'
import { maintain } from './maintenance.ts'
import { silence } from './silences.ts'
import type { ReaderClock } from '../domain/values/zoned-words.ts'
import { own } from '../domain/values/own.ts'

/**
 * Takes what people answer in channels: who they are here, whether they may, and what became of it. A provider's word about who pressed a button
 * is believed only after its signature; nobody becomes anybody here who is not linked in the configuration.
 */
export function createAnswerService(options: AnswerServiceOptions): ChannelAnswers {
  const { users, whoIsOnCall } = options
  const asked = createConfirmations(options.now)
  const safely = (work: () => Promise<AnswerResult>) =>
    work().catch((error: unknown) => failure(options, error))
  return {
    give: (account, answer) =>
      safely(async () => {
        const found = personFor(options, account, answer.verb, incidentName(answer.incident))
        if ('result' in found) return found.result
        const { bundle, ...single } = answer
        if (bundle === undefined || answer.verb !== 'acknowledge')
          return carryOut(options, found.user, single, asked)
        const incidents = await options.bundle(answer.incident, bundle)
        return carryOutAll(options, found.user, single, incidents, asked)
      }),

    declare: (account, { title, id }) =>
      safely(async () => {
        const found = personFor(options, account, 'declare', undefined)
        if ('result' in found) return found.result
        return declareFor(options, found.user, title, `${account.channel}-${id}`)
      }),

    maintenance: (account, order) =>
      safely(() =>
        asResponder(options, account, 'maintenance', (name, clock) =>
          maintain(options.maintenance, name, order, account, clock),
        ),
      ),

    silence: (account, order) =>
      safely(() =>
        asResponder(options, account, 'silence', (name, clock) =>
          silence(options.silencing, name, order, account, clock),
        ),
      ),

    who: (account, schedule) =>
      safely(async () => {
        const user = linkedTo(users(), account)
        if (user === undefined) return unlinked(options, account, 'who', undefined)
        return { kind: 'done', message: onCallText(await whoIsOnCall(schedule), schedule) }
      }),

    login: (account) => safely(() => loginFor(options, account)),

    acknowledgeAs: (person, incidents, commandId) =>
      safely(async () => {
        const user = own(users(), person)
        const [incident = 0] = incidents
        const answer = { verb: 'acknowledge', incident, commandId } as const
        if (user !== undefined && user.role !== 'viewer')
          return carryOutAll(options, user, answer, incidents, asked)
        const reason = user === undefined ? 'there is no such user any more' : 'viewers only read'
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

/** What responders ask is answered by the clock of whoever asks. */
async function asResponder(
  options: AnswerServiceOptions,
  account: Account,
  verb: string,
  work: (name: string, clock: ReaderClock) => Promise<AnswerResult>,
): Promise<AnswerResult> {
  const found = personFor(options, account, verb, undefined)
  if ('result' in found) return found.result
  const { name } = found.user
  return work(name, { timeZone: options.zoneOf(name), now: options.now().getTime() })
}

/** Whoever may read has a log-in: a viewer too. */
async function loginFor(options: AnswerServiceOptions, account: Account): Promise<AnswerResult> {
  const user = linkedTo(options.users(), account)
  if (user === undefined) return unlinked(options, account, 'login', undefined)
  const link = await options.loginLink(user.name)
  return { kind: 'done', message: `Log in as ${user.name}: ${link}\nThe link works once, within 10 minutes.` }
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

function onCallText(found: readonly OnCall[], asked: string | undefined): string {
  if (found.length === 0)
    return asked === undefined ? 'There is no schedule.' : `There is no schedule “${oneLine(asked)}”.`
  return found
    .map(({ schedule, people }) => `${schedule}: ${people.length === 0 ? 'nobody' : people.join(', ')}`)
    .join('\n')
}
