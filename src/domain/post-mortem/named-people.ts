import type { User } from '../configuration/people.ts'
import { cutText } from '../page/delivery.ts'
import { sectionNames, sectionTitles, type SectionName } from './brief-line.ts'
import { textOf, type ReviewDocument } from './document.ts'
import { namesOf } from './people.ts'
import { peopleNamedIn } from './redaction.ts'

/** A configured person whom the text of a review calls by name. */
export interface NamedPerson {
  readonly section: SectionName
  /** Of the section's text, from 1. */
  readonly line: number
  /** As it is written there. */
  readonly name: string
  /** The line itself, as long as it is short. */
  readonly text: string
}

/** Owners of actions are accountable by name. */
const owner = /\bowners?:?\s+\S+/giu
const longestQuote = 120

/**
 * Whom a review names that Firewatch would call "Responder A". What people wrote is theirs and stays as it is: whoever publishes it is told.
 * @param service of the incident, which may have a person's name
 */
export function peopleNamed(
  { sections }: Pick<ReviewDocument, 'sections'>,
  users: readonly Pick<User, 'name' | 'title'>[],
  service: string,
): NamedPerson[] {
  const names = users
    .flatMap(({ name, title }) => namesOf(name, title))
    .filter((name) => name.toLowerCase() !== service.toLowerCase())
  const known = [{ names, role: '' }]
  return sectionNames.flatMap((section) =>
    textOf(sections[section])
      .split('\n')
      .flatMap((text, index) => {
        const asked = section === 'actions' ? text.replaceAll(owner, '') : text
        const found = new Set(peopleNamedIn(asked, known))
        return [...found].map((name) => ({
          section,
          line: index + 1,
          name,
          text: cutText(text.trim(), longestQuote),
        }))
      }),
  )
}

/** `What happened, line 3 names “Ana”: “Ana restarted the cache.”` */
export function namedSentence({ section, line, name, text }: NamedPerson): string {
  return `${sectionTitles[section]}, line ${line} names “${name}”: “${text}”`
}
