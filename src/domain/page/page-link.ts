import type { Contact, User } from '../configuration/people.ts'
import { own } from '../values/own.ts'

/**
 * How long the link of a page opens its incident for its receiver, from when it was sent: a night and the morning after. Whoever is paged again has a
 * new one.
 */
export const pageLinkMs = 24 * 3_600_000

/**
 * Whether what goes over a contact is read by this person alone. A room's message names nobody, so its link may speak for nobody: what is no user
 * (a shared channel), a channel of Slack, a group of Telegram, and what several people have as theirs. A webhook is a program, and is told who
 * each message is for.
 */
export function isReadByOne(
  person: string,
  contact: Contact,
  users: Readonly<Record<string, User>>,
): boolean {
  if (own(users, person) === undefined || isRoom(contact)) return false
  const place = placeOf(contact)
  return (
    place === undefined ||
    Object.values(users).every(({ name, contacts }) => {
      return name === person || contacts.every((one) => placeOf(one) !== place)
    })
  )
}

/** Of one's own contacts those over which a message comes to a chat or a box that they alone read. */
export function ownChats({ name, contacts }: User, users: Readonly<Record<string, User>>): Contact[] {
  return contacts.filter((one) => isChat(one) && isReadByOne(name, one, users))
}

function isChat({ channel }: Contact): boolean {
  return channel === 'slack' || channel === 'telegram' || channel === 'email'
}

/** Where somebody wants to have a link, in words that say nothing of what a person has. */
export const linkPlaces = ['chat', 'email'] as const

export type LinkPlace = (typeof linkPlaces)[number]

/** Those at the place that was asked for come first; the others are what is left where it fails, or there is none. */
export function placeFirst(contacts: readonly Contact[], place: LinkPlace | undefined): readonly Contact[] {
  if (place === undefined) return contacts
  const isThere = ({ channel }: Contact) => (channel === 'email') === (place === 'email')
  return contacts.toSorted((a, b) => Number(isThere(b)) - Number(isThere(a)))
}

/**
 * Ids of people and of direct messages begin so at Slack: https://docs.slack.dev/reference/objects/conversation-object. Telegram numbers people from
 * 1 up and groups from -1 down: https://core.telegram.org/bots/api#chat
 */
function isRoom(contact: Contact): boolean {
  if (contact.channel === 'slack') return !/^[UWD]/.test(contact.to)
  return contact.channel === 'telegram' && !/^\d+$/.test(contact.chatId)
}

/** What two contacts have in common that lead to the same readers. */
function placeOf(contact: Contact): string | undefined {
  switch (contact.channel) {
    case 'slack':
      return `slack ${contact.to}`
    case 'telegram':
      return `telegram ${contact.chatId}`
    case 'email':
      return `email ${contact.address.toLowerCase()}`
    case 'pagerduty':
      return `pagerduty ${contact.routingKey}`
    case 'webhook':
      return undefined
  }
}
