import type { Configuration } from '../configuration/configuration.ts'
import type { NotifyTarget } from '../configuration/escalation-policy.ts'
import type { User } from '../configuration/people.ts'

/** Somebody, or a room, that a step pages, and why. */
export interface Notified {
  readonly person: string
  /** `schedule primary`, `team sre`, or {@link byName}. */
  readonly via: string
}

/** `via` of somebody whom a policy names. */
export const byName = 'by name'

/** Whom targets come to at one instant, each person once, and what each empty target lacks. */
export interface ResolvedTargets {
  readonly notified: readonly Notified[]
  /** `nobody is on call in schedule primary` */
  readonly empty: readonly string[]
}

/** Who is on call in a schedule at the instant in question, or at another; `undefined` when there is no such schedule. */
export type OnCallReader = (schedule: string, at?: number) => readonly string[] | undefined

/** Shared channels are paged like people, under a name that no user can have. */
export function channelPerson(channel: string): string {
  return `#${channel}`
}

/** The channel that a name made by {@link channelPerson} stands for. */
export function channelOfPerson(person: string): string | undefined {
  return person.startsWith('#') ? person.slice(1) : undefined
}

/** A target for people: `schedule primary`. */
export function targetName(target: NotifyTarget): string {
  if (typeof target === 'string') return target
  if ('schedule' in target) return `schedule ${target.schedule}`
  return 'team' in target ? `team ${target.team}` : channelPerson(target.channel)
}

/** Whom `targets` come to: who is on call is asked for once, when a step is entered. */
export function resolveTargets(
  targets: readonly NotifyTarget[],
  { teams }: Pick<Configuration, 'teams'>,
  onCall: OnCallReader,
): ResolvedTargets {
  const notified = new Map<string, Notified>()
  const empty: string[] = []
  for (const target of targets) {
    const { people, why } = peopleOf(target, teams, onCall)
    const via = typeof target === 'string' ? byName : targetName(target)
    for (const person of people) if (!notified.has(person)) notified.set(person, { person, via })
    if (people.length === 0) empty.push(why)
  }
  return { notified: [...notified.values()], empty }
}

function peopleOf(
  target: NotifyTarget,
  teams: Configuration['teams'],
  onCall: OnCallReader,
): { people: readonly string[]; why: string } {
  const name = targetName(target)
  if (typeof target === 'string') return { people: [target], why: '' }
  if ('channel' in target) return { people: [channelPerson(target.channel)], why: '' }
  if ('team' in target) return { people: teams[target.team]?.members ?? [], why: `${name} has no members` }
  const people = onCall(target.schedule)
  return people === undefined
    ? { people: [], why: `there is no ${name} any more` }
    : { people, why: `nobody is on call in ${name}` }
}

/** How a person, or a shared channel, is reached. */
export interface Reachable extends Pick<User, 'notify'> {
  readonly contacts: readonly { readonly channel: string }[]
}

/** Somebody who has left the running configuration is reached as they were when the incident started. */
export function reachableOf(
  person: string,
  ...newestFirst: readonly Pick<Configuration, 'users' | 'channels'>[]
): Pick<User, 'contacts' | 'notify'> | undefined {
  const channel = channelOfPerson(person)
  for (const { users, channels } of newestFirst) {
    if (channel === undefined && Object.hasOwn(users, person)) return users[person]
    const shared = channel !== undefined && Object.hasOwn(channels, channel) ? channels[channel] : undefined
    if (shared !== undefined) return { contacts: [shared.contact] }
  }
  return undefined
}
