import { channelOfPerson } from '../escalate/targets.ts'
import { firewatch } from '../incident/timeline.ts'
import { oneLine } from '../page/delivery.ts'
import { capitalised } from '../values/text.ts'
import type { KnownPerson } from './redaction.ts'
import type { ReviewRecords } from './records.ts'

/** Whoever is known and took no part. */
const somebody = 'a person'

/**
 * People under the names that texts may call them by. Whoever took part is `Responder A`, `Responder B` and so on, in the order in which
 * they came in, so that a reader can tell them apart; rooms are no people and keep their names.
 */
export function peopleIn(records: ReviewRecords): KnownPerson[] {
  const { incident, users } = records
  const titles = new Map(users.map(({ name, title }) => [name, title]))
  const isPerson = (name: string) =>
    name !== firewatch && name !== incident.service && name.length >= 2 && channelOfPerson(name) === undefined
  const took = participantsIn(records).filter(isPerson)
  const others = users.map(({ name }) => name).filter((name) => isPerson(name) && !took.includes(name))
  return [
    ...took.map((name, index) => ({
      names: namesOf(name, titles.get(name)),
      role: `Responder ${letters(index)}`,
    })),
    ...others.map((name) => ({ names: namesOf(name, titles.get(name)), role: somebody })),
  ]
}

/** The words that stand for whoever acted or was paged, within a sentence. */
export function roleIn(people: readonly KnownPerson[], name: string): string {
  const room = channelOfPerson(name)
  if (room !== undefined) return `the room ${name}`
  return people.find(({ names }) => names.includes(name))?.role ?? somebody
}

/** Whoever was paged or did something, by when; those of one instant by name, so that the order of reading does not matter. */
function participantsIn({ incident, timeline, pages }: ReviewRecords): string[] {
  const came = [
    ...pages.map(({ person, createdAt }) => [createdAt, person] as const),
    ...timeline.map(({ actor, at }) => [at, actor] as const),
  ]
  const inOrder = came.toSorted((a, b) => compare(a[0], b[0]) || compare(a[1], b[1]))
  const named = [incident.acknowledgedBy, incident.resolvedBy].filter((name) => name !== null)
  return [...new Set([...inOrder.map(([, name]) => name), ...named])]
}

/** A to Z, then AA, AB and so on. */
function letters(index: number): string {
  const rest = Math.floor(index / 26)
  return `${rest === 0 ? '' : letters(rest - 1)}${String.fromCodePoint(65 + (index % 26))}`
}

function compare(a: string, b: string): number {
  return a === b ? 0 : a < b ? -1 : 1
}

/**
 * What texts may call a user: the name as it is written and capitalised, and the title where that is a person's name and not a position, whole and by its first
 * and last part.
 */
export function namesOf(name: string, title: string | undefined): string[] {
  const all = [name, capitalised(name), ...(title === undefined ? [] : partsOf(oneLine(title)))]
  return [...new Set(all.filter((text) => text.length >= 2))]
}

/** `Ana`, `O’Neil`, `Jean-Luc`, `李雷`: scripts without capitals have names too. */
const namePart = /^(?:\p{Lu}|\p{Lo})[\p{L}\p{M}'’.-]*$/u
/** Stands within names and begins small: `Rosa de la Cruz`, `Vincent van Gogh`. */
const particle =
  /^(?:al|ap|bin|da|das|de|del|della|den|der|di|dos|du|el|ibn|la|le|san|ten|ter|van|von|y|zu)$/i
/** Words of positions, which are no names however they are written. */
const position =
  /^(?:admin|administrator|analyst|architect|chief|data|database|director|duty|engineer|engineering|head|infrastructure|lead|manager|network|officer|on-call|operations|operator|ops|owner|platform|principal|product|reliability|security|senior|service|site|software|staff|support|system|systems|team)s?$/i

/** Of a person's name the whole and its first and last part; nothing of a position. One word may be a team's. */
function partsOf(title: string): string[] {
  const words = title.split(' ')
  const isName =
    words.length > 1 &&
    words.length <= 6 &&
    words.every((word) => (namePart.test(word) && !position.test(word)) || particle.test(word))
  if (!isName) return []
  const parts = [words[0] ?? '', words.at(-1) ?? '']
  // A part of one or two letters is a word of many languages: `Li` is told from text only by what stands beside it.
  return [
    title,
    ...parts.filter((part) => /\p{Lo}{2}/u.test(part) || (part.length > 2 && !particle.test(part))),
  ]
}
