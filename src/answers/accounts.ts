import type { Account, AnswerResult } from '../domain/page/channel-answers.ts'
import type { Configuration } from '../domain/configuration/configuration.ts'
import type { User } from '../domain/configuration/people.ts'
import type { AnswerServiceOptions } from './options.ts'

/** Whose account it is. Somebody's own chat or direct messages are theirs as well as the account that the configuration names. */
export function linkedTo(users: Configuration['users'], { channel, id }: Account): User | undefined {
  return Object.values(users).find(({ slackUser, telegramUser, contacts }) => {
    if ((channel === 'slack' ? slackUser : telegramUser) === id) return true
    return contacts.some((contact) =>
      contact.channel === 'slack'
        ? channel === 'slack' && contact.to === id
        : contact.channel === 'telegram' && channel === 'telegram' && contact.chatId === id,
    )
  })
}

type Found = { readonly user: User } | { readonly result: AnswerResult }

/** Who answers and may, or what they hear instead: those who may not are noted in the audit log. */
export function personFor(
  options: AnswerServiceOptions,
  account: Account,
  verb: string,
  incident: string | undefined,
): Found {
  const user = linkedTo(options.users(), account)
  if (user === undefined) return { result: unlinked(options, account, verb, incident) }
  if (user.role !== 'viewer') return { user }
  audit(options, account, verb, incident, 'viewers only read', user.name)
  const message = `${user.name} is a viewer here and only reads; ask an admin for the role responder. ${placeOf(options, incident)}`
  return { result: { kind: 'refused', message } }
}

/** What somebody hears whose account is linked to nobody. */
export function unlinked(
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
export function placeOf({ publicUrl }: AnswerServiceOptions, incident: string | undefined): string {
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
