import { capitalised } from '../values/text.ts'
import { literally } from '../values/regular-expression.ts'

/** A person who took part, under every name that texts may call them by, and the words that stand in their place. */
export interface KnownPerson {
  readonly names: readonly string[]
  readonly role: string
}

const withheld = '(secret withheld)'

/** Forms in which secrets are commonly pasted. A secret without a form cannot be recognised. */
const secretForms: readonly RegExp[] = [
  /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g,
  /\b(?:AKIA|ASIA)[0-9A-Z]{16}\b/g,
  /\bxox[abprs]-[0-9A-Za-z-]{10,}/g,
  /\bgh[pousr]_[0-9A-Za-z]{20,}/g,
  /\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*/g,
  /(?<=\bbearer\s+)[\w.~+/=-]{8,}/gi,
  /(?<=\b(?:password|passwd|secret|api[_-]?key|access[_-]?key|token)["']?\s*[:=]\s*["']?)(?!\(secret withheld\))[^\s"',;]{4,}/gi,
  /(?<=:\/\/[^\s/:@]*:)[^\s/@]+(?=@)/g,
]

const emailAddress = /[\w.+-]+@[\w-]+(?:\.[\w-]+)+/g
const handle = /(?<![\w@/.])@[a-z][\w.-]{1,38}/gi

export function redactSecrets(text: string): string {
  return secretForms.reduce((clean, form) => clean.replace(form, withheld), text)
}

/** The text with roles in place of people: those who are known, e-mail addresses and handles. A text that began with a name begins large. */
export function redactPeople(text: string, people: readonly KnownPerson[]): string {
  const roles = new Map(
    people.flatMap(({ names, role }) => names.map((name) => [name.normalize('NFC'), role] as const)),
  )
  const named = namesOf(people)
  const withoutAddresses = text.replace(emailAddress, 'a person')
  // In one pass: a name may be a word of somebody's role.
  const clean =
    named === undefined ? withoutAddresses : withoutAddresses.replace(named, (found) => roleIn(roles, found))
  const anonymous = clean.replace(handle, 'a person')
  const began = (words: string) => words.split(/\s/, 1)[0]
  return began(text) === began(anonymous) ? anonymous : capitalised(anonymous)
}

/** A name may be found behind an @, or begin with one itself. */
function roleIn(roles: ReadonlyMap<string, string>, found: string): string {
  const name = found.normalize('NFC')
  return roles.get(name) ?? roles.get(name.slice(1)) ?? 'a person'
}

/** Names that a text calls people by, for the check that it calls none. */
export function peopleNamedIn(text: string, people: readonly KnownPerson[]): string[] {
  const named = namesOf(people)
  if (named === undefined) return []
  return [...text.matchAll(named)].map(([found]) => found)
}

export function holdsSecret(text: string): boolean {
  return redactSecrets(text) !== text
}

/** A word that is nothing but ASCII marks names nobody: as a name it would stand at every full stop. */
const onlyMarks = /^[\s!-/:-@[-`{-~]*$/

/** Compiled once for the texts of a review: that takes milliseconds, most of them for the letters of all scripts. */
const compiled = new WeakMap<readonly KnownPerson[], RegExp | undefined>()

function namesOf(people: readonly KnownPerson[]): RegExp | undefined {
  if (!compiled.has(people)) compiled.set(people, anyOf(people.flatMap(({ names }) => names)))
  return compiled.get(people)
}

/** Each of the names as a word of its own, the longest where several fit; `undefined` where there is none to look for. */
function anyOf(names: readonly string[]): RegExp | undefined {
  // An accent may be part of its letter or follow it; both look alike.
  const spellings = names
    .filter((name) => !onlyMarks.test(name))
    .flatMap((name) => [name, name.normalize('NFC'), name.normalize('NFD')])
  if (spellings.length === 0) return undefined
  const words = [...new Set(spellings)].toSorted((a, b) => b.length - a.length).map(literally)
  return new RegExp(String.raw`@?(?<![\p{L}\p{N}_-])(?:${words.join('|')})(?![\p{L}\p{M}\p{N}_-])`, 'gu')
}
