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
  const known = people.flatMap(({ names, role }) => names.map((name) => ({ name, role })))
  const longestFirst = known.toSorted((a, b) => b.name.length - a.name.length)
  const withoutAddresses = text.replace(emailAddress, 'a person')
  const clean = longestFirst.reduce(
    (rest, { name, role }) => rest.replace(wholeWord(name), () => role),
    withoutAddresses,
  )
  const anonymous = clean.replace(handle, 'a person')
  const began = (words: string) => words.split(/\s/, 1)[0]
  return began(text) === began(anonymous) ? anonymous : capitalised(anonymous)
}

/** Names that a text calls people by, for the check that it calls none. */
export function peopleNamedIn(text: string, people: readonly KnownPerson[]): string[] {
  return people.flatMap(({ names }) => names.filter((name) => wholeWord(name).test(text)))
}

export function holdsSecret(text: string): boolean {
  return redactSecrets(text) !== text
}

export function capitalised(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1)
}

function wholeWord(name: string): RegExp {
  const literal = name.replace(/[\\^$.*+?()[\]{}|/-]/g, String.raw`\$&`)
  return new RegExp(String.raw`@?(?<![\p{L}\p{N}_-])${literal}(?![\p{L}\p{N}_-])`, 'gu')
}
